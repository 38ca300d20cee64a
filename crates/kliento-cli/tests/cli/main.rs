//! Runs the built binary over files and looks at exit code, standard output and standard error.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a panic is a test that fails"
)]

mod bundle_and_chain_verify;
mod bundle_sign;
mod certificates;
mod chain_fetch;
mod chain_show;
#[cfg(unix)]
mod conformance;
mod demo;
mod dev_zone;
mod explain;
#[cfg(unix)]
mod files;
mod guide;
mod inspect;
mod issuing;
mod key;
mod rfc_5280;
#[cfg(unix)]
mod serve;
mod standard_input;
#[cfg(unix)]
mod streams;
mod support;
mod token_sign;
mod token_verify;
mod trust_anchors;
mod zone_record;
