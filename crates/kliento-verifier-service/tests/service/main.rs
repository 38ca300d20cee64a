//! The service from its clients' view: over sockets, with real bundles and a clock that stands
//! still.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a panic is a test that fails"
)]

mod admin;
mod deployed;
mod envoy;
mod forward_auth;
mod http;
mod lifecycle;
mod running;
mod signer;
mod verify;
