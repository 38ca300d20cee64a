//! The size limits and statistics of a verifier's cache.

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
    pub(super) zone_bytes: u64,
    pub(super) organisation_bytes: u64,
    pub(super) bundle_bytes: u64,
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
