//! Errors of fetching a chain.

use std::fmt;
use std::time::Duration;

use veraid_core::OrganisationName;
use veraid_dnssec::{
    ChainError, ChainParseError, Limit, MessageProblem, Name, Question, RecordType,
};

use crate::server::ResolverAddress;

/// The reason that a chain could not be fetched, or is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No server answered.
    #[error("no server answered {question}: {}", Listed(failures))]
    NoAnswer {
        /// The question.
        question: Question,
        /// The failures of the servers, one for each try.
        failures: Vec<ServerFailure>,
    },
    /// The name does not exist.
    #[error("{} does not exist (NXDOMAIN): publish {question} records, or wait until the negative answers in the servers' caches expire", question.name)]
    NoSuchName {
        /// The question.
        question: Question,
    },
    /// The name exists but has no such records.
    #[error("{} has no {} records: publish them, or wait until the negative answers in the servers' caches expire", question.name, question.record_type)]
    NoRecords {
        /// The question.
        question: Question,
    },
    /// The name is an alias, and only its target could vouch for the records.
    #[error(
        "{question} is answered by a {record_type} at {owner}, and aliases are not followed: publish the records at the name itself"
    )]
    Alias {
        /// The question.
        question: Question,
        /// The owner of the alias.
        owner: Name,
        /// CNAME or DNAME.
        record_type: RecordType,
    },
    /// The zone is not signed.
    #[error(
        "zone {zone} does not sign {question}: sign the zone with DNSSEC and publish its DS at the zone above"
    )]
    UnsignedZone {
        /// The zone of the records.
        zone: Name,
        /// The records without a signature.
        question: Question,
    },
    /// The server omits signatures, including those of the root zone.
    #[error(
        "{server} omits DNSSEC signatures (of {question}, and of . DNSKEY): use a resolver that supports DNSSEC"
    )]
    SignaturesStripped {
        /// The server.
        server: ResolverAddress,
        /// The records without a signature.
        question: Question,
    },
    /// The parent zone has no DS for the zone: an insecure delegation (RFC 4035 section 5.2).
    #[error(
        "zone {parent} has no DS for zone {zone}, which makes it insecure: publish the DS of the zone's key there (through its registrar)"
    )]
    NoDs {
        /// The zone without DS.
        zone: Name,
        /// The zone that should have it.
        parent: Name,
    },
    /// A signed zone has no keys.
    #[error("zone {zone} signs records, but has no DNSKEY: publish the keys that it signs with")]
    NoDnskey {
        /// The zone.
        zone: Name,
    },
    /// More than one zone signs an RRset, so its zone is ambiguous.
    #[error(
        "{question} is signed by several zones ({}), which is ambiguous: keep only the signatures of the zone that contains it",
        Names(signers)
    )]
    SeveralSigners {
        /// The records.
        question: Question,
        /// The signing zones, at most the first eight.
        signers: Vec<Name>,
    },
    /// The signing zone cannot contain the records (RFC 4035 section 5.3.1).
    #[error(
        "{question} is signed by {signer}, which cannot contain it: sign it with the keys of the zone that contains it"
    )]
    OtherSigner {
        /// The records.
        question: Question,
        /// The signing zone.
        signer: Name,
    },
    /// The fetch would exceed a limit.
    #[error("too many {0}")]
    LimitExceeded(Limit),
    /// The organisation's name is too long for a key record name.
    #[error("{label}.{organisation} is longer than 255 octets, so it cannot have key records")]
    NameTooLong {
        /// The organisation.
        organisation: OrganisationName,
        /// The label that the profile prepends.
        label: &'static str,
    },
    /// The responses do not form a chain.
    #[error("responses do not form a chain: {0}")]
    Malformed(ChainParseError),
    /// The responses form a chain that does not prove the records.
    #[error("responses do not prove the records: {0}")]
    NotProved(ChainError),
}

