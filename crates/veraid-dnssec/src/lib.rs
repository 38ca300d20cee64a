//! Offline proofs of DNS records: from a trust anchor to an RRset, over a period of time.
//!
//! A [`DnssecChain`] is a set of DNS messages. [`DnssecChain::verify`] proves one RRset of it from the root zone's [`TrustAnchors`] down
//! (RFC 4035 section 5) and returns a [`VerifiedRrset`]: the records and the exact seconds in which every signature on
//! the way held together. Only positive proofs count: every link is signed, and nothing is concluded from a denial of
//! existence.
//!
//! This crate knows DNS and nothing of what the records are for. It reads no clock, file, network or environment: time, anchors and
//! [cryptography](crypto) are arguments.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rust-crypto")] {
//! use veraid_dnssec::crypto::rust_crypto;
//! use veraid_dnssec::{ChainVerifier, DnssecChain, Question, RecordType, Timestamp, TrustAnchors, ValidityPeriod};
//!
//! let messages: Vec<Vec<u8>> = vec![/* responses to DNSKEY, DS and TXT queries */];
//! let chain = DnssecChain::parse(messages.iter().map(Vec::as_slice))?;
//! let question = Question { name: "_veraid.example.com".parse()?, record_type: RecordType::TXT };
//! let verifier = ChainVerifier::new(TrustAnchors::iana(), rust_crypto::PROVIDER);
//! let now = Timestamp::from_unix_seconds(1_795_305_600);
//! let rrset = chain.verify(&question, ValidityPeriod::at(now), &verifier)?;
//! for rdata in rrset.rdata() {
//!     println!("{} octets, holds {}", rdata.len(), rrset.validity());
//! }
//! # }
//! # Ok(())
//! # }
//! ```

mod chain;
pub mod crypto;
mod error;
mod limits;
mod message;
mod name;
mod rdata;
mod record_type;
mod rrset;
mod serial;
mod signature;
mod signature_checks;
mod steady;
mod time;
mod trust_anchor;

pub use chain::{ChainVerifier, DnssecChain, VerifiedRrset};
pub use error::{
    BogusReason, ChainError, MessageProblem, ParseError, SecurityStatus, TrustAnchorError,
    TrustAnchorProblem,
};
pub use limits::{Limit, Limits};
pub use message::Question;
pub use name::{Name, NameError};
pub use rdata::key_tag;
pub use record_type::{RecordType, UnknownRecordType};
pub use signature::Link;
pub use signature_checks::{CheckMemory, SignatureCheckError, SignatureChecks};
pub use time::{InvertedPeriod, Timestamp, UtcDateTime, ValidityPeriod, ValidityPeriods};
pub use trust_anchor::{TrustAnchor, TrustAnchors};
