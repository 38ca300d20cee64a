//! The two protocols that a bundle can follow.

use std::fmt;

use veraid_dnssec::{ChainVerifier, Name, Question, RecordType};

/// The protocol that a bundle follows. There is no fallback from one to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// VeraId as deployed: key records at `_veraid`, no intermediate certificates, a few bounded
    /// tolerances of BER.
    VeraId,
    /// DomainAuth (draft-narea-domainauth): key records at `_domainauth`, strict DER, intermediate
    /// certificates, periods of at most 90 days.
    DomainAuth,
}

/// 90 days: under DomainAuth the maximum length of the validity of a certificate, a signed period,
/// an RRSIG and a verifier's own period, and under both profiles the maximum TTL override.
pub const MAX_VALIDITY_SECONDS: u64 = 90 * 86_400;

impl Profile {
    /// The label that owns the key records.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::VeraId => "_veraid",
            Self::DomainAuth => "_domainauth",
        }
    }

    /// `verifier` with the profile's maximum period of RRSIGs: [`MAX_VALIDITY_SECONDS`] under
    /// DomainAuth, none under VeraId.
    #[must_use]
    pub const fn cap_signatures(self, verifier: ChainVerifier) -> ChainVerifier {
        match self {
            Self::VeraId => verifier,
            Self::DomainAuth => verifier.with_max_signature_seconds(MAX_VALIDITY_SECONDS),
        }
    }

    /// The question for the key records of `organisation`.
    pub(crate) fn question(self, organisation: &Name) -> Option<Question> {
        let name = organisation.prepend(self.label().as_bytes())?;
        Some(Question { name, record_type: RecordType::TXT })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VeraId => "veraid",
            Self::DomainAuth => "domainauth",
        })
    }
}