impl FetchError {
    /// The error code, which stays the same across releases.
    ///
    /// If no server answered and all failed for the same reason, it is the code of that reason.
    #[must_use]
    pub fn code(&self) -> u16 {
        if let Self::NoAnswer { failures, .. } = self
            && let Some(code) = common_code(failures)
        {
            return code;
        }
        match self {
            Self::NoAnswer { .. } => 4001,
            Self::NoSuchName { .. } => 4011,
            Self::NoRecords { .. } => 4012,
            Self::Alias { .. } => 4013,
            Self::UnsignedZone { .. } => 4014,
            Self::SignaturesStripped { .. } => 4015,
            Self::NoDs { .. } => 4016,
            Self::NoDnskey { .. } => 4017,
            Self::SeveralSigners { .. } => 4018,
            Self::OtherSigner { .. } => 4019,
            Self::LimitExceeded(_) => 4020,
            Self::NameTooLong { .. } => 4021,
            Self::Malformed(_) => 4022,
            Self::NotProved(error) => error.code(),
        }
    }
}

fn common_code(failures: &[ServerFailure]) -> Option<u16> {
    let first = failures.first()?.reason.code();
    failures.iter().all(|failure| failure.reason.code() == first).then_some(first)
}

/// The failure of one server at one try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{server}: {reason}")]
pub struct ServerFailure {
    /// The server.
    pub server: ResolverAddress,
    /// The reason.
    pub reason: FailureReason,
}

/// The reason that a server gave no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FailureReason {
    /// The server took too long.
    #[error("no answer within {} s{}", after.as_secs_f32(), PassedOver(*passed_over))]
    TimedOut {
        /// The timeout.
        after: Duration,
        /// The number of datagrams from the server that were not a response to the question.
        passed_over: usize,
    },
    /// The connection failed or broke.
    #[error("connection: {reason}")]
    Connection {
        /// The reason, in the system's words.
        reason: String,
    },
    /// TLS failed, for example because the certificate is not trusted or is for another name.
    #[error("TLS: {reason}")]
    Tls {
        /// The reason.
        reason: String,
    },
    /// The HTTP response has no DNS message.
    #[error("HTTP: {reason}")]
    Http {
        /// The reason.
        reason: String,
    },
    /// The response is not a DNS message.
    #[error("response is not a DNS message: {problem}")]
    Malformed {
        /// The problem with it.
        problem: MessageProblem,
    },
    /// The response is for another question, or for another query.
    #[error("response does not match the query")]
    NotForQuestion,
    /// The server reports an error.
    #[error("{0}")]
    ResponseCode(ResponseCode),
    /// The response is truncated, although it came over a stream.
    #[error("response is truncated (TC) although it came over a stream")]
    Truncated,
}

impl FailureReason {
    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::TimedOut { .. } => 4002,
            Self::Connection { .. } => 4003,
            Self::Tls { .. } => 4004,
            Self::Http { .. } => 4005,
            Self::Malformed { .. } => 4006,
            Self::NotForQuestion => 4007,
            Self::ResponseCode(_) => 4008,
            Self::Truncated => 4009,
        }
    }
}

/// A response code (RFC 1035 section 4.1.1, RFC 6891 section 6.1.3 and the IANA registry).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResponseCode(pub u16);

impl ResponseCode {
    pub(crate) const NO_ERROR: Self = Self(0);
    pub(crate) const NX_DOMAIN: Self = Self(3);
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("NOERROR"),
            1 => f.write_str("FORMERR: the server does not understand the query"),
            2 => f.write_str("SERVFAIL: the server failed, or cannot reach the zone's servers"),
            3 => f.write_str("NXDOMAIN"),
            4 => f.write_str("NOTIMP: the server does not support such queries"),
            5 => f.write_str("REFUSED: the server does not answer this client"),
            16 => f.write_str("BADVERS: the server does not support EDNS version 0"),
            other => write!(f, "RCODE {other}"),
        }
    }
}

struct Listed<'a>(&'a [ServerFailure]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, failure) in self.0.iter().enumerate() {
            write!(f, "{}{failure}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

struct PassedOver(usize);

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0 {
            write!(f, " (ignored {} datagrams that did not match the query)", self.0)?;
        }
        Ok(())
    }
}

struct Names<'a>(&'a [Name]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            write!(f, "{}{name}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
