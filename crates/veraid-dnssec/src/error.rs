//! Why a chain is not one, or does not hold.

use hickory_proto::serialize::binary::DecodeError;

use crate::limits::Limit;
use crate::message::Question;
use crate::name::Name;
use crate::record_type::RecordType;
use crate::time::{ValidityPeriod, ValidityPeriods};

/// Octets that are no DNSSEC chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// A message does not parse (RFC 1035 section 4).
    #[error("DNS message {message} is malformed at octet {offset}: {problem}")]
    Message {
        /// The place of the message in the chain, from 0.
        message: usize,
        /// The octet of the message at which reading stopped.
        offset: usize,
        /// What is wrong there.
        problem: MessageProblem,
    },
    /// There is more than a chain may hold.
    #[error("there are more {0} than allowed")]
    LimitExceeded(Limit),
}

/// What is wrong with a DNS message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageProblem {
    /// The octets end before the message does.
    #[error("the octets end before the message does")]
    Truncated,
    /// A name is none: a label type that does not exist, over 255 octets, or a pointer that does not point back.
    #[error("a name is malformed")]
    Name,
    /// Octets follow the last record.
    #[error("octets follow the last record")]
    TrailingOctets,
}

impl From<DecodeError> for MessageProblem {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::InsufficientBytes => Self::Truncated,
            _ => Self::Name,
        }
    }
}

/// A security status other than *secure* (RFC 4035 section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecurityStatus {
    /// Something that should hold does not.
    Bogus,
    /// The records are below a zone that is not signed with anything supported.
    Insecure,
    /// The chain lacks what would be needed to tell.
    Indeterminate,
}

/// A chain that does not prove what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A link that is needed is not in the chain.
    #[error("chain has no answer for {missing}")]
    Incomplete {
        /// The question without an answer.
        missing: Question,
    },
    /// A link is there and does not hold.
    #[error("{question} in zone {zone} is bogus: {reason}")]
    Bogus {
        /// The RRset that does not hold.
        question: Question,
        /// The zone whose keys should have signed it.
        zone: Name,
        /// Why it does not.
        reason: BogusReason,
    },
    /// A zone has only DSs of algorithms or digests that are not supported (RFC 4035 section 5.2).
    #[error("zone {zone} is insecure: none of its DSs has a supported algorithm and digest")]
    Insecure {
        /// The zone.
        zone: Name,
    },
    /// Each signature may be good, but none holds at a second that was asked for.
    #[error(
        "{question} in zone {zone} is signed (key tag {key_tag}) for {secure}, which has no second of {requested}"
    )]
    NeverSecure {
        /// The RRset.
        question: Question,
        /// The zone that signed it.
        zone: Name,
        /// The key tag of the signature that came nearest.
        key_tag: u16,
        /// The seconds that were asked for.
        requested: ValidityPeriod,
        /// The seconds in which the signature and its key hold.
        secure: ValidityPeriods,
    },
    /// The name that was asked for is an alias, which nobody but its target can vouch for.
    #[error("{question} is answered by a {record_type} at {owner}, and aliases are not followed")]
    Alias {
        /// What was asked.
        question: Question,
        /// The owner of the alias.
        owner: Name,
        /// CNAME or DNAME.
        record_type: RecordType,
    },
    /// More than one message answers what was asked, so it is open which one speaks.
    #[error("{count} messages answer {question}, not one")]
    SeveralAnswers {
        /// What was asked.
        question: Question,
        /// How many messages answer it.
        count: usize,
    },
    /// The data of a record that answers the question is not of the form of its type. Nothing is known of its zone.
    #[error("a record of {question} has malformed data")]
    MalformedRecord {
        /// The owner and type of the record.
        question: Question,
    },
    /// The period that was asked for is so long that RRSIG times in it are ambiguous (RFC 1982).
    #[error(
        "requested period is {seconds} seconds, limit is {limit}: the times of RRSIGs repeat every 2^32 seconds"
    )]
    RequestedPeriodTooLong {
        /// Seconds from the first to the last.
        seconds: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// Verification would take more than it may.
    #[error("there are more {0} than allowed")]
    LimitExceeded(Limit),
}

impl ChainError {
    /// The security status that the error stands for.
    #[must_use]
    pub const fn status(&self) -> SecurityStatus {
        match self {
            Self::Incomplete { .. } => SecurityStatus::Indeterminate,
            Self::Insecure { .. } => SecurityStatus::Insecure,
            _ => SecurityStatus::Bogus,
        }
    }

    /// Whether the failure is one of time: another instant might give another verdict.
    #[must_use]
    pub const fn is_about_time(&self) -> bool {
        matches!(self, Self::NeverSecure { .. })
    }

    /// A number for the kind of error, which stays the same over releases.
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

    /// How much the error tells about what went wrong, against others from the same place.
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

/// Why an RRset is bogus.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BogusReason {
    /// No RRSIG covers it.
    #[error("no RRSIG covers it")]
    NotSigned,
    /// An RRSIG that should hold does not.
    #[error("the RRSIG with key tag {key_tag} (algorithm {algorithm}) does not hold")]
    SignatureDoesNotHold {
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
    #[error("its RRSIG is by {signer}")]
    OtherSigner {
        /// The signer that the RRSIG names.
        signer: Name,
    },
    /// The RRSIG has fewer labels than the owner, so the record comes from a wildcard (RFC 4035 section 5.3.4).
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
    /// The RRSIG expires before its inception, or its time cannot be told.
    #[error("its RRSIG with key tag {key_tag} expires before its inception")]
    InvertedPeriod {
        /// The RRSIG's key tag.
        key_tag: u16,
    },
    /// The RRSIG is for longer than the verifier allows.
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
            Self::SignatureDoesNotHold { .. } => 2012,
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
            Self::SignatureDoesNotHold { .. } => 9,
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

/// A text that holds no trust anchors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the trust anchors: {problem}")]
pub struct TrustAnchorError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: TrustAnchorProblem,
}

/// What is wrong with a trust anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustAnchorProblem {
    /// Neither a DS nor a DNSKEY record.
    #[error("it is neither a DS nor a DNSKEY record in presentation format")]
    NotARecord,
    /// The owner is not the root.
    #[error("its owner is not the root zone")]
    NotTheRoot,
    /// Its algorithm or digest is not supported, or the key or digest is not of its form.
    #[error("its algorithm, key or digest is not supported")]
    Unsupported,
    /// The key is revoked (RFC 5011 section 2.1).
    #[error("it is revoked")]
    Revoked,
    /// A comment gives the key a state of RFC 5011, which this format does not have.
    #[error("its comment has a state of RFC 5011, as in Unbound's file, which is another format")]
    HasState,
    /// There is no anchor at all.
    #[error("there is no trust anchor")]
    None,
}
