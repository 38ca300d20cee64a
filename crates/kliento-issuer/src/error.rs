//! Why nothing was issued.

use kliento::TokenError;
use veraid_core::{
    AlgorithmProblem, NameProblem, ParseError, ServiceOid, ValidityPeriod, VerifyError,
};

use crate::signing_key::SigningError;

/// A certificate, record or bundle that was not issued. Whose fault it is: the caller's, the key's or nobody's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// What was asked for breaks a rule; nothing was signed.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The organisation or member would not be believed: chain, key record or certificate do not hold.
    #[error("chain and certificates do not hold")]
    Identity(#[source] VerifyError),
    /// The key does not sign.
    #[error(transparent)]
    Signer(#[from] SigningError),
    /// The signature that came back is not the key's, or not over what was to be signed.
    #[error("signature does not hold with the signer's public key")]
    SignatureDoesNotHold,
    /// The parts give no bundle or certificate.
    #[error("what was put together is malformed")]
    Malformed(#[source] ParseError),
    /// The parts give no token bundle; most often it would be too large.
    #[error("what was put together is no token bundle")]
    Token(#[source] kliento::ParseError),
    /// Content or certificates are larger than DER can be here (256 MiB).
    #[error("content is larger than 256 MiB")]
    TooLarge,
}

impl IssueError {
    /// A number for the kind of error, which stays the same over releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::Policy(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Signer(_) => 5101,
            Self::SignatureDoesNotHold => 5102,
            Self::Malformed(error) => error.code(),
            Self::Token(error) => error.code(),
            Self::TooLarge => 5103,
        }
    }
}

/// What was asked for breaks a rule that verifiers hold issuers to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// The signature would be valid for longer than the service or profile allows.
    #[error("signed period lasts {seconds} seconds, limit is {limit}")]
    SignedPeriodTooLong {
        /// What was asked for.
        seconds: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// Chain and certificates do not hold for as long as the signature would.
    #[error("signed period is {period}, but chain and certificates hold only {validity}")]
    NotCovered {
        /// What was asked for.
        period: ValidityPeriod,
        /// When they hold.
        validity: ValidityPeriod,
    },
    /// The certificate would be valid for longer than DomainAuth allows.
    #[error("certificate would be valid for {seconds} seconds, limit is {limit}")]
    CertificatePeriodTooLong {
        /// What was asked for.
        seconds: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// The certificate would be valid when its issuer's is not.
    #[error("certificate would be valid {period}, but its issuer's is valid {issuer}")]
    OutlivesIssuer {
        /// What was asked for.
        period: ValidityPeriod,
        /// The validity of the issuer's certificate.
        issuer: ValidityPeriod,
    },
    /// The public key is of a form or size that verifiers refuse.
    #[error("public key cannot be used: {0}")]
    Key(AlgorithmProblem),
    /// The private key is not that of the certificate.
    #[error("private key is not that of the {certificate} certificate")]
    KeyMismatch {
        /// Whose certificate: `organisation`, `member` or `issuer`.
        certificate: &'static str,
    },
    /// The certificate may not issue others, or not below as many as there are.
    #[error("certificate of the issuer does not allow it to issue this one")]
    NotAnAuthority,
    /// VeraId has no certificates between the organisation's and a member's.
    #[error("intermediate certificates are DomainAuth's; VeraId has none")]
    IntermediateUnderVeraId,
    /// A name that the rules refuse.
    #[error("{what} cannot be used: {problem}")]
    Name {
        /// Whose name: `organisation name` or `user name`.
        what: &'static str,
        /// The rule that it breaks.
        problem: NameProblem,
    },
    /// The TTL override of a key record is none that verifiers accept.
    #[error("TTL override is {seconds} seconds, which is not from 1 to {limit}")]
    TtlOverride {
        /// What was asked for.
        seconds: u64,
        /// The most that is allowed.
        limit: u64,
    },
    /// A plain member signs for itself alone.
    #[error("a member's key signs for that member alone, not on behalf of others")]
    AttributionNotAllowed,
    /// The certificate is of another organisation than the one that is to sign.
    #[error("certificate is of {found}, not of {required}")]
    OtherOrganisation {
        /// The organisation that is to sign.
        required: String,
        /// The organisation of chain and certificate.
        found: String,
    },
    /// Signatures are for another service than the one that is to be signed for.
    #[error("issuer signs for the service {found}, not for {required}")]
    OtherService {
        /// The service that is to be signed for.
        required: ServiceOid,
        /// The service that the issuer was made for.
        found: ServiceOid,
    },
    /// A user's name is the organisation's: verifiers take the certificate for another of the organisation's own.
    #[error("user is called like the organisation, for which verifiers take the certificate")]
    NamedLikeOrganisation,
    /// A certificate would have its issuer's name and serial number, so that nothing tells the two apart.
    #[error("serial number is that of the issuer's certificate")]
    SerialNumberRepeated,
    /// Deployed verifiers refuse organisation certificates without cA TRUE, so under VeraId every
    /// one can issue.
    #[error("under VeraId an organisation's certificate is always that of an authority")]
    SignOnlyUnderVeraId,
    /// More levels of intermediates would be allowed than verifiers walk.
    #[error("{found} levels of intermediates are too many, limit is {limit}")]
    TooManyLevels {
        /// The number that was asked for.
        found: u8,
        /// The most that are allowed.
        limit: u8,
    },
    /// Content for Kliento's service is not a token.
    #[error("content for Kliento's service is not a token: {0}")]
    NotAToken(TokenError),
    /// Tokens travel in their bundles.
    #[error("a token cannot be detached from its signature")]
    DetachedToken,
    /// The key is that of a certificate above the new one, so that its holder would have two names.
    #[error("public key is that of a certificate above this one")]
    KeyCertifiedTwice,
    /// The certificate would be valid only when those above it are not.
    #[error(
        "certificate would be valid {period}, but the certificates above it {}",
        .issuer.map_or_else(|| "are never valid together".to_owned(), |issuer| format!("are valid {issuer}"))
    )]
    IssuerNotValid {
        /// The period that was asked for.
        period: ValidityPeriod,
        /// The seconds in which all certificates above are valid, if there are any.
        issuer: Option<ValidityPeriod>,
    },
    /// An intermediate's certificate came without those above it.
    #[error("certificate of the issuer is not an organisation's, and those above it are missing")]
    IssuerPathMissing,
    /// The certificate request names another member than the certificate would.
    #[error("certificate request is for {requested}, not for {member}")]
    RequestForAnother {
        /// The common name of the request.
        requested: String,
        /// The member that the certificate would be for.
        member: String,
    },
    /// More certificates would be attached than verifiers take.
    #[error("{found} certificates would be attached, limit is {limit}")]
    TooManyCertificates {
        /// The member's and those between.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
}

impl PolicyError {
    /// A number for the kind of error, which stays the same over releases.
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
            Self::NotAToken(_) => 5051,
            Self::DetachedToken => 5052,
            Self::KeyCertifiedTwice => 5053,
            Self::IssuerNotValid { .. } => 5054,
            Self::IssuerPathMissing => 5055,
            Self::RequestForAnother { .. } => 5056,
            Self::TooManyLevels { .. } => 5057,
        }
    }
}

