//! What is remembered of organisations and bundles, and for which periods it answers.

use std::sync::Arc;

use veraid_dnssec::{ValidityPeriod, ValidityPeriods};

use crate::bundle_head::BundleHead;
use crate::error::{Deviation, VerifyError};
use crate::memory::Remembered;
use crate::oid::ServiceOid;
use crate::profile::Profile;
use crate::verification::{ProvedOrganisation, VerifiedSignature};
use crate::verifier::Verifier;
use crate::window::Window;

/// How many octets of heap a parsed chain and certificate take for each octet of theirs, at most: messages are kept as received
/// and their records apart from them. A test holds the sum against the allocator.
const HEAD_FACTOR: usize = 3;

/// Names, signatures used and whatever else does not grow with the bundle.
const FIXED_OCTETS: usize = 4096;

/// An organisation whose chain, key record and certificate were proved.
#[derive(Debug)]
pub(crate) struct RememberedOrganisation {
    pub(crate) head: Arc<BundleHead>,
    /// Forms in the organisation's fields that DomainAuth does not allow.
    pub(crate) deviations: Vec<Deviation>,
    service: ServiceOid,
    proved: ProvedOrganisation,
    field_octets: usize,
}

impl RememberedOrganisation {
    /// `proved` as it was when the chain was proved, before any certificate was looked at; its self-signature has held since.
    pub(crate) fn new(
        head: Arc<BundleHead>,
        deviations: Vec<Deviation>,
        service: ServiceOid,
        proved: ProvedOrganisation,
        field_octets: usize,
    ) -> Self {
        let proved = proved.with_self_signature_held();
        Self { head, deviations, service, proved, field_octets }
    }

    /// The profile that the chain is for.
    pub(crate) const fn profile(&self) -> Profile {
        self.proved.profile
    }

    /// The organisation as proving it again for `service` and `period` would find it; `None` if that is not known.
    pub(crate) fn answer(
        &self,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Option<Result<ProvedOrganisation, VerifyError>> {
        if self.service != *service || !self.proved.is_steady_for(wanted(period, verifier)) {
            return None;
        }
        Some(self.proved.check_request(period, verifier).map(|()| self.proved.clone()))
    }
}

impl Remembered for RememberedOrganisation {
    fn octets(&self) -> usize {
        self.field_octets.saturating_mul(HEAD_FACTOR).saturating_add(FIXED_OCTETS)
    }
}

/// A bundle with attached content whose signature was proved.
#[derive(Debug)]
pub(crate) struct RememberedBundle {
    service: ServiceOid,
    organisation: ProvedOrganisation,
    certificates: ValidityPeriods,
    signature: VerifiedSignature,
}

impl RememberedBundle {
    pub(crate) const fn new(
        service: ServiceOid,
        organisation: ProvedOrganisation,
        certificates: ValidityPeriods,
        signature: VerifiedSignature,
    ) -> Self {
        Self { service, organisation, certificates, signature }
    }

    /// The verdict that verifying the bundle again for `service` and `period` would come to; `None` if that is not known.
    pub(crate) fn answer(
        &self,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Option<Result<VerifiedSignature, VerifyError>> {
        let organisation = &self.organisation;
        if self.service != *service || !organisation.is_steady_for(wanted(period, verifier)) {
            return None;
        }
        let settled = organisation.check_request(period, verifier).and_then(|()| {
            let signed = self.signature.signed_period();
            organisation.settle(&self.certificates, signed, period, verifier)
        });
        Some(settled.map(|settled| self.signature.clone().settled(settled)))
    }
}

impl Remembered for RememberedBundle {
    fn octets(&self) -> usize {
        let content = self.signature.plaintext().len();
        content.saturating_add(self.signature.signature().len()).saturating_add(FIXED_OCTETS)
    }
}

/// Every second that a verification for `period` may look at.
fn wanted(period: ValidityPeriod, verifier: &Verifier) -> ValidityPeriod {
    Window::with_leeway(period, verifier.policy().leeway_seconds())
}
