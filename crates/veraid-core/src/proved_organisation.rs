//! Steps 1 to 3 of verification: an organisation, proved by chain and key record.

use std::sync::Arc;

use veraid_dnssec::{
    ChainError, ChainVerifier, SignatureChecks, ValidityPeriod, ValidityPeriods, VerifiedRrset,
};

use crate::bundle_head::BundleHead;
use crate::certificate::path::SelfSignature;
use crate::certificate::problem::CertificateRole;
use crate::error::VerifyError;
use crate::key_record::KeyRecord;
use crate::name::problem::NameProblem;
use crate::name::{Member, OrganisationName, UserName};
use crate::oid::ServiceOid;
use crate::organisation_key::OrganisationKey;
use crate::policy::VerificationPolicy;
use crate::profile::{MAX_VALIDITY_SECONDS, Profile};
use crate::window::{CommonSecond, Evidence, Window};

/// The parts of a verifier that an organisation is proved with.
pub(crate) struct ProofBasis<'a> {
    pub(crate) policy: &'a VerificationPolicy,
    /// The trust anchors, cryptography and limits.
    pub(crate) chains: &'a ChainVerifier,
    /// The budget of signature checks, unspent.
    pub(crate) checks: SignatureChecks,
}

impl ProofBasis<'_> {
    /// The chain verifier for `profile`, with its limits on periods.
    fn chains(&self, profile: Profile) -> ChainVerifier {
        let caps = if self.policy.caps_validity(profile) { Profile::DomainAuth } else { profile };
        caps.cap_signatures(self.chains.clone())
    }
}

/// An organisation whose key is proved by its key record: steps 1 to 3.
#[derive(Clone, Debug)]
pub(crate) struct ProvedOrganisation {
    name: OrganisationName,
    pub(crate) profile: Profile,
    records: Arc<VerifiedRrset>,
    key_record: KeyRecord,
    pub(crate) self_signature: SelfSignature,
    pub(crate) checks: SignatureChecks,
}

impl ProvedOrganisation {
    /// Proves that a key record names the key in the organisation's certificate for `service`, at
    /// some second of `period`.
    pub(crate) fn prove(
        head: &BundleHead,
        service: &ServiceOid,
        period: ValidityPeriod,
        basis: ProofBasis<'_>,
    ) -> Result<Self, VerifyError> {
        // Step 1: the question and the organisation.
        let profile = head.profile();
        let policy = basis.policy;
        let common_name =
            head.organisation_certificate.common_name().map_err(VerifyError::CommonName)?;
        let name = OrganisationName::from_common_name(common_name, profile)
            .map_err(VerifyError::OrganisationName)?;
        if !policy.accepts(profile) {
            return Err(VerifyError::Profile { found: profile });
        }
        check_requested(profile, period, policy)?;

        // Step 3: the DNSSEC chain, over every second that may count.
        let chains = basis.chains(profile);
        let mut checks = basis.checks;
        // `OrganisationName` leaves room for the label.
        let question = name
            .key_record_question(profile)
            .ok_or(VerifyError::OrganisationName(NameProblem::TooLong))?;
        let wanted = Window::with_leeway(period, policy.leeway_seconds());
        let records = head
            .chain
            .verify_within(&question, wanted, &chains, &mut checks)
            .map_err(|error| VerifyError::DnssecChain(requested_for(error, period)))?;

        // Step 2: the key record, read only from proved records.
        let key = OrganisationKey::of(&head.organisation_certificate).map_err(|problem| {
            VerifyError::Certificate { certificate: CertificateRole::Organisation, problem }
        })?;
        let key_record = key
            .find_record(&records, service, profile, checks.crypto())
            .map_err(VerifyError::KeyRecord)?;
        let (records, self_signature) = (Arc::new(records), SelfSignature::Unchecked);
        Ok(Self { name, profile, records, key_record, self_signature, checks })
    }

    /// Repeats the part of [`ProvedOrganisation::prove`] that depends on the period alone.
    pub(crate) fn check_request(
        &self,
        period: ValidityPeriod,
        policy: &VerificationPolicy,
    ) -> Result<(), VerifyError> {
        check_requested(self.profile, period, policy)
    }

    /// Returns true if proving it for any period within `wanted` would give this result.
    pub(crate) fn is_reusable_for(&self, wanted: ValidityPeriod) -> bool {
        let reuse_period = self.records.reuse_period();
        reuse_period.is_some_and(|reuse_period| reuse_period.intersection(wanted) == Some(wanted))
    }

    /// The approximate heap size in bytes, rather too high than too low.
    pub(crate) fn heap_size_bytes(&self) -> usize {
        self.name.heap_size_bytes().saturating_add(self.records.heap_size_bytes())
    }

    /// Records that the organisation certificate's self-signature is valid.
    pub(crate) const fn with_self_signature_verified(mut self) -> Self {
        self.self_signature = SelfSignature::Present;
        self
    }

    /// Finds the common second of chain, certificates and signature inside the window.
    pub(crate) fn find_common_second(
        &self,
        certificates: &ValidityPeriods,
        signature: ValidityPeriod,
        period: ValidityPeriod,
        policy: &VerificationPolicy,
    ) -> Result<CommonSecond, VerifyError> {
        let window = Window {
            requested: period,
            ttl_override_seconds: self.key_record.ttl_override_seconds(),
            profile: self.profile,
            leeway_seconds: policy.leeway_seconds(),
        };
        let chain = self.records.validity();
        window.find_common_second(Evidence { chain, certificates, signature })
    }

    /// The proved key records, with the DNSSEC signatures down to them.
    pub(crate) fn records(&self) -> &VerifiedRrset {
        &self.records
    }

    pub(crate) const fn key_record(&self) -> KeyRecord {
        self.key_record
    }

    pub(crate) fn into_name(self) -> OrganisationName {
        self.name
    }

    pub(crate) fn into_member(self, user: Option<UserName>) -> Member {
        Member { organisation: self.name, user }
    }
}

/// Rejects requested periods of more than 90 days under DomainAuth.
fn check_requested(
    profile: Profile,
    period: ValidityPeriod,
    policy: &VerificationPolicy,
) -> Result<(), VerifyError> {
    let (seconds, limit) = (period.span_seconds(), MAX_VALIDITY_SECONDS);
    if policy.caps_validity(profile) && seconds > limit {
        return Err(VerifyError::RequestedPeriodTooLong { seconds, limit });
    }
    Ok(())
}

/// Expresses the chain's error in terms of the caller's requested period, without the leeway.
fn requested_for(error: ChainError, period: ValidityPeriod) -> ChainError {
    match error {
        ChainError::NeverSecure { question, zone, key_tag, secure, .. } => {
            ChainError::NeverSecure { question, zone, key_tag, requested: period, secure }
        }
        other => other,
    }
}
