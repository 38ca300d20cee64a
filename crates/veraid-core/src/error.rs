//! Reasons why a bundle is malformed or invalid.

use std::fmt;

use veraid_dnssec::{ChainError, Limit, ValidityPeriod, ValidityPeriods};

use crate::certificate::CommonNameProblem;
use crate::key_record::RecordForm;
use crate::name::NameProblem;
use crate::oid::ServiceOid;
use crate::profile::Profile;

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

/// An invalid bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The organisation certificate does not have a usable common name, so there is no name to look
    /// up in the DNS.
    #[error("organisation certificate: {0}")]
    CommonName(CommonNameProblem),
    /// The organisation certificate's common name is not a valid organisation name.
    #[error("invalid organisation name: {0}")]
    OrganisationName(NameProblem),
    /// The bundle follows a profile that this verifier does not accept.
    #[error("bundle follows the profile {found}, which this verifier does not accept")]
    Profile {
        /// The profile that the bundle follows.
        found: Profile,
    },
    /// The DNSSEC chain does not prove the key records.
    #[error("DNSSEC chain does not prove the organisation's key records")]
    DnssecChain(#[source] ChainError),
    /// No key record names the organisation's key for the service.
    #[error("key records do not name the organisation's key")]
    KeyRecord(#[source] KeyRecordError),
    /// A certificate on the path from the organisation to the signer is invalid.
    #[error("invalid {certificate}")]
    Certificate {
        /// The certificate.
        certificate: CertificateRole,
        /// The reason.
        #[source]
        problem: CertificateProblem,
    },
    /// The CMS structure is invalid.
    #[error("invalid signed data")]
    SignedData(#[source] SignedDataError),
    /// The signature is for another service.
    #[error("signature is for service {found}, not {required}")]
    Service {
        /// The service that the verifier requires.
        required: ServiceOid,
        /// The service that the signature names.
        found: ServiceOid,
    },
    /// The name of the user, in the certificate or the attribution, is rejected.
    #[error("invalid user name: {0}")]
    UserName(NameProblem),
    /// The member certificate does not have a usable common name.
    #[error("member certificate: {0}")]
    MemberCommonName(CommonNameProblem),
    /// The organisation's own certificate signed, without naming the member.
    #[error("organisation certificate signed without attributing the signature to a member")]
    AttributionMissing,
    /// A signature is attributed to a member by a signer who does not speak for the organisation.
    #[error(
        "signature is attributed to a member, but its signer does not speak for the organisation"
    )]
    AttributionNotAllowed,
    /// Chain, certificates and signature are not all valid at any second inside the window.
    #[error(transparent)]
    NoCommonSecond(#[from] Box<NoCommonSecond>),
    /// The signed period is longer than the verifier allows.
    #[error("signature is valid for {seconds} seconds, limit is {limit}")]
    SignedPeriodTooLong {
        /// Seconds from start to end.
        seconds: u64,
        /// The most that are allowed.
        limit: u64,
    },
    /// The requested period is longer than the profile allows.
    #[error("verification period is {seconds} seconds, limit is {limit}")]
    RequestedPeriodTooLong {
        /// Seconds from start to end.
        seconds: u64,
        /// The most that are allowed.
        limit: u64,
    },
}

/// The periods of the evidence, if they have no second in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCommonSecond {
    /// The seconds that the verifier and the key record's TTL override allow; the requested period
    /// if there are no such seconds.
    pub window: ValidityPeriod,
    /// The seconds in which the DNSSEC chain is valid.
    pub chain: ValidityPeriods,
    /// The seconds in which all certificates are valid.
    pub certificates: ValidityPeriods,
    /// The period in which the signature is valid.
    pub signature: ValidityPeriod,
}

impl NoCommonSecond {
    /// The evidence that misses the window, if only one does: its name, and its validity.
    fn only_culprit(&self) -> Option<(&'static str, ValidityPeriod)> {
        let whole = |periods: &ValidityPeriods| {
            let (first, last) = periods.earliest().zip(periods.latest())?;
            ValidityPeriod::new(first, last).ok()
        };
        let window = ValidityPeriods::from(self.window);
        let pieces = [
            ("DNSSEC chain", self.chain.intersection(&window).is_empty(), whole(&self.chain)),
            (
                "certificate",
                self.certificates.intersection(&window).is_empty(),
                whole(&self.certificates),
            ),
            ("signature", self.signature.intersection(self.window).is_none(), Some(self.signature)),
        ];
        let mut missing = pieces.into_iter().filter(|(_, misses, _)| *misses);
        match (missing.next(), missing.next()) {
            (Some((name, _, Some(period))), None) => Some((name, period)),
            _ => None,
        }
    }
}

impl fmt::Display for NoCommonSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let window = self.window;
        match self.only_culprit() {
            Some((name, period)) if period.end() < window.start() => {
                write!(f, "{name} expired at {}, before {window}: ", period.end())?;
            }
            Some((name, period)) if period.start() > window.end() => {
                write!(f, "{name} is not valid until {}, after {window}: ", period.start())?;
            }
            _ => {}
        }
        let Self { chain, certificates, signature, .. } = self;
        write!(
            f,
            "no common second: verification window {window}, DNSSEC chain {chain}, certificates {certificates}, signature {signature}"
        )
    }
}

impl std::error::Error for NoCommonSecond {}

