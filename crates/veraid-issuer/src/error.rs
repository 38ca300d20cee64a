//! Errors of issuing: policy, identity, services, keys and proofs of possession.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use veraid_core::{
    AlgorithmProblem, BundleParseError, NameProblem, ServiceOid, ValidityPeriod, VerifyError,
};

use crate::signing_key::SigningError;

/// The reason that a certificate, key record or bundle was not issued.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The request breaks a rule; nothing was signed.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Verifiers would reject the organisation or member: its chain, key record or certificate is
    /// invalid.
    #[error("invalid chain or certificate")]
    Identity(#[source] VerifyError),
    /// The key cannot sign.
    #[error(transparent)]
    Signer(#[from] SigningError),
    /// The returned signature is not the key's, or not over the bytes to be signed.
    #[error("signature is invalid for the signer's public key")]
    InvalidSignature,
    /// The parts do not form a bundle or certificate.
    #[error("assembled bundle or certificate is malformed")]
    Malformed(#[source] BundleParseError),
    /// The service's own rules reject the content, its period or the bundle.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Content or certificates are larger than the DER encoder supports (256 MiB).
    #[error("content is larger than 256 MiB")]
    TooLarge,
}

impl IssueError {
    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Policy(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Signer(_) => 5101,
            Self::InvalidSignature => 5102,
            Self::Malformed(error) => error.code(),
            Self::Service(error) => error.code(),
            Self::TooLarge => 5103,
        }
    }
}

/// A request that breaks a rule which verifiers enforce.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The signature would be valid for longer than the service or profile allows.
    #[error("signed period lasts {seconds} seconds, limit is {limit}")]
    SignedPeriodTooLong {
        /// The requested value.
        seconds: u64,
        /// The maximum.
        limit: u64,
    },
    /// Chain and certificates are not valid for as long as the signature would be.
    #[error("signed period is {period}, but chain and certificates are valid only {validity}")]
    NotCovered {
        /// The requested value.
        period: ValidityPeriod,
        /// The validity of chain and certificates.
        validity: ValidityPeriod,
    },
    /// The certificate would be valid for longer than DomainAuth allows.
    #[error("certificate would be valid for {seconds} seconds, limit is {limit}")]
    CertificatePeriodTooLong {
        /// The requested value.
        seconds: u64,
        /// The maximum.
        limit: u64,
    },
    /// The certificate would be valid at times when its issuer's is not.
    #[error("certificate would be valid {period}, but its issuer's is valid {issuer}")]
    OutlivesIssuer {
        /// The requested value.
        period: ValidityPeriod,
        /// The validity of the issuer's certificate.
        issuer: ValidityPeriod,
    },
    /// The public key has a form or size that verifiers reject.
    #[error("unsupported public key: {0}")]
    Key(AlgorithmProblem),
    /// The private key is not that of the certificate.
    #[error("private key does not match the {certificate} certificate")]
    KeyMismatch {
        /// The owner of the certificate: `organisation`, `member` or `issuer`.
        certificate: &'static str,
    },
    /// The certificate may not issue others, or not with so many levels below.
    #[error("issuer's certificate does not allow it to issue this one")]
    NotAnAuthority,
    /// VeraId has no certificates between the organisation's and a member's.
    #[error("intermediate certificates exist only under DomainAuth, not under VeraId")]
    IntermediateUnderVeraId,
    /// A name breaks the rules for names.
    #[error("invalid {what}: {problem}")]
    Name {
        /// The kind of name: `organisation name` or `user name`.
        what: &'static str,
        /// The rule that it breaks.
        problem: NameProblem,
    },
    /// Verifiers would reject the TTL override of a key record.
    #[error("TTL override is {seconds} seconds, expected 1 to {limit}")]
    TtlOverride {
        /// The requested value.
        seconds: u64,
        /// The maximum.
        limit: u64,
    },
    /// A plain member may sign only for itself.
    #[error("a member's key signs for that member alone, not on behalf of others")]
    AttributionNotAllowed,
    /// The certificate belongs to a different organisation than the one that is to sign.
    #[error("certificate belongs to {found}, not to {required}")]
    OtherOrganisation {
        /// The organisation that is to sign.
        required: String,
        /// The organisation of chain and certificate.
        found: String,
    },
    /// The issuer signs for a different service than the requested one.
    #[error("issuer signs for the service {found}, not for {required}")]
    OtherService {
        /// The requested service.
        required: ServiceOid,
        /// The service that the issuer was created for.
        found: ServiceOid,
    },
    /// The user's name is the organisation's name: verifiers would take the certificate for one of
    /// the organisation itself.
    #[error(
        "user has the organisation's name, so verifiers would take the certificate for the organisation's"
    )]
    NamedLikeOrganisation,
    /// The certificate would have the issuer and serial number of one above it, so the two could
    /// not be distinguished.
    #[error("serial number is already used by the issuer's certificate")]
    SerialNumberRepeated,
    /// Deployed verifiers reject organisation certificates without cA TRUE, so under VeraId all of
    /// them are authorities.
    #[error("under VeraId an organisation's certificate is always an authority's")]
    SignOnlyUnderVeraId,
    /// The certificate would allow more levels of intermediates than verifiers accept.
    #[error("{found} levels of intermediates are too many, limit is {limit}")]
    TooManyLevels {
        /// The requested number.
        found: u8,
        /// The maximum.
        limit: u8,
    },
    /// A certificate above the new one has the same key, so its holder would have two names.
    #[error("public key is already used by a certificate above this one")]
    KeyCertifiedTwice,
    /// The certificate would be valid at times when those above it are not.
    #[error(
        "certificate would be valid {period}, but the certificates above it {}",
        .issuer.map_or_else(|| "are never valid together".to_owned(), |issuer| format!("are valid {issuer}"))
    )]
    IssuerNotValid {
        /// The requested period.
        period: ValidityPeriod,
        /// The seconds at which all certificates above are valid, if there are any.
        issuer: Option<ValidityPeriod>,
    },
    /// An intermediate's certificate was given without those above it.
    #[error(
        "issuer's certificate is not an organisation's, and the certificates above it are missing"
    )]
    IssuerPathMissing,
    /// The certificate request names a different member.
    #[error("certificate request is for {requested}, not for {member}")]
    RequestForAnother {
        /// The common name of the request.
        requested: String,
        /// The member that the certificate would be for.
        member: String,
    },
    /// More certificates would be attached than verifiers accept.
    #[error("{found} certificates would be attached, limit is {limit}")]
    TooManyCertificates {
        /// The member's certificate and those of intermediates.
        found: usize,
        /// The maximum.
        limit: usize,
    },
    /// Verifiers of this service reject what breaks its own rules, and the issuer has none.
    #[error("service {service} has rules of its own, which the issuer was not given")]
    RulesMissing {
        /// The service.
        service: ServiceOid,
    },
}

