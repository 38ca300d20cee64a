//! Fetching from servers on loopback, which serve zones in memory over real sockets.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

mod chains;
mod pruning;
mod refusals;
mod server;
mod tls_server;
mod transports;
mod zones;