impl VerifyError {
    /// Returns true if the failure is about time: each part may be valid, but not all of them at a
    /// requested second.
    #[must_use]
    pub const fn is_about_time(&self) -> bool {
        match self {
            Self::DnssecChain(error) => error.is_about_time(),
            Self::NoCommonSecond(_) => true,
            _ => false,
        }
    }

    /// Returns true if the bundle is rejected for its service, for exceeding a maximum period, or
    /// by the verifier's policy.
    #[must_use]
    pub const fn is_about_policy(&self) -> bool {
        use veraid_dnssec::BogusReason::PeriodTooLong as RrsigTooLong;
        matches!(
            self,
            Self::Service { .. }
                | Self::Profile { .. }
                | Self::SignedPeriodTooLong { .. }
                | Self::RequestedPeriodTooLong { .. }
                | Self::DnssecChain(ChainError::Bogus { reason: RrsigTooLong { .. }, .. })
                | Self::Certificate {
                    problem: CertificateProblem::PeriodTooLong { .. }
                        | CertificateProblem::ForeignIssuer,
                    ..
                }
        )
    }

    /// A number for the kind of error, which stays the same over releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::DnssecChain(error) => error.code(),
            Self::CommonName(_) => 2101,
            Self::OrganisationName(_) => 2102,
            Self::Profile { .. } => 2103,
            Self::KeyRecord(error) => error.code(),
            Self::Certificate { problem, .. } => problem.code(),
            Self::SignedData(error) => error.code(),
            Self::Service { .. } => 2401,
            Self::NoCommonSecond(_) => 2402,
            Self::SignedPeriodTooLong { .. } => 2403,
            Self::RequestedPeriodTooLong { .. } => 2404,
            Self::UserName(_) => 2501,
            Self::MemberCommonName(_) => 2502,
            Self::AttributionMissing => 2503,
            Self::AttributionNotAllowed => 2504,
        }
    }

    /// Returns true if verification ended because it would have taken too much work: no other
    /// candidate may be tried.
    pub(crate) const fn exceeds_limit(&self) -> bool {
        matches!(
            self,
            Self::DnssecChain(ChainError::LimitExceeded(_))
                | Self::Certificate { problem: CertificateProblem::LimitExceeded(_), .. }
                | Self::SignedData(SignedDataError::LimitExceeded(_))
        )
    }
}

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
    const fn code(&self) -> u16 {
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

/// The reason why an algorithm or key is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlgorithmProblem {
    /// The signature algorithm is not RSASSA-PSS.
    #[error("the signature algorithm is not RSASSA-PSS")]
    NotPss,
    /// The parameters of RSASSA-PSS are not those of one allowed hash.
    #[error(
        "unsupported RSASSA-PSS parameters: expected SHA-256, SHA-384 or SHA-512 for message and MGF1, a salt of the digest's length and trailer field 1"
    )]
    PssParameters,
    /// The digest algorithm is not SHA-256, SHA-384 or SHA-512.
    #[error("the digest algorithm is not SHA-256, SHA-384 or SHA-512")]
    DigestNotAllowed,
    /// A certificate names different algorithms inside and outside its signed part.
    #[error("the algorithms inside and outside the signed part differ")]
    InnerAndOuterDiffer,
    /// The key is not RSA with the algorithm rsaEncryption and NULL parameters.
    #[error("the key is not an rsaEncryption key with NULL parameters")]
    KeyForm,
    /// The key's size or exponent is not allowed.
    #[error(
        "the key of {bits} bits has a size or exponent that is not allowed (organisations: 2048, 3072 or 4096 bits; others: 2048 to 4096; exponent odd, from 65537 to below 2^33)"
    )]
    KeySize {
        /// The length of the modulus in bits.
        bits: usize,
    },
}

/// The reason why no key record counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRecordError {
    /// No record names the key for the service.
    #[error(
        "none of {records} records names key {key_id} for service {service} ({other_service} are for other services, {skipped} name other keys or are not key records, {split} do not have exactly one character-string)"
    )]
    NotFound {
        /// The key id, as a record would name it.
        key_id: String,
        /// The service.
        service: ServiceOid,
        /// The number of records.
        records: usize,
        /// The number of records that name the key for other services.
        other_service: usize,
        /// The number of records that name other keys, or are not key records of this profile.
        skipped: usize,
        /// The number of records skipped because they are split into several character-strings, or
        /// have no character-string.
        split: usize,
    },
    /// A record names the key in another form than the profile's, and no record does in the
    /// profile's.
    #[error(
        "no record names key {key_id} in the form of {profile}, but one does in another form: {}",
        .form.difference_from(*.profile)
    )]
    OtherForm {
        /// The key id, as a record of the profile would name it.
        key_id: String,
        /// The form in which a record names it.
        form: RecordForm,
        /// The profile that the bundle follows.
        profile: Profile,
    },
    /// A record names the key but is malformed otherwise.
    #[error("the record that names key {key_id} is malformed: {problem}")]
    Malformed {
        /// The key's identifier.
        key_id: String,
        /// The problem with it.
        problem: &'static str,
    },
    /// Several records match equally well.
    #[error("{count} records name key {key_id} for the same service")]
    Ambiguous {
        /// The key's identifier.
        key_id: String,
        /// The number of records that match.
        count: usize,
    },
}

impl KeyRecordError {
    const fn code(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 2111,
            Self::Malformed { .. } => 2112,
            Self::Ambiguous { .. } => 2113,
            Self::OtherForm { .. } => 2150,
        }
    }
}

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

impl SignedDataError {
    const fn code(&self) -> u16 {
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
