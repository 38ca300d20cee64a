//! The fields that all bundles of an organisation begin with: the DNSSEC chain and the
//! organisation's certificate.

use std::sync::Arc;

use veraid_dnssec::{DnssecChain, ValidityPeriod};

use crate::bundle_head::BundleHead;
use crate::certificate::Certificate;
use crate::certificate::path::Candidates;
use crate::chain_set::{encode_dnssec_chain, parse_dnssec_chain};
use crate::der_reader::tag;
use crate::der_writer::encode;
use crate::error::VerifyError;
use crate::name::OrganisationName;
use crate::oid::ServiceOid;
use crate::parse_error::BundleParseError;
use crate::profile::Profile;
use crate::proved_organisation::ProvedOrganisation;
use crate::verified_signature::Proof;
use crate::verifier::Verifier;

/// An organisation's chain and certificate, untrusted until they are verified.
///
/// Issuers keep it: it is made once and goes into every bundle until the chain expires.
#[derive(Clone, Debug)]
pub struct OrganisationCredential {
    head: Arc<BundleHead>,
    /// The two encoded as the fields of a bundle.
    encoded: Arc<[u8]>,
}

impl OrganisationCredential {
    /// Combines a chain and a certificate. Repeated messages of the chain are dropped, since a
    /// bundle contains a set of them.
    ///
    /// # Errors
    ///
    /// [`BundleParseError::NotStrictDer`] if the chain is for DomainAuth and the certificate has a
    /// form that DomainAuth does not allow; [`BundleParseError::DnssecChain`] if the chain exceeds
    /// the default limits for a bundle.
    pub fn new(
        chain: DnssecChain,
        organisation_certificate: Certificate,
    ) -> Result<Self, BundleParseError> {
        // The chain is parsed from the encoding, so that the same chain is verified that a bundle
        // will contain.
        let chain = parse_dnssec_chain(&encode_dnssec_chain(chain.messages()))?;
        let head = BundleHead::new(chain, organisation_certificate);
        head.check_strictness(&head.deviations)?;
        Ok(Self::from_head(Arc::new(head)))
    }

    /// Takes the head of a parsed bundle.
    pub(crate) fn from_head(head: Arc<BundleHead>) -> Self {
        let encoded = head.write().into();
        Self { head: head.as_written(), encoded }
    }

    pub(crate) const fn head(&self) -> &Arc<BundleHead> {
        &self.head
    }

    /// Encodes a bundle in DER: the organisation's fields, followed by `fields`.
    pub(crate) fn write_bundle(&self, fields: &[Vec<u8>]) -> Vec<u8> {
        encode(tag::SEQUENCE, &[&self.encoded, fields.concat().as_slice()].concat())
    }

    /// The profile that the chain is for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.head.profile()
    }

    /// The DNSSEC chain, not verified.
    #[must_use]
    pub fn chain(&self) -> &DnssecChain {
        &self.head.chain
    }

    /// The organisation's certificate, not verified.
    #[must_use]
    pub fn organisation_certificate(&self) -> &Certificate {
        &self.head.organisation_certificate
    }

    /// Proves that the organisation's key may sign for `service` at some second of `period`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(
        &self,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<VerifiedOrganisationId, VerifyError> {
        let basis = verifier.proof_basis();
        let mut organisation = ProvedOrganisation::prove(&self.head, service, period, basis)?;
        let profile = organisation.profile;
        let candidates = Candidates {
            organisation: &self.head.organisation_certificate,
            attached: &[],
            profile,
            policy: verifier.policy(),
            self_signature: organisation.self_signature,
        };
        let path = candidates
            .verify_path_to(&self.head.organisation_certificate, &mut organisation.checks)?;
        let common_second = organisation.find_common_second(
            &path.validity(),
            ValidityPeriod::ALWAYS,
            period,
            verifier.policy(),
        )?;
        let proof = Proof::new(&organisation, &path, common_second);
        let validity = common_second.validity;
        Ok(VerifiedOrganisationId { name: organisation.into_name(), profile, validity, proof })
    }
}

/// An organisation whose key is proved. Only [`OrganisationCredential::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedOrganisationId {
    name: OrganisationName,
    profile: Profile,
    validity: ValidityPeriod,
    proof: Proof,
}

impl VerifiedOrganisationId {
    /// The organisation.
    #[must_use]
    pub const fn name(&self) -> &OrganisationName {
        &self.name
    }

    /// The profile that the chain is for.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The run of seconds, around the latest that counted, in which DNSSEC chain and certificate
    /// are valid.
    #[must_use]
    pub const fn validity(&self) -> ValidityPeriod {
        self.validity
    }

    /// The evidence for the result.
    #[must_use]
    pub const fn proof(&self) -> &Proof {
        &self.proof
    }
}
