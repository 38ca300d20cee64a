//! Verdicts for all routes.

use std::sync::Arc;

use arc_swap::ArcSwap;
use kliento::{CacheStats, Timestamp, TrustAnchors, VerifiedToken};
use kliento_verifier::{AuthError, Authenticator, PoolError, VerificationPool};
use tokio::time::Instant;

use crate::metrics::Metrics;

/// Verifies tokens by trust anchors that can be replaced at any time, on a pool of threads.
#[derive(Debug)]
pub(crate) struct Verification {
    authenticator: ArcSwap<Authenticator>,
    pool: VerificationPool,
    metrics: Arc<Metrics>,
}

impl Verification {
    pub(crate) fn new(
        authenticator: Authenticator,
        pool: VerificationPool,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { authenticator: ArcSwap::from_pointee(authenticator), pool, metrics }
    }

    /// The current second of the clock that tokens are verified against.
    pub(crate) fn now(&self) -> Timestamp {
        self.authenticator.load().now()
    }

    /// Uses `anchors` for all later verifications.
    pub(crate) fn replace_anchors(&self, anchors: TrustAnchors) {
        let authenticator = Authenticator::clone(&self.authenticator.load());
        self.authenticator.store(Arc::new(authenticator.with_trust_anchors(anchors)));
    }

    /// Verifies a bundle for one of `audiences`, and checks that its sender is admitted.
    pub(crate) async fn verify(
        &self,
        der: Vec<u8>,
        audiences: Vec<String>,
    ) -> Result<VerifiedToken, PoolError> {
        let authenticator = self.authenticator.load_full();
        let begin = Instant::now();
        // The only clock reading for the request.
        let now = authenticator.now();
        let verified = self.pool.verify(&authenticator, der, audiences, now).await;
        self.metrics.verified(begin.elapsed());
        let admitted = authenticator.admit(verified?, now).await;
        if let Err(AuthError::ReplayGuard(error)) = &admitted {
            self.metrics.one_time_failed(error);
        }
        Ok(admitted?)
    }

    /// The cache counters of the verifier.
    pub(crate) fn cache_stats(&self) -> CacheStats {
        self.authenticator.load().verifier().cache_stats()
    }

    /// The number of requests that are waiting to be verified.
    pub(crate) fn waiting(&self) -> usize {
        self.pool.waiting()
    }
}
