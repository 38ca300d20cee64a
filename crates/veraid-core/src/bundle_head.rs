//! The fields at the start of signature bundles and member id bundles.

use std::sync::Arc;

use veraid_dnssec::DnssecChain;

use crate::certificate::Certificate;
use crate::chain_set::{encode_dnssec_chain, read_chain};
use crate::der_reader::{Reader, tag};
use crate::der_writer::encode;
use crate::name::OrganisationName;
use crate::parse_error::{BundleParseError, DerProblem, Deviation};
use crate::profile::Profile;

/// The chain and organisation certificate of a bundle.
///
/// ```text
/// version                 [0] INTEGER (0),
/// dnssecChain             [1] SET OF OCTET STRING,
/// organisationCertificate [2] Certificate      -- IMPLICIT tags
/// ```
#[derive(Clone, Debug)]
pub(crate) struct BundleHead {
    pub(crate) chain: DnssecChain,
    pub(crate) organisation_certificate: Certificate,
}

impl BundleHead {
    /// Parses the three fields and records forms that DomainAuth does not allow.
    pub(crate) fn read(
        fields: &mut Reader<'_>,
        deviations: &mut Vec<Deviation>,
    ) -> Result<Self, BundleParseError> {
        let version = fields.read(tag::primitive(0), "version")?;
        if version.value != [0] {
            return Err(BundleParseError::Der {
                field: "version",
                offset: version.offset,
                problem: DerProblem::Value,
            });
        }
        let (chain, is_sorted) = read_chain(&fields.read(tag::constructed(1), "dnssecChain")?)?;
        if !is_sorted {
            deviations.push(Deviation::UnsortedSet);
        }
        let field = "organisationCertificate";
        let organisation_certificate =
            Certificate::from_element(&fields.read(tag::constructed(2), field)?, field)?;
        if organisation_certificate.needs_tolerance() {
            deviations.push(Deviation::CertificateForm);
        }
        Ok(Self { chain, organisation_certificate })
    }

    /// Encodes the three fields in DER, the chain sorted and without repetitions.
    pub(crate) fn write(&self) -> Vec<u8> {
        let chain = encode_dnssec_chain(self.chain.messages());
        let mut octets = encode(tag::primitive(0), &[0]);
        octets.extend(retag(tag::constructed(1), &chain));
        octets.extend(retag(tag::constructed(2), self.organisation_certificate.as_der()));
        octets
    }

    /// The head as [`BundleHead::write`] encodes it: without repeated messages.
    pub(crate) fn with_distinct_messages(self: Arc<Self>) -> Arc<Self> {
        match self.chain.without_repetitions() {
            Some(chain) => {
                let organisation_certificate = self.organisation_certificate.clone();
                Arc::new(Self { chain, organisation_certificate })
            }
            None => self,
        }
    }

    /// The profile that the chain is for: DomainAuth if it answers `_domainauth`, otherwise VeraId.
    ///
    /// The common name only forms the questions; it is proved later.
    pub(crate) fn profile(&self) -> Profile {
        let answers_domainauth = self
            .organisation_certificate
            .common_name()
            .ok()
            .and_then(|name| OrganisationName::parse(name).ok())
            .and_then(|name| name.key_record_question(Profile::DomainAuth))
            .is_some_and(|question| self.chain.has_answer(&question));
        if answers_domainauth { Profile::DomainAuth } else { Profile::VeraId }
    }

    /// Rejects forms that the bundle's profile does not allow.
    pub(crate) fn check_strictness(
        &self,
        deviations: &[Deviation],
    ) -> Result<(), BundleParseError> {
        check_strictness(self.profile(), deviations)
    }
}

/// Rejects forms that `profile` does not allow.
pub(crate) fn check_strictness(
    profile: Profile,
    deviations: &[Deviation],
) -> Result<(), BundleParseError> {
    match (profile, deviations.first()) {
        (Profile::DomainAuth, Some(&deviation)) => {
            Err(BundleParseError::NotStrictDer { deviation })
        }
        _ => Ok(()),
    }
}

/// The element `der` under another tag (IMPLICIT tagging, X.690 section 8.14).
pub(crate) fn retag(tag: u8, der: &[u8]) -> Vec<u8> {
    let mut octets = der.to_vec();
    if let Some(first) = octets.first_mut() {
        *first = tag;
    }
    octets
}
