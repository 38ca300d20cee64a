//! Real proxies in front of the real service, and the service under a real systemd: the very files of `examples`, for proxies with
//! other ports.
//!
//! What is not installed is skipped, loudly. With `KLIENTO_REQUIRE_PROXIES=1` that is a failure.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a panic is a test that fails, and these tests run in real time"
)]

mod children;
mod clients;
mod guides;
mod http;
mod proxy;
mod rules;
mod smuggling;
mod systemd;
mod tokens;
mod upstream;

/// One test for each proxy and rule.
macro_rules! every_proxy_and_rule {
    ($($proxy:ident: $($rule:ident::$name:ident)*;)*) => {
        $(mod $proxy {
            $(#[test]
            fn $name() {
                if let Some(setting) = crate::proxy::Setting::start(crate::proxy::$proxy) {
                    crate::$rule::$name(&setting);
                }
            })*
        })*
    };
}

macro_rules! every_rule_for {
    ($($proxy:ident)*) => {
        every_proxy_and_rule! {
            $($proxy:
                rules::the_upstream_learns_who_is_calling_and_not_the_token
                rules::a_request_without_credentials_is_refused
                rules::a_token_that_does_not_hold_is_refused
                rules::nothing_that_a_client_forges_arrives
                rules::a_client_cannot_take_identity_headers_away
                rules::a_token_of_16_kib_passes
                rules::content_reaches_the_upstream
                rules::nothing_is_let_through_without_the_verifier
                smuggling::no_request_hides_in_another;
            )*
        }
    };
}

every_rule_for!(nginx haproxy caddy traefik envoy_http envoy_grpc);
