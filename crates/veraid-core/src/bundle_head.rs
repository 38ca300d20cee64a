//! The fields at the start of signature bundles and member id bundles.

use std::sync::Arc;

use veraid_dnssec::DnssecChain;

use crate::certificate::Certificate;
use crate::chain_set::{encode_dnssec_chain, read_chain};
use crate::der_reader::{Reader, read_whole, tag};
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
    /// Forms in these fields that DomainAuth does not allow.
    pub(crate) deviations: Vec<Deviation>,
}

impl BundleHead {
    /// Combines a chain and a certificate.
    pub(crate) fn new(chain: DnssecChain, organisation_certificate: Certificate) -> Self {
        let needs_tolerance = organisation_certificate.needs_tolerance();
        let deviations = if needs_tolerance { vec![Deviation::CertificateForm] } else { vec![] };
        Self { chain, organisation_certificate, deviations }
    }

    /// Parses the three fields.
    pub(crate) fn read(fields: &mut Reader<'_>) -> Result<Self, BundleParseError> {
        let version = fields.read(tag::primitive(0), "version")?;
        if version.value != [0] {
            return Err(BundleParseError::Der {
                field: "version",
                offset: version.offset,
                problem: DerProblem::Value,
            });
        }
        let (chain, is_sorted) = read_chain(&fields.read(tag::constructed(1), "dnssecChain")?)?;
        let field = "organisationCertificate";
        let organisation_certificate =
            Certificate::from_element(&fields.read(tag::constructed(2), field)?, field)?;
        let mut head = Self::new(chain, organisation_certificate);
        if !is_sorted {
            head.deviations.insert(0, Deviation::UnsortedSet);
        }
        Ok(head)
    }

    /// Encodes the three fields in DER, the chain sorted and without repetitions.
    pub(crate) fn write(&self) -> Vec<u8> {
        let chain = encode_dnssec_chain(self.chain.messages());
        let mut octets = encode(tag::primitive(0), &[0]);
        octets.extend(retag(tag::constructed(1), &chain));
        octets.extend(retag(tag::constructed(2), self.organisation_certificate.as_der()));
        octets
    }

    /// The head as [`BundleHead::write`] encodes it: in DER, without repeated messages.
    pub(crate) fn as_written(self: Arc<Self>) -> Arc<Self> {
        let is_unsorted = self.deviations.contains(&Deviation::UnsortedSet);
        let distinct = self.chain.without_repetitions();
        match distinct.or_else(|| is_unsorted.then(|| self.chain.clone())) {
            Some(chain) => Arc::new(Self::new(chain, self.organisation_certificate.clone())),
            None => self,
        }
    }

    /// The profile that the chain is for: DomainAuth if it answers `_domainauth`, otherwise VeraId.
    ///
    /// The common name only forms the questions; it is proved later.
    pub(crate) fn profile(&self) -> Profile {
        self.organisation_certificate
            .common_name()
            .ok()
            .and_then(|name| OrganisationName::parse(name).ok())
            .map_or(Profile::VeraId, |name| name.profile_of(&self.chain))
    }

    /// Rejects forms that the bundle's profile does not allow.
    pub(crate) fn check_strictness(
        &self,
        deviations: &[Deviation],
    ) -> Result<(), BundleParseError> {
        check_strictness(self.profile(), deviations)
    }
}

/// The number of fields for the organisation: version, chain and organisation certificate.
pub(crate) const ORGANISATION_FIELDS: usize = 3;

/// The octets of the organisation's fields, if there are enough fields.
pub(crate) fn organisation_fields(der: &[u8]) -> Option<&[u8]> {
    let whole = read_whole(der, tag::SEQUENCE, "signatureBundle", 0).ok()?;
    let mut fields = whole.reader("signatureBundle");
    let mut octets = 0_usize;
    for _ in 0..ORGANISATION_FIELDS {
        octets = octets.saturating_add(fields.any("signatureBundle").ok()?.octets.len());
    }
    whole.value.get(..octets)
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
