//! Reasons why a chain is invalid.

use crate::limits::Limit;
use crate::message::Question;
use crate::name::Name;
use crate::record_type::RecordType;
use crate::time::{ValidityPeriod, ValidityPeriods};

/// A security status other than *secure* (RFC 4035 section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityStatus {
    /// Something that should be valid is not.
    Bogus,
    /// The records are below a zone that is not signed with any supported algorithm.
    Insecure,
    /// The chain lacks the records needed to decide.
    Indeterminate,
}

/// A chain that does not prove the answer to the question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A required link is not in the chain.
    #[error("chain has no answer for {missing}")]
    Incomplete {
        /// The question without an answer.
        missing: Question,
    },
    /// A link is present but invalid.
    #[error("{question} in zone {zone} is bogus: {reason}")]
    Bogus {
        /// The RRset that is invalid.
        question: Question,
        /// The zone whose keys should have signed it.
        zone: Name,
        /// The reason.
        reason: BogusReason,
    },
    /// A zone has only DSs of algorithms or digests that are not supported (RFC 4035 section 5.2).
    #[error("zone {zone} is insecure: none of its DSs has a supported algorithm and digest")]
    Insecure {
        /// The zone.
        zone: Name,
    },
    /// Each signature may be valid, but not at any requested second.
    #[error(
        "{question} in zone {zone} is signed (key tag {key_tag}) for {secure}, which does not overlap {requested}"
    )]
    NeverSecure {
        /// The RRset.
        question: Question,
        /// The zone that signed it.
        zone: Name,
        /// The key tag of the signature that came closest.
        key_tag: u16,
        /// The requested period.
        requested: ValidityPeriod,
        /// The seconds in which the signature and its key are valid.
        secure: ValidityPeriods,
    },
    /// The requested name is an alias, and only its target could vouch for the records.
    #[error("{question} is answered by a {record_type} at {owner}, and aliases are not followed")]
    Alias {
        /// The question.
        question: Question,
        /// The owner of the alias.
        owner: Name,
        /// CNAME or DNAME.
        record_type: RecordType,
    },
    /// More than one message answers the question, so it is ambiguous which one counts.
    #[error("expected one message that answers {question}, found {count}")]
    SeveralAnswers {
        /// The question.
        question: Question,
        /// The number of messages that answer it.
        count: usize,
    },
    /// A record that answers the question has data that is not valid for its type. Nothing is known
    /// of its zone.
    #[error("a record of {question} has malformed data")]
    MalformedRecord {
        /// The owner and type of the record.
        question: Question,
    },
    /// The requested period is so long that RRSIG times in it are ambiguous (RFC 1982).
    #[error(
        "requested period is {seconds} seconds, limit is {limit}: the times of RRSIGs repeat every 2^32 seconds"
    )]
    RequestedPeriodTooLong {
        /// Seconds from the first to the last.
        seconds: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// Verification would exceed a limit.
    #[error("too many {0}")]
    LimitExceeded(Limit),
}

impl ChainError {
    /// The security status of the error.
    #[must_use]
    pub const fn status(&self) -> SecurityStatus {
        match self {
            Self::Incomplete { .. } => SecurityStatus::Indeterminate,
            Self::Insecure { .. } => SecurityStatus::Insecure,
            _ => SecurityStatus::Bogus,
        }
    }

    /// Returns true if the failure is about time: the result might differ at another instant.
    #[must_use]
    pub const fn is_about_time(&self) -> bool {
        matches!(self, Self::NeverSecure { .. })
    }

    /// A number for the kind of error, stable across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Incomplete { .. } => 2001,
            Self::Bogus { reason, .. } => reason.code(),
            Self::Insecure { .. } => 2003,
            Self::NeverSecure { .. } => 2031,
            Self::Alias { .. } => 2005,
            Self::SeveralAnswers { .. } => 2006,
            Self::LimitExceeded(_) => 2007,
            Self::MalformedRecord { .. } => 2021,
            Self::RequestedPeriodTooLong { .. } => 2050,
        }
    }

    /// A rank of the information that the error gives, compared with others from the same place.
    pub(crate) const fn rank(&self) -> u8 {
        match self {
            Self::LimitExceeded(_) => 10,
            Self::NeverSecure { .. } => 8,
            Self::Bogus { reason, .. } => reason.rank(),
            Self::Insecure { .. } => 5,
            _ => 0,
        }
    }
}

