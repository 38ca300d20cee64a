//! Cache lookups before a bundle is parsed.

use std::fmt;
use std::sync::Arc;

use veraid_dnssec::ValidityPeriod;

use crate::cache::VerificationCache;
use crate::cache::entry::OrganisationEntry;
use crate::cache::store::{Key, Slot};
use crate::error::VerifyError;
use crate::oid::ServiceOid;
use crate::policy::VerificationPolicy;
use crate::signature_bundle::SignatureBundle;
use crate::verified_signature::VerifiedSignature;
use crate::verifier::Verifier;

/// The result of a cache lookup.
#[derive(Debug)]
pub enum CacheLookup {
    /// These bytes were verified before: the result that verifying them again would give.
    Hit(Result<Box<VerifiedSignature>, VerifyError>),
    /// The chain and organisation certificate are cached and valid for this period: verifying takes
    /// at most the checks of a certificate's signature and the content's.
    OrganisationCached(Box<CachedBundle>),
    /// Not cached, or not enough to be fast. The bytes may not even be a bundle.
    Miss,
}

/// A parsed bundle whose organisation was found in the cache. The bundle is untrusted until
/// [`CachedBundle::verify`] succeeds, for the service and period of the lookup.
pub struct CachedBundle {
    pub(super) bundle: SignatureBundle,
    /// The entry that the lookup found; it answers for the service and period.
    pub(super) organisation: Arc<OrganisationEntry>,
    pub(super) service: ServiceOid,
    pub(super) period: ValidityPeriod,
    pub(super) policy: VerificationPolicy,
    /// The cache, and the key for the whole bundle in it if bundles are cached.
    pub(super) cache: Arc<VerificationCache>,
    pub(super) key: Option<Key>,
}

impl SignatureBundle {
    /// Looks up the bytes of a bundle with attached content in the cache of `verifier`.
    ///
    /// The result equals that of [`SignatureBundle::from_der_within`] followed by
    /// [`SignatureBundle::verify`], at lower cost, as cached parts are not parsed again. It never
    /// takes long, so that a server can handle cached bundles at once and move all others to where
    /// they do not delay anyone.
    #[must_use]
    pub fn look_up(
        der: &[u8],
        max_size_bytes: usize,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> CacheLookup {
        // Input that is too large is not looked up.
        let Some(cache) = verifier.cache().filter(|_| der.len() <= max_size_bytes) else {
            return CacheLookup::Miss;
        };
        let (policy, crypto) = (verifier.policy(), verifier.crypto());
        let bundles = cache.bundle_slot(der, crypto);
        let found = bundles.as_ref().and_then(Slot::get);
        if let Some((slot, entry)) = bundles.as_ref().zip(found.as_deref())
            && let Some(verdict) = entry.answer(service, period, policy)
        {
            slot.count(Some(entry));
            return CacheLookup::Hit(verdict.map(Box::new));
        }
        let Some(organisations) = cache.organisation_slot(der, crypto) else {
            return CacheLookup::Miss;
        };
        let known = organisations.get().filter(|known| known.answers(service, period, policy));
        // If the rest after the organisation's fields is invalid, a full parse finds the error and
        // its position.
        let bundle = known.as_deref().and_then(|known| parse(der, known));
        let Some((organisation, bundle)) = known.zip(bundle) else {
            return CacheLookup::Miss;
        };
        if bundle.signed_data.certificates.len() > MAX_CERTIFICATES_AT_ONCE {
            return CacheLookup::Miss;
        }
        // After a miss, verification looks up again, and counts.
        if let Some(slot) = &bundles {
            slot.count(found.as_deref());
        }
        organisations.count(Some(&organisation));
        CacheLookup::OrganisationCached(Box::new(CachedBundle {
            bundle,
            organisation,
            service: service.clone(),
            period,
            policy: *policy,
            cache: Arc::clone(cache),
            key: bundles.map(|slot| slot.key),
        }))
    }
}

impl fmt::Debug for CachedBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedBundle")
            .field("bundle", &self.bundle)
            .field("service", &self.service)
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}

/// The maximum number of attached certificates of a [`CachedBundle`] (2: the member's, and the
/// organisation's once more). More of them may require as many signature checks as the limits
/// allow, which is not done on the fast path.
const MAX_CERTIFICATES_AT_ONCE: usize = 2;

/// Parses a bundle whose organisation's fields are cached, octet for octet; `None` if the rest is
/// invalid.
fn parse(der: &[u8], organisation: &OrganisationEntry) -> Option<SignatureBundle> {
    let (head, profile) = (Arc::clone(organisation.head()), organisation.profile());
    SignatureBundle::from_der_with_head(der, head, profile).ok()
}
