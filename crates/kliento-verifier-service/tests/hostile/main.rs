//! Hostile requests over real sockets, row by row: A is about the `Authorization` header, H about
//! HTTP.
//!
//! Each test names its row. Every request also goes into the log that [`log`] reads.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a panic is a test that fails, and a test may look at the clock"
)]

mod authorization;
mod boundary;
mod content;
mod crowd;
mod framing;
mod http2;
mod leaks;
mod log;
mod methods;
mod slow;
mod wire;

#[path = "../service/http.rs"]
#[allow(dead_code, reason = "the tests of the service use all of it")]
mod http;
#[path = "../service/running.rs"]
#[allow(dead_code, reason = "the tests of the service use all of it")]
mod running;
