//! Layer, extractors and interceptor, with tokens below a test root.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a panic is a test that fails"
)]

mod access;
mod credentials;
mod extractor;
mod interceptor;
mod layer;
mod one_clock;
mod pool;
mod replay;
mod signer;
mod tokens;
mod world;
