//! Reasons why a key is not a trust anchor.

use std::fmt;

use crate::state::State;

/// The reason why a key of a file is not a trust anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// Its state is not trusted.
    State(State),
    /// The file says that all keys of the zone are revoked.
    ZoneRevoked,
    /// The key has the flag of a revoked one (RFC 5011 section 2.1).
    Revoked,
    /// The key lacks the flag of a secure entry point: it is a zone-signing key, which the root
    /// replaces every few months.
    NotEntryPoint,
    /// Its algorithm, digest type or size is not supported.
    Unsupported {
        /// The algorithm number.
        algorithm: u8,
        /// The digest type, if it is a DS.
        digest_type: Option<u8>,
    },
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => {
                write!(
                    f,
                    "its state is {state}, but only keys that are VALID or MISSED are trusted"
                )
            }
            Self::ZoneRevoked => f.write_str("the file says that all keys of the zone are revoked"),
            Self::Revoked => f.write_str("it is revoked"),
            Self::NotEntryPoint => f.write_str("it is a zone-signing key (without the SEP flag)"),
            Self::Unsupported { algorithm, digest_type: Some(digest_type) } => write!(
                f,
                "algorithm {algorithm} with digest type {digest_type} is not supported, or the digest has the wrong length"
            ),
            Self::Unsupported { algorithm, digest_type: None } => {
                write!(f, "algorithm {algorithm} with this key is not supported")
            }
        }
    }
}
