#![doc = include_str!("../README.md")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "no untrusted input is read here; a panic means that a vector cannot be made"
)]

mod authorities;
mod authority;
mod binding;
mod bundle_limits;
mod bundles;
mod certificates;
mod characters;
mod dnssec;
mod families;
mod folder;
mod foreign_issuers;
mod generator;
mod headers;
mod hostile;
mod json;
mod key_records;
mod limits;
mod matrix;
mod member_ids;
mod names;
pub mod public;
mod root_roll;
mod scenario;
mod signed_data;
mod tokens;
mod variation;
mod vector;
mod windows;

pub use generator::{check, write};
