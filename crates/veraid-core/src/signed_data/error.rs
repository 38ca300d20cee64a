//! Reasons why a CMS structure is invalid.

use veraid_dnssec::Limit;

use crate::algorithm::AlgorithmProblem;

/// The reason why a CMS structure is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignedDataError {
    /// The content type is not signed data.
    #[error("the content type is {0}, not signed data")]
    ContentType(String),
    /// The version of SignedData or SignerInfo is not allowed.
    #[error("unsupported {0} version {1}")]
    Version(&'static str, u8),
    /// The type of the encapsulated content is not data.
    #[error("the encapsulated content is of type {0}, not data")]
    EncapsulatedContentType(String),
    /// There is not exactly one signer.
    #[error("expected one signer, found {0}")]
    SignerCount(usize),
    /// The signer is not named by issuer and serial number.
    #[error("the signer is not named by issuer and serial number")]
    SignerIdentifier,
    /// There are unsigned attributes.
    #[error("unsigned attributes are not allowed")]
    UnsignedAttributes,
    /// There are no signed attributes.
    #[error("signed attributes are missing")]
    NoSignedAttributes,
    /// There are revocation lists.
    #[error("revocation lists are not allowed")]
    RevocationLists,
    /// A certificate is in another format than X.509.
    #[error("an attached certificate is not an X.509 certificate")]
    CertificateForm,
    /// A signed attribute is repeated or does not have exactly one value.
    #[error("signed attribute {0} is repeated or does not have exactly one value")]
    AttributeNotSingle(String),
    /// A signed attribute is missing.
    #[error("signed attribute {0} is missing")]
    AttributeMissing(&'static str),
    /// A signed attribute has an invalid value.
    #[error("signed attribute {0} has an invalid value")]
    AttributeValue(&'static str),
    /// The signing-certificate attribute does not match the certificate that the signature is
    /// verified with.
    #[error("signed attribute signing certificate {0}")]
    SigningCertificate(SigningCertificateProblem),
    /// The digest algorithm is not among those announced.
    #[error("the signer's digest algorithm is not among digestAlgorithms")]
    DigestNotAnnounced,
    /// An algorithm is not allowed.
    #[error(transparent)]
    Algorithm(AlgorithmProblem),
    /// The content is neither attached nor given, or both.
    #[error("the content is {0}")]
    Content(ContentProblem),
    /// The content does not match the signed digest.
    #[error("the content does not match the signed digest")]
    DigestMismatch,
    /// The signed period ends before it starts.
    #[error("the signed period ends before it starts")]
    InvertedPeriod,
    /// The signature is invalid.
    #[error("the signature is invalid")]
    InvalidSignature,
    /// Verification would take more than it may.
    #[error("too many {0}")]
    LimitExceeded(Limit),
}

impl SignedDataError {
    pub(crate) const fn code(&self) -> u16 {
        match self {
            Self::ContentType(_) => 2301,
            Self::Version(..) => 2302,
            Self::EncapsulatedContentType(_) => 2303,
            Self::SignerCount(_) => 2304,
            Self::SignerIdentifier => 2305,
            Self::UnsignedAttributes => 2306,
            Self::NoSignedAttributes => 2307,
            Self::RevocationLists => 2308,
            Self::CertificateForm => 2309,
            Self::AttributeNotSingle(_) => 2310,
            Self::AttributeMissing(_) => 2311,
            Self::AttributeValue(_) => 2312,
            Self::SigningCertificate(problem) => problem.code(),
            Self::DigestNotAnnounced => 2313,
            Self::Algorithm(_) => 2314,
            Self::Content(_) => 2315,
            Self::DigestMismatch => 2316,
            Self::InvertedPeriod => 2317,
            Self::InvalidSignature => 2318,
            Self::LimitExceeded(_) => 2007,
        }
    }
}

/// The reason why a signature is not bound to the certificate that it is verified with (RFC 5035).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningCertificateProblem {
    /// It names another certificate: this signature was made for that one.
    #[error("names a certificate other than the signer's")]
    OtherCertificate,
    /// The certificate's digest is not of SHA-256, SHA-384 or SHA-512.
    #[error("has a digest other than SHA-256, SHA-384 or SHA-512")]
    DigestNotAllowed,
    /// It names further certificates, policies, or issuer and serial number, which are not
    /// supported.
    #[error(
        "names several certificates, a policy, or issuer and serial number, which are not supported"
    )]
    Restricted,
}

impl SigningCertificateProblem {
    const fn code(self) -> u16 {
        match self {
            Self::OtherCertificate => 2350,
            Self::DigestNotAllowed => 2351,
            Self::Restricted => 2352,
        }
    }
}

/// The problem with how the content was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentProblem {
    /// The signature is detached and no content was given.
    #[error("detached, but was not provided")]
    NotGiven,
    /// The content is attached and was given too.
    #[error("attached, but was also provided")]
    GivenTwice,
}
