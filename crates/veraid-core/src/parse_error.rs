//! Reasons why a bundle, certificate or chain is malformed, and tolerated deviations from DER.

use std::fmt;

/// The input is not a bundle, certificate or chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleParseError {
    /// An element does not conform to the schema or to DER.
    #[error("{field} at octet {offset}: {problem}")]
    Der {
        /// The field by its name in the ASN.1 module.
        field: &'static str,
        /// The octet of the input at which the element starts.
        offset: usize,
        /// The problem with it.
        problem: DerProblem,
    },
    /// A DNS message of the chain does not parse, or there are too many.
    #[error("dnssecChain: {0}")]
    DnssecChain(veraid_dnssec::ChainParseError),
    /// The input is larger than allowed.
    #[error("{what} has {bytes} bytes, limit is {limit}")]
    TooLarge {
        /// The part that is too large.
        what: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// The maximum size in bytes.
        limit: usize,
    },
    /// DomainAuth requires strict DER, and the input uses a form that only VeraId tolerates.
    #[error("{deviation}, which DomainAuth does not allow")]
    NotStrictDer {
        /// The form.
        deviation: Deviation,
    },
}

impl BundleParseError {
    /// A number for the kind of error, which stays the same over releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::TooLarge { .. } => 1001,
            Self::Der { .. } => 1004,
            Self::DnssecChain(_) => 1005,
            Self::NotStrictDer { .. } => 1006,
        }
    }
}

/// The problem with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DerProblem {
    /// The element is truncated or missing.
    #[error("the element is truncated or missing")]
    Truncated,
    /// The length is indefinite, not minimal or too large.
    #[error("the length is indefinite, not minimal or too large")]
    Length,
    /// The tag is not the expected one.
    #[error("{}", TagMismatch { expected: *expected, found: *found })]
    Tag {
        /// The expected tag, if there is one.
        expected: Option<u8>,
        /// The tag found.
        found: u8,
    },
    /// The value is not valid for its type.
    #[error("the value is not valid for its type")]
    Value,
    /// Bytes follow the last element.
    #[error("trailing bytes after the last element")]
    TrailingBytes,
    /// Elements nest too deeply.
    #[error("elements are nested deeper than 16 levels")]
    Depth,
    /// There are more elements than allowed.
    #[error("too many elements, limit is {limit}")]
    TooMany {
        /// The most elements that are allowed.
        limit: usize,
    },
    /// An element that may occur once is repeated.
    #[error("duplicate element")]
    Repeated,
}

struct TagMismatch {
    expected: Option<u8>,
    found: u8,
}

impl fmt::Display for TagMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expected {
            Some(expected) => write!(f, "expected tag {expected:#04x}, found {:#04x}", self.found),
            None => write!(f, "unexpected tag {:#04x}", self.found),
        }
    }
}

/// A form that VeraId tolerates but strict DER or RFC 5280 does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Deviation {
    /// The content is a constructed OCTET STRING.
    #[error("eContent is a constructed OCTET STRING")]
    ConstructedContent,
    /// A SET OF is not in ascending order.
    #[error("a SET OF is not sorted")]
    UnsortedSet,
    /// A time of the signature metadata has a fraction of a second.
    #[error("the signature metadata has a time with a fraction of a second")]
    FractionalSeconds,
    /// A certificate has a padded serial number, an unsorted RDN, an explicit FALSE, or a path
    /// length although it is not an authority.
    #[error(
        "a certificate has a padded serial number, an unsorted RDN, an explicit FALSE, or a path length although it is not an authority"
    )]
    CertificateForm,
}
