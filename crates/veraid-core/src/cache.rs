//! A cache of verified results.
//!
//! A cache belongs to one verifier: its trust anchors, cryptography, limits and policy never change
//! while the cache exists, so a key needs only the bytes themselves and the service. Only proved
//! results are cached, and an entry answers for a period only if proving it again would give the
//! same result; the caller's time, and with it the common second, is compared with the cached
//! validity at each call.

mod store;

use std::sync::Arc;

use veraid_dnssec::SignatureCheckCache;
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::cache_entry::{BundleEntry, OrganisationEntry};

pub(crate) use store::{CacheEntry, Key, Store};

/// Size limits of a verifier's cache. By default nothing is cached.
///
/// ```
/// use veraid_core::CacheLimits;
///
/// let limits = CacheLimits::DISABLED.with_organisation_bytes(16 * 1024 * 1024);
/// assert_ne!(limits, CacheLimits::RECOMMENDED);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    zone_bytes: u64,
    organisation_bytes: u64,
    bundle_bytes: u64,
}

impl CacheLimits {
    /// Disables the cache.
    pub const DISABLED: Self = Self { zone_bytes: 0, organisation_bytes: 0, bundle_bytes: 0 };

    /// A reasonable size for a server: signatures of some 3,000 top-level domains, 7,000
    /// organisations and 18,000 tokens, in 129 MiB.
    pub const RECOMMENDED: Self = Self {
        zone_bytes: 1024 * 1024,
        organisation_bytes: 64 * 1024 * 1024,
        bundle_bytes: 64 * 1024 * 1024,
    };

    /// Sets the bytes for signatures of the root and of top-level domains, which all chains below
    /// share.
    #[must_use]
    pub const fn with_zone_bytes(mut self, bytes: u64) -> Self {
        self.zone_bytes = bytes;
        self
    }

    /// Sets the bytes for organisations: chain, certificate and key record, which all bundles of an
    /// organisation share until it fetches another chain.
    #[must_use]
    pub const fn with_organisation_bytes(mut self, bytes: u64) -> Self {
        self.organisation_bytes = bytes;
        self
    }

    /// Sets the bytes for whole bundles with attached content, such as a token that a client sends
    /// with each request.
    #[must_use]
    pub const fn with_bundle_bytes(mut self, bytes: u64) -> Self {
        self.bundle_bytes = bytes;
        self
    }
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self::DISABLED
    }
}

/// Statistics of a verifier's caches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Signatures of the root and of top-level domains.
    pub zones: CacheCounters,
    /// Organisations.
    pub organisations: CacheCounters,
    /// Whole bundles.
    pub bundles: CacheCounters,
}

/// Statistics of one cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheCounters {
    /// The number of lookups that found an entry.
    pub hits: u64,
    /// The number of lookups that did not find an entry.
    pub misses: u64,
    /// The number of insertions.
    pub insertions: u64,
    /// The number of entries that were evicted to make room, or not inserted because they are
    /// larger than the cache.
    pub evictions: u64,
    /// The number of entries.
    pub entries: u64,
    /// The size of the entries in bytes, estimated rather too high than too low.
    pub bytes: u64,
}

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

    pub(crate) const fn organisations(&self) -> Option<&Store<OrganisationEntry>> {
        self.organisations.as_ref()
    }

    pub(crate) const fn bundles(&self) -> Option<&Store<BundleEntry>> {
        self.bundles.as_ref()
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
pub(crate) fn key(octets: &[u8], crypto: CryptoProvider) -> Option<Key> {
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
        self.0.get(check).is_some()
    }

    fn insert(&self, check: [u8; 32]) {
        self.0.insert(check, Arc::new(Present));
    }
}