/// A private key that cannot be read, written or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is no PEM of a private key (RFC 7468 sections 10 and 11).
    #[error("key is no PEM with the label PRIVATE KEY or ENCRYPTED PRIVATE KEY")]
    Pem,
    /// The octets are no RSA key in PKCS#8 that can sign (RFC 5958, RFC 8017).
    #[error("key is no RSA private key of 2048 to 4096 bits in PKCS#8: {reason}")]
    Pkcs8 {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The key is encrypted, and no passphrase was given.
    #[error("key is encrypted, and there is no passphrase")]
    PassphraseMissing,
    /// The passphrase does not open the key.
    #[error("passphrase does not open the key, or the key is damaged")]
    Passphrase,
    /// The key's encryption asks for more work than it should, or for an algorithm that is not supported.
    #[error("key is encrypted in a way that is not supported: {reason}")]
    Encryption {
        /// What is not supported.
        reason: &'static str,
    },
    /// No key could be made.
    #[error("no key could be generated")]
    Generation,
}

impl KeyError {
    /// A number for the kind of error, which stays the same over releases.
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

/// A proof of possession that was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The bytes are not a certificate request (RFC 2986) that names exactly one member.
    #[error("not a PKCS#10 certificate request in DER: {reason}")]
    Form {
        /// The rule that is broken.
        reason: &'static str,
    },
    /// The public key has a form or size that verifiers refuse.
    #[error("public key cannot be used: {0}")]
    Key(AlgorithmProblem),
    /// The request is signed with an algorithm other than RSASSA-PSS or PKCS#1 v1.5 with SHA-2.
    #[error("certificate request is signed with an algorithm that is not allowed")]
    AlgorithmNotAllowed,
    /// The signature is not by the private half of the key.
    #[error("signature was not made with the private half of the key")]
    InvalidSignature,
}

impl ProofError {
    /// A number for the kind of error, which stays the same over releases.
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
