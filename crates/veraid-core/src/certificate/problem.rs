//! Reasons why a certificate is invalid.

use std::fmt;

use veraid_dnssec::Limit;

use crate::algorithm::AlgorithmProblem;

/// The role of a certificate in a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateRole {
    /// The organisation's.
    Organisation,
    /// A certificate between the organisation's and the signer's.
    Intermediate,
    /// The signer's.
    Signer,
    /// A certificate attached to the signature.
    Attached,
}

impl fmt::Display for CertificateRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Organisation => "organisation certificate",
            Self::Intermediate => "intermediate certificate",
            Self::Signer => "signer's certificate",
            Self::Attached => "attached certificate",
        })
    }
}

/// The reason why a certificate is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// No certificate has the issuer and serial number that the signature names.
    #[error("no attached certificate has the issuer and serial number that the signature names")]
    NotAttached,
    /// Two certificates have the same issuer and serial number.
    #[error("another certificate has the same issuer and serial number")]
    SerialNumberRepeated,
    /// It is not an X.509 version 3 certificate.
    #[error("not an X.509 v3 certificate")]
    Version,
    /// The serial number is negative or over 20 octets (RFC 5280 section 4.1.2.2).
    #[error("its serial number is negative or longer than 20 octets")]
    SerialNumber,
    /// It ends before it starts.
    #[error("its validity ends before it starts")]
    InvertedPeriod,
    /// Its validity period is longer than allowed.
    #[error("it is valid for {seconds} seconds, limit is {limit}")]
    PeriodTooLong {
        /// Seconds from start to end.
        seconds: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// An algorithm or key is not allowed.
    #[error(transparent)]
    Algorithm(AlgorithmProblem),
    /// A critical extension is not understood (RFC 5280 section 4.2).
    #[error("unsupported critical extension {oid}")]
    UnknownCriticalExtension {
        /// The extension's identifier.
        oid: String,
    },
    /// It has name constraints, which are not supported.
    #[error("it has name constraints, which are not supported")]
    NameConstraints,
    /// It issued another certificate but is not an authority (RFC 5280 section 4.2.1.9).
    #[error("used as an issuer without critical BasicConstraints cA=TRUE")]
    NotAnAuthority,
    /// More intermediates follow than its pathLenConstraint allows.
    #[error("more intermediates follow than its pathLenConstraint allows")]
    PathLengthConstraint,
    /// The path has more certificates than the limit allows.
    #[error("its path to the organisation has more than {limit} certificates")]
    PathTooLong {
        /// The most that are followed.
        limit: usize,
    },
    /// Its KeyUsage does not allow the use of its key (RFC 5280 section 4.2.1.3).
    #[error("its KeyUsage does not allow this use of its key")]
    KeyUsage,
    /// Its authority key identifier is not its issuer's subject key identifier.
    #[error("its authority key identifier is not its issuer's subject key identifier")]
    KeyIdentifiersDiffer,
    /// It was issued neither by the organisation nor by a suitable attached certificate.
    #[error(
        "it was not issued by the organisation or by an attached certificate that may issue it"
    )]
    NotIssuedByOrganisation,
    /// The organisation certificate was issued by another authority, which VeraId does not allow.
    #[error("its issuer is not its subject")]
    NotSelfIssued,
    /// The organisation certificate was issued by another authority, which verifiers accept only
    /// under DomainAuth and by an explicit policy.
    #[error("its issuer is not its subject, which this verifier does not accept")]
    ForeignIssuer,
    /// Its signature is invalid.
    #[error("its signature is invalid")]
    InvalidSignature,
    /// Verification would take more than it may.
    #[error("too many {0}")]
    LimitExceeded(Limit),
}

impl CertificateProblem {
    pub(crate) const fn code(&self) -> u16 {
        match self {
            Self::NotAttached => 2201,
            Self::SerialNumberRepeated => 2202,
            Self::Version => 2203,
            Self::SerialNumber => 2204,
            Self::InvertedPeriod => 2205,
            Self::PeriodTooLong { .. } => 2206,
            Self::Algorithm(_) => 2207,
            Self::UnknownCriticalExtension { .. } => 2208,
            Self::NameConstraints => 2209,
            Self::NotAnAuthority => 2210,
            Self::PathLengthConstraint => 2211,
            Self::PathTooLong { .. } => 2212,
            Self::KeyUsage => 2213,
            Self::KeyIdentifiersDiffer => 2214,
            Self::NotIssuedByOrganisation => 2215,
            Self::NotSelfIssued => 2216,
            Self::ForeignIssuer => 2218,
            Self::InvalidSignature => 2217,
            Self::LimitExceeded(_) => 2007,
        }
    }
}
