#![doc = include_str!("../README.md")]

mod admin;
mod anchors;
mod bundle_content;
mod compat_api;
mod config;
mod config_check;
mod endpoint;
mod envoy;
mod forward_auth;
mod forwarded;
mod handler;
mod metrics;
mod normal_form;
mod one_time;
mod query;
mod reply;
mod request_log;
mod routes;
mod server;
mod span;
mod state;
mod verification;
mod verify;

pub use anchors::AnchorsError;
pub use config::{
    CacheSizes, Config, OnUnavailable, OneTime, Pattern, Policy, ProfileName, Route, ServiceLimits,
    SignerName,
};
pub use kliento_http::{ConfigError, ListenAddress, Tls, TlsError};
pub use one_time::OneTimeError;
pub use server::{Server, StartError};
pub use span::{LinkSpan, SPAN_TARGET};
