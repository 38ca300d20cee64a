//! One-time tokens with several instances that share a real Redis server.
//!
//! Without `redis-server` these tests are skipped, loudly. With `KLIENTO_REQUIRE_REDIS=1` that is a
//! failure.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a panic is a test that fails, and these tests run in real time"
)]

mod clock;
mod guard;
mod instances;
mod outage;
mod redis_server;
mod secured;

#[path = "../service/http.rs"]
#[allow(dead_code, reason = "the tests of the service use all of it")]
mod http;
#[path = "../service/running.rs"]
#[allow(dead_code, reason = "the tests of the service use all of it")]
mod running;
