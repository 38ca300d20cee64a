#![doc = include_str!("../README.md")]

mod codes;
mod failure;
mod inspection;
pub mod json;
mod location;
mod parse;
pub mod text;

pub use codes::{Explanation, explanation, explanations};
pub use failure::{Failure, FailureClass};
pub use inspection::{
    BundleQuestion, HEADER_LIMITS, HeaderLimit, HeaderScope, Inspection, TokenQuestion,
    header_line_bytes,
};
pub use parse::{parse_bundle, parse_token};