/// The reason why an RRset is bogus.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BogusReason {
    /// No RRSIG covers it.
    #[error("no RRSIG covers it")]
    NotSigned,
    /// An RRSIG that should be valid is not.
    #[error("its RRSIG with key tag {key_tag} (algorithm {algorithm}) is invalid")]
    InvalidSignature {
        /// The RRSIG's key tag.
        key_tag: u16,
        /// The RRSIG's algorithm.
        algorithm: u8,
    },
    /// No usable key of the zone fits the RRSIG.
    #[error(
        "no usable key of the zone has the key tag {key_tag} and algorithm {algorithm} of the RRSIG"
    )]
    NoSuchKey {
        /// The RRSIG's key tag.
        key_tag: u16,
        /// The RRSIG's algorithm.
        algorithm: u8,
    },
    /// The RRSIG names another zone as its signer (RFC 4035 section 5.3.1).
    #[error("its RRSIG names {signer} as the signer")]
    OtherSigner {
        /// The signer that the RRSIG names.
        signer: Name,
    },
    /// The RRSIG has fewer labels than the owner, so the record comes from a wildcard (RFC 4035
    /// section 5.3.4).
    #[error(
        "its RRSIG is over a wildcard ({labels} of the owner's {owner_labels} labels), which would need a denial of existence"
    )]
    Wildcard {
        /// The RRSIG's labels.
        labels: u8,
        /// The owner's labels.
        owner_labels: usize,
    },
    /// The RRSIG has more labels than the owner (RFC 4035 section 5.3.1).
    #[error("its RRSIG is over a name of {labels} labels, not {owner_labels}")]
    TooManyLabels {
        /// The RRSIG's labels.
        labels: u8,
        /// The owner's labels.
        owner_labels: usize,
    },
    /// The RRSIG expires before its inception, or no second of its period can be expressed.
    #[error("its RRSIG with key tag {key_tag} expires before its inception")]
    InvertedPeriod {
        /// The RRSIG's key tag.
        key_tag: u16,
    },
    /// The RRSIG's period is longer than the verifier allows.
    #[error("its RRSIG with key tag {key_tag} is for {seconds} seconds, limit is {limit}")]
    PeriodTooLong {
        /// The RRSIG's key tag.
        key_tag: u16,
        /// Seconds from inception to expiration.
        seconds: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// No usable DNSKEY matches a DS of the parent.
    #[error("no usable DNSKEY matches a DS of the parent zone")]
    NoKeyForDs,
    /// No usable DNSKEY of the root matches a trust anchor.
    #[error("no usable DNSKEY matches a trust anchor ({anchors})")]
    NoKeyForTrustAnchor {
        /// The key tags of the anchors.
        anchors: String,
    },
}

impl BogusReason {
    const fn code(&self) -> u16 {
        match self {
            Self::NotSigned => 2011,
            Self::InvalidSignature { .. } => 2012,
            Self::NoSuchKey { .. } => 2013,
            Self::OtherSigner { .. } => 2014,
            Self::Wildcard { .. } => 2015,
            Self::TooManyLabels { .. } => 2016,
            Self::InvertedPeriod { .. } => 2017,
            Self::PeriodTooLong { .. } => 2018,
            Self::NoKeyForDs => 2019,
            Self::NoKeyForTrustAnchor { .. } => 2020,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::InvalidSignature { .. } => 9,
            Self::PeriodTooLong { .. } => 7,
            Self::InvertedPeriod { .. } => 6,
            Self::Wildcard { .. } | Self::TooManyLabels { .. } => 5,
            Self::NoSuchKey { .. } => 4,
            Self::NoKeyForDs | Self::NoKeyForTrustAnchor { .. } => 3,
            Self::OtherSigner { .. } => 2,
            Self::NotSigned => 1,
        }
    }
}

/// A text that does not contain trust anchors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the trust anchors: {problem}")]
pub struct TrustAnchorError {
    /// The line, from 1.
    pub line: usize,
    /// The problem with it.
    pub problem: TrustAnchorProblem,
}

/// The problem with a trust anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustAnchorProblem {
    /// Neither a DS nor a DNSKEY record.
    #[error("not a DS or DNSKEY record in presentation format")]
    NotARecord,
    /// The owner is not the root.
    #[error("its owner is not the root zone")]
    NotTheRoot,
    /// Its algorithm or digest is not supported, or the key or digest is malformed.
    #[error("its algorithm, key or digest is not supported")]
    Unsupported,
    /// The key is revoked (RFC 5011 section 2.1).
    #[error("it is revoked")]
    Revoked,
    /// A comment gives the key an RFC 5011 state, which this format does not have.
    #[error(
        "its comment has an RFC 5011 state, as in Unbound's key file, which is a different format"
    )]
    HasState,
    /// There is no trust anchor.
    #[error("no trust anchor found")]
    None,
}
