//! The verifier: trust anchors, cryptography, limits and policy.

use std::sync::Arc;

use veraid_dnssec::crypto::CryptoProvider;
use veraid_dnssec::{ChainVerifier, Limits, SignatureChecks, TrustAnchors};

use crate::cache::VerificationCache;
use crate::cache::limits::{CacheLimits, CacheStats};
use crate::policy::VerificationPolicy;
use crate::proved_organisation::ProofBasis;

/// Verifies bundles with its trust anchors, cryptography, limits and policy, and optionally a cache
/// of verified results. Cheap to clone and to share between threads.
#[derive(Clone, Debug)]
pub struct Verifier {
    chains: ChainVerifier,
    policy: VerificationPolicy,
    cache: Option<Arc<VerificationCache>>,
    cache_limits: CacheLimits,
}

impl Verifier {
    /// Creates a verifier in pure Rust, with the default limits and policy.
    #[cfg(feature = "rust-crypto")]
    #[must_use]
    pub const fn new(anchors: TrustAnchors) -> Self {
        Self::with_crypto(anchors, veraid_dnssec::crypto::rust_crypto::PROVIDER)
    }

    /// Creates a verifier with this cryptography, and the default limits and policy.
    #[must_use]
    pub const fn with_crypto(anchors: TrustAnchors, crypto: CryptoProvider) -> Self {
        Self {
            chains: ChainVerifier::new(anchors, crypto),
            policy: VerificationPolicy::DEFAULT,
            cache: None,
            cache_limits: CacheLimits::DISABLED,
        }
    }

    /// Enables a cache of verified results. The cache starts empty and is shared by clones.
    ///
    /// It changes only the cost of verification, never the result. A verifier with other anchors,
    /// limits or policy starts with an empty cache again.
    #[must_use]
    pub fn with_cache(mut self, limits: CacheLimits) -> Self {
        self.cache_limits = limits;
        self.remove();
        self
    }

    /// Statistics of the caches, if enabled.
    #[must_use]
    pub fn cache_stats(&self) -> CacheStats {
        self.cache.as_ref().map(|cache| cache.counters()).unwrap_or_default()
    }

    /// Replaces the cache with an empty one: its entries are results of another verifier.
    fn remove(&mut self) {
        let remembers = self.cache_limits != CacheLimits::DISABLED;
        self.cache = remembers.then(|| Arc::new(VerificationCache::new(self.cache_limits)));
    }

    pub(crate) const fn cache(&self) -> Option<&Arc<VerificationCache>> {
        self.cache.as_ref()
    }

    /// Sets the trust anchors.
    #[must_use]
    pub fn with_trust_anchors(mut self, anchors: TrustAnchors) -> Self {
        let limits = *self.chains.limits();
        self.chains = ChainVerifier::new(anchors, self.chains.crypto()).with_limits(limits);
        self.remove();
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.chains = self.chains.with_limits(limits);
        self.remove();
        self
    }

    /// Sets the policy.
    #[must_use]
    pub fn with_policy(mut self, policy: VerificationPolicy) -> Self {
        self.policy = policy;
        self.remove();
        self
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &VerificationPolicy {
        &self.policy
    }

    /// The cryptography.
    #[must_use]
    pub const fn crypto(&self) -> CryptoProvider {
        self.chains.crypto()
    }

    /// The parts that an organisation is proved with.
    pub(crate) fn proof_basis(&self) -> ProofBasis<'_> {
        ProofBasis { policy: &self.policy, chains: &self.chains, checks: self.signature_checks() }
    }

    /// The budget of signature checks for one verification.
    pub(crate) fn signature_checks(&self) -> SignatureChecks {
        let checks = SignatureChecks::new(self.chains.crypto(), *self.chains.limits());
        match self.cache().and_then(|cache| cache.zones()) {
            Some(zones) => checks.with_cache(zones),
            None => checks,
        }
    }
}
