//! Real proxies in front of the real service and of real applications, and the service under a real
//! systemd, with the very files of `examples`; for proxies only the ports differ.
//!
//! Tests whose programs are not installed are skipped, loudly. With `KLIENTO_REQUIRE_PROXIES=1`
//! that is a failure.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a panic is a test that fails, and these tests run in real time"
)]

mod applications;
mod children;
mod clients;
mod guides;
mod http;
mod lookalikes;
mod proxy;
mod readings;
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
                rules::the_upstream_gets_the_sender_and_not_the_token
                rules::a_request_without_credentials_is_rejected
                rules::an_invalid_token_is_rejected
                rules::nothing_that_a_client_forges_arrives
                rules::a_client_cannot_take_identity_headers_away
                rules::a_token_of_16_kib_passes
                rules::content_reaches_the_upstream
                rules::no_request_passes_without_the_verifier
                smuggling::no_request_hides_in_another;
            )*
        }
    };
}

every_rule_for!(nginx haproxy caddy traefik envoy_http envoy_grpc);

/// One test for each proxy, table and application.
macro_rules! every_proxy_and_application {
    ($($proxy:ident)*) => {
        /// Host by path: the verifier and the application read the same request.
        mod readings_behind {
            $(mod $proxy {
                every_application!(readings::a_token_opens_only_the_path_of_its_audience $proxy: express flask php);
            })*
        }
        /// Field names that an application mistakes for ours.
        mod lookalikes_behind {
            $(mod $proxy {
                every_application!(lookalikes::no_other_name_passes_for_ours $proxy: express flask php cgi);
            })*
        }
    };
}

macro_rules! every_application {
    ($table:ident::$name:ident $proxy:ident: $($application:ident)*) => {
        $(#[test]
        fn $application() {
            crate::$table::$name(crate::proxy::$proxy, &crate::applications::$application);
        })*
    };
}

every_proxy_and_application!(nginx haproxy caddy traefik envoy_http envoy_grpc);
