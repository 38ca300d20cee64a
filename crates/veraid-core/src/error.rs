//! Reasons why a bundle is invalid.

use std::fmt;

use veraid_dnssec::{ChainError, ValidityPeriod, ValidityPeriods};

use crate::certificate::common_name::CommonNameProblem;
use crate::certificate::problem::{CertificateProblem, CertificateRole};
use crate::key_record::KeyRecordError;
use crate::name::problem::NameProblem;
use crate::oid::ServiceOid;
use crate::profile::Profile;
use crate::signed_data::error::SignedDataError;

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
