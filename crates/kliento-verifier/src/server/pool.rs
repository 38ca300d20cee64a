//! Verdicts for all routes. Expensive verification runs on worker threads.

use std::sync::Arc;

use arc_swap::ArcSwap;
use kliento::{CacheStats, Timestamp, TrustAnchors, VerifiedToken};
use tokio::time::Instant;

use crate::auth_error::AuthError;
use crate::authenticator::{Authenticator, CacheLookup};
use crate::server::metrics::Metrics;
use crate::server::workers::{JobError, Workers};

/// Verifies tokens by trust anchors that can be replaced at any time.
#[derive(Debug)]
pub(crate) struct VerificationPool {
    authenticator: ArcSwap<Authenticator>,
    /// For tokens of cached organisations, which take one or two signature checks.
    known: Workers,
    /// For all other tokens, which may take as long as the limits allow.
    unknown: Workers,
    metrics: Arc<Metrics>,
}

/// The reason that there is no verified token.
#[derive(Debug)]
pub(crate) enum PoolError {
    /// The token is invalid, or its sender is not admitted.
    Rejected(AuthError),
    /// Too many requests are waiting to be verified.
    Overloaded,
    /// Verification panicked: a bug.
    Panicked,
}

impl From<AuthError> for PoolError {
    fn from(rejection: AuthError) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<JobError> for PoolError {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Overloaded => Self::Overloaded,
            JobError::Panicked => Self::Panicked,
        }
    }
}

impl VerificationPool {
    pub(crate) fn new(
        authenticator: Authenticator,
        known: Workers,
        unknown: Workers,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { authenticator: ArcSwap::from_pointee(authenticator), known, unknown, metrics }
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
        let verified = self.run(&authenticator, der, audiences, now).await;
        self.metrics.verified(begin.elapsed());
        let admitted = authenticator.admit(verified?, now).await;
        if let Err(AuthError::ReplayGuard(error)) = &admitted {
            self.metrics.one_time_failed(error);
        }
        Ok(admitted?)
    }

    async fn run(
        &self,
        authenticator: &Arc<Authenticator>,
        der: Vec<u8>,
        audiences: Vec<String>,
        now: Timestamp,
    ) -> Result<VerifiedToken, PoolError> {
        let for_worker = Arc::clone(authenticator);
        // A cache lookup is cheaper than a handover to another thread, and costs the same for a
        // forgery. Signature checks are not cheap.
        let verified = match authenticator.look_up(&der, &audiences, now) {
            CacheLookup::Hit(verdict) => return Ok(*verdict?),
            CacheLookup::OrganisationCached(token) => {
                self.known.run(move || for_worker.verify_cached(token, &audiences)).await
            }
            CacheLookup::Miss => {
                self.unknown.run(move || for_worker.verify_uncached(&der, &audiences, now)).await
            }
        };
        Ok(verified??)
    }

    /// The cache counters of the verifier.
    pub(crate) fn cache_stats(&self) -> CacheStats {
        self.authenticator.load().verifier().cache_stats()
    }

    /// The number of requests that are waiting to be verified.
    pub(crate) fn waiting(&self) -> usize {
        self.known.waiting().saturating_add(self.unknown.waiting())
    }
}
