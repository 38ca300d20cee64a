//! Cache entries for organisations and bundles, and the periods that they answer for.

use std::sync::Arc;

use veraid_dnssec::{ValidityPeriod, ValidityPeriods};

use crate::bundle_head::BundleHead;
use crate::cache::store::CacheEntry;
use crate::error::VerifyError;
use crate::oid::ServiceOid;
use crate::policy::VerificationPolicy;
use crate::profile::Profile;
use crate::proved_organisation::ProvedOrganisation;
use crate::verified_signature::VerifiedSignature;
use crate::window::Window;

/// The maximum heap bytes of a parsed certificate per octet of its encoding: it is kept as
/// received, with copies of its key and names.
const CERTIFICATE_FACTOR: usize = 3;

/// The size of an entry that does not depend on its input: its own fields, and a few short lists.
const FIXED_BYTES: usize = 2048;

/// An organisation whose chain, key record and certificate were proved.
#[derive(Debug)]
pub(crate) struct OrganisationEntry {
    head: Arc<BundleHead>,
    service: ServiceOid,
    proved: ProvedOrganisation,
    bytes: usize,
}

impl OrganisationEntry {
    /// Creates an entry. `proved` is the state after proving the chain, before any certificate was
    /// checked; its self-signature has since been found valid.
    pub(crate) fn new(
        head: Arc<BundleHead>,
        service: ServiceOid,
        proved: ProvedOrganisation,
    ) -> Self {
        let proved = proved.with_self_signature_verified();
        let certificate = head.organisation_certificate.as_der().len();
        let bytes = FIXED_BYTES
            .saturating_add(certificate.saturating_mul(CERTIFICATE_FACTOR))
            .saturating_add(head.chain.heap_size_bytes())
            .saturating_add(proved.heap_size_bytes());
        Self { head, service, proved, bytes }
    }

    /// Returns true if the entry answers for `service` and `period`.
    pub(crate) fn answers(
        &self,
        service: &ServiceOid,
        period: ValidityPeriod,
        policy: &VerificationPolicy,
    ) -> bool {
        self.service == *service && self.proved.is_reusable_for(wanted(period, policy))
    }

    /// The organisation's fields, parsed.
    pub(crate) const fn head(&self) -> &Arc<BundleHead> {
        &self.head
    }

    /// The profile that the chain is for.
    pub(crate) const fn profile(&self) -> Profile {
        self.proved.profile
    }

    /// The organisation as proving it again for `period` would give it, if the entry
    /// [answers](Self::answers) for that period.
    pub(crate) fn proved(
        &self,
        period: ValidityPeriod,
        policy: &VerificationPolicy,
    ) -> Result<ProvedOrganisation, VerifyError> {
        self.proved.check_request(period, policy).map(|()| self.proved.clone())
    }
}

impl CacheEntry for OrganisationEntry {
    fn heap_size_bytes(&self) -> usize {
        self.bytes
    }
}

/// A bundle with attached content whose signature was proved.
#[derive(Debug)]
pub(crate) struct BundleEntry {
    service: ServiceOid,
    organisation: ProvedOrganisation,
    certificates: ValidityPeriods,
    signature: VerifiedSignature,
    bytes: usize,
}

impl BundleEntry {
    pub(crate) fn new(
        service: ServiceOid,
        organisation: ProvedOrganisation,
        certificates: ValidityPeriods,
        signature: VerifiedSignature,
    ) -> Self {
        // Other entries may share the organisation's records; each entry counts them.
        let bytes = FIXED_BYTES
            .saturating_add(organisation.heap_size_bytes())
            .saturating_add(signature.heap_size_bytes());
        Self { service, organisation, certificates, signature, bytes }
    }

    /// The result that verifying the bundle again for `service` and `period` would give; `None` if
    /// that is not known.
    pub(crate) fn answer(
        &self,
        service: &ServiceOid,
        period: ValidityPeriod,
        policy: &VerificationPolicy,
    ) -> Option<Result<VerifiedSignature, VerifyError>> {
        let organisation = &self.organisation;
        if self.service != *service || !organisation.is_reusable_for(wanted(period, policy)) {
            return None;
        }
        let common_second = organisation.check_request(period, policy).and_then(|()| {
            let signed = self.signature.signed_period();
            organisation.find_common_second(&self.certificates, signed, period, policy)
        });
        Some(
            common_second
                .map(|common_second| self.signature.clone().with_common_second(common_second)),
        )
    }
}

impl CacheEntry for BundleEntry {
    fn heap_size_bytes(&self) -> usize {
        self.bytes
    }
}

/// All seconds that a verification for `period` may consider.
fn wanted(period: ValidityPeriod, policy: &VerificationPolicy) -> ValidityPeriod {
    Window::with_leeway(period, policy.leeway_seconds())
}
