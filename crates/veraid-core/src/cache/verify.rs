//! Verification with the cache of a verifier: only steps whose results are not cached run.

use std::sync::Arc;

use veraid_dnssec::ValidityPeriod;

use crate::cache::entry::{BundleEntry, OrganisationEntry};
use crate::cache::lookup::CachedBundle;
use crate::cache::store::Slot;
use crate::error::VerifyError;
use crate::oid::ServiceOid;
use crate::proved_organisation::ProvedOrganisation;
use crate::signature_bundle::SignatureBundle;
use crate::verification::{self, Request};
use crate::verified_signature::VerifiedSignature;
use crate::verifier::Verifier;

impl SignatureBundle {
    /// Proves that `service`'s attached content was signed by a member or the organisation, at some
    /// second of `period`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(
        self,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<VerifiedSignature, VerifyError> {
        let policy = verifier.policy();
        verify(Request { bundle: &self, content: None, service, period, policy }, verifier)
    }

    /// Verifies a detached signature over `content`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify_detached(
        self,
        content: &[u8],
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Result<VerifiedSignature, VerifyError> {
        let (content, policy) = (Some(content), verifier.policy());
        verify(Request { bundle: &self, content, service, period, policy }, verifier)
    }
}

impl CachedBundle {
    /// Verifies the bundle for the service and period of the lookup, by the verifier whose cache
    /// was looked up.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the step that failed.
    pub fn verify(self) -> Result<VerifiedSignature, VerifyError> {
        let organisation = self.organisation.proved(self.period, &self.policy)?;
        let bundles = self.cache.bundles.as_ref().zip(self.key);
        let vacant =
            Vacant { bundle: bundles.map(|(store, key)| Slot { store, key }), organisation: None };
        let request = Request {
            bundle: &self.bundle,
            content: None,
            service: &self.service,
            period: self.period,
            policy: &self.policy,
        };
        verify_and_cache(request, organisation, vacant)
    }
}

/// Verifies a bundle, looking up and caching its parts if the verifier has a cache.
fn verify(request: Request<'_>, verifier: &Verifier) -> Result<VerifiedSignature, VerifyError> {
    let Some(cache) = verifier.cache() else {
        return verification::verify(request, verifier.proof_basis());
    };
    let Request { bundle, content, service, period, policy } = request;
    let (der, crypto) = (bundle.as_der(), verifier.crypto());
    // Detached content is not part of the bundle's bytes, so only the organisation can be cached.
    let bundles = if content.is_none() { cache.bundle_slot(der, crypto) } else { None };
    if let Some(slot) = &bundles {
        let found = slot.get();
        slot.count(found.as_deref());
        if let Some(verdict) = found.and_then(|entry| entry.answer(service, period, policy)) {
            return verdict;
        }
    }
    let organisations = cache.organisation_slot(der, crypto);
    let found = organisations.as_ref().and_then(Slot::get);
    if let Some(slot) = &organisations {
        slot.count(found.as_deref());
    }
    match found.filter(|entry| entry.answers(service, period, policy)) {
        Some(entry) => {
            let organisation = entry.proved(period, policy)?;
            let vacant = Vacant { bundle: bundles, organisation: None };
            verify_and_cache(request, organisation, vacant)
        }
        None => {
            let basis = verifier.proof_basis();
            let organisation = ProvedOrganisation::prove(&bundle.head, service, period, basis)?;
            let vacant = Vacant { bundle: bundles, organisation: organisations };
            verify_and_cache(request, organisation, vacant)
        }
    }
}

/// The places in the cache for results that are not there yet.
struct Vacant<'a> {
    bundle: Option<Slot<'a, BundleEntry>>,
    organisation: Option<Slot<'a, OrganisationEntry>>,
}

/// Verifies a bundle whose organisation is proved, and caches the results.
fn verify_and_cache(
    request: Request<'_>,
    organisation: ProvedOrganisation,
    vacant: Vacant<'_>,
) -> Result<VerifiedSignature, VerifyError> {
    let Vacant { bundle, organisation: organisations } = vacant;
    // Cached as it is before its certificate is checked, with what is left of the budget then.
    let proved = (bundle.is_some() || organisations.is_some()).then(|| organisation.clone());
    let (signature, certificates) = verification::verify_signature(request, organisation)?;
    let Some(proved) = proved else { return Ok(signature) };
    if let Some(slot) = organisations {
        let (head, service) = (Arc::clone(&request.bundle.head), request.service.clone());
        slot.insert(OrganisationEntry::new(head, service, proved.clone()));
    }
    if let Some(slot) = bundle {
        let service = request.service.clone();
        slot.insert(BundleEntry::new(service, proved, certificates, signature.clone()));
    }
    Ok(signature)
}
