//! A cache of verified results.
//!
//! A cache belongs to one verifier: its trust anchors, cryptography, limits and policy never change
//! while the cache exists, so a key needs only the bytes themselves and the service. Only proved
//! results are cached, and an entry answers for a period only if proving it again would give the
//! same result; the caller's time, and with it the common second, is compared with the cached
//! validity at each call.

use std::sync::Arc;

use veraid_dnssec::SignatureCheckCache;
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::bundle_head::organisation_fields;
use crate::cache::entry::{BundleEntry, OrganisationEntry};
use crate::cache::limits::{CacheLimits, CacheStats};
use crate::cache::store::{CacheEntry, Key, Slot, Store};

mod entry;
pub(crate) mod limits;
pub(crate) mod lookup;
mod store;
mod verify;

/// The caches of one verifier.
#[derive(Debug)]
pub(crate) struct VerificationCache {
    zones: Option<Arc<ZoneChecks>>,
    organisations: Option<Store<OrganisationEntry>>,
    bundles: Option<Store<BundleEntry>>,
}

impl VerificationCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let CacheLimits { zone_bytes, organisation_bytes, bundle_bytes } = limits;
        let some = |bytes: u64| (bytes > 0).then_some(bytes);
        Self {
            zones: some(zone_bytes).map(|bytes| Arc::new(ZoneChecks(Store::new(bytes, 0)))),
            organisations: some(organisation_bytes).map(|bytes| Store::new(bytes, 9_000)),
            bundles: some(bundle_bytes).map(|bytes| Store::new(bytes, 3_500)),
        }
    }

    /// The cache of zones' signatures, for the walk.
    pub(crate) fn zones(&self) -> Option<Arc<dyn SignatureCheckCache>> {
        self.zones.clone().map(|zones| -> Arc<dyn SignatureCheckCache> { zones })
    }

    /// The slot of a bundle by all of its octets; `None` if bundles are not cached.
    fn bundle_slot(&self, der: &[u8], crypto: CryptoProvider) -> Option<Slot<'_, BundleEntry>> {
        let store = self.bundles.as_ref()?;
        Some(Slot { store, key: key(der, crypto)? })
    }

    /// The slot of a bundle's organisation by the octets of its fields; `None` if organisations are
    /// not cached.
    fn organisation_slot(
        &self,
        der: &[u8],
        crypto: CryptoProvider,
    ) -> Option<Slot<'_, OrganisationEntry>> {
        let store = self.organisations.as_ref()?;
        Some(Slot { store, key: key(organisation_fields(der)?, crypto)? })
    }

    pub(crate) fn counters(&self) -> CacheStats {
        CacheStats {
            zones: self.zones.as_ref().map(|zones| zones.0.counts()).unwrap_or_default(),
            organisations: self.organisations.as_ref().map(Store::counts).unwrap_or_default(),
            bundles: self.bundles.as_ref().map(Store::counts).unwrap_or_default(),
        }
    }
}

/// The SHA-256 digest that identifies a cache entry.
fn key(octets: &[u8], crypto: CryptoProvider) -> Option<Key> {
    crypto.digest(DigestAlgorithm::Sha256, octets).try_into().ok()
}

/// Signature checks that succeeded.
#[derive(Debug)]
struct ZoneChecks(Store<Present>);

/// A unit value: presence in the store is the information.
#[derive(Debug)]
struct Present;

impl CacheEntry for Present {
    fn heap_size_bytes(&self) -> usize {
        0
    }
}

impl SignatureCheckCache for ZoneChecks {
    fn contains(&self, check: &[u8; 32]) -> bool {
        let slot = Slot { store: &self.0, key: *check };
        let found = slot.get();
        slot.count(found.as_deref());
        found.is_some()
    }

    fn insert(&self, check: [u8; 32]) {
        Slot { store: &self.0, key: check }.insert(Present);
    }
}
