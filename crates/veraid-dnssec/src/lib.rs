#![cfg_attr(feature = "rust-crypto", doc = include_str!("../README.md"))]
// The example in the README needs that feature.
#![cfg_attr(
    not(feature = "rust-crypto"),
    doc = "Proves DNS records offline, with DNSSEC, from the keys of the DNS root."
)]

mod chain;
pub mod crypto;
mod error;
mod limits;
mod message;
mod name;
mod rdata;
mod record_type;
mod reuse_period;
mod rrset;
mod serial;
mod signature;
mod signature_checks;
mod time;
mod trust_anchor;

pub use chain::{ChainVerifier, DnssecChain, VerifiedRrset};
pub use error::{BogusReason, ChainError, SecurityStatus, TrustAnchorError, TrustAnchorProblem};
pub use limits::{Limit, Limits};
pub use message::{ChainParseError, MessageProblem, Question};
pub use name::{Name, NameError};
pub use rdata::key_tag;
pub use record_type::{RecordType, UnknownRecordType};
pub use signature::Link;
pub use signature_checks::{SignatureCheckCache, SignatureCheckError, SignatureChecks};
pub use time::{InvertedPeriod, Timestamp, UtcDateTime, ValidityPeriod, ValidityPeriods};
pub use trust_anchor::{TrustAnchor, TrustAnchors};
