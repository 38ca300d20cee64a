//! The service as its clients meet it: over sockets, with real bundles and a clock that stands still.

mod admin;
mod deployed;
mod envoy;
mod forward_auth;
mod http;
mod lifecycle;
mod running;
mod verify;