impl PolicyError {
    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::SignedPeriodTooLong { .. } => 5001,
            Self::NotCovered { .. } => 5002,
            Self::CertificatePeriodTooLong { .. } => 5003,
            Self::OutlivesIssuer { .. } => 5004,
            Self::Key(_) => 5005,
            Self::KeyMismatch { .. } => 5006,
            Self::NotAnAuthority => 5007,
            Self::IntermediateUnderVeraId => 5008,
            Self::Name { .. } => 5009,
            Self::TtlOverride { .. } => 5010,
            Self::AttributionNotAllowed => 5011,
            Self::OtherOrganisation { .. } => 5012,
            Self::OtherService { .. } => 5013,
            Self::NamedLikeOrganisation => 5014,
            Self::SerialNumberRepeated => 5015,
            Self::TooManyCertificates { .. } => 5016,
            Self::SignOnlyUnderVeraId => 5050,
            Self::KeyCertifiedTwice => 5053,
            Self::IssuerNotValid { .. } => 5054,
            Self::IssuerPathMissing => 5055,
            Self::RequestForAnother { .. } => 5056,
            Self::TooManyLevels { .. } => 5057,
            Self::RulesMissing { .. } => 5058,
        }
    }
}

/// The reason that a service's own rules reject a signature.
///
/// It reads like the error that the rules gave, which [`ServiceError::downcast_ref`] returns. Two
/// are equal if code and text are.
#[derive(Clone)]
pub struct ServiceError {
    code: u16,
    reason: Arc<dyn Error + Send + Sync>,
}

impl ServiceError {
    /// Creates an error with the code that the service gives it.
    #[must_use]
    pub fn new(code: u16, reason: impl Error + Send + Sync + 'static) -> Self {
        Self { code, reason: Arc::new(reason) }
    }

    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The error that the rules gave, if it is of this type.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.reason.downcast_ref()
    }
}

impl PartialEq for ServiceError {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code && self.reason.to_string() == other.reason.to_string()
    }
}

impl Eq for ServiceError {}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.reason, f)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl Error for ServiceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}

/// The reason that a private key cannot be read, written or generated.
#[cfg(feature = "software-keys")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is not a private key in PEM (RFC 7468 sections 10 and 11).
    #[error("key is not PEM with the label PRIVATE KEY or ENCRYPTED PRIVATE KEY")]
    Pem,
    /// The bytes are not an RSA key in PKCS#8 that can sign (RFC 5958, RFC 8017).
    #[error("key is not an RSA private key of 2048 to 4096 bits in PKCS#8: {reason}")]
    Pkcs8 {
        /// The problem with it.
        reason: &'static str,
    },
    /// The key is encrypted, and no passphrase was given.
    #[error("key is encrypted, but no passphrase was given")]
    PassphraseMissing,
    /// The passphrase does not decrypt the key.
    #[error("wrong passphrase, or the key is damaged")]
    Passphrase,
    /// The key's encryption is too expensive, or uses an algorithm that is not supported.
    #[error("unsupported key encryption: {reason}")]
    Encryption {
        /// The part that is not supported.
        reason: &'static str,
    },
    /// Key generation failed.
    #[error("key generation failed")]
    Generation,
}

#[cfg(feature = "software-keys")]
impl KeyError {
    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Pem => 5201,
            Self::Pkcs8 { .. } => 5202,
            Self::PassphraseMissing => 5203,
            Self::Passphrase => 5204,
            Self::Encryption { .. } => 5205,
            Self::Generation => 5206,
        }
    }
}

/// The reason that a proof of possession was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The bytes are not a certificate request (RFC 2986) that names exactly one member.
    #[error("not a PKCS#10 certificate request in DER: {reason}")]
    Form {
        /// The broken rule.
        reason: &'static str,
    },
    /// The public key has a form or size that verifiers reject.
    #[error("unsupported public key: {0}")]
    Key(AlgorithmProblem),
    /// The request is signed with an algorithm other than RSASSA-PSS or PKCS#1 v1.5 with SHA-2.
    #[error("certificate request is signed with an algorithm that is not allowed")]
    AlgorithmNotAllowed,
    /// The signature was not made with the private half of the key.
    #[error("signature was not made with the private half of the key")]
    InvalidSignature,
}

impl ProofError {
    /// The error code, which stays the same across releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Form { .. } => 5250,
            Self::Key(_) => 5005,
            Self::AlgorithmNotAllowed => 5151,
            Self::InvalidSignature => 5150,
        }
    }
}
