//! Verdicts for all routes: what takes long is done by the workers.

use std::sync::Arc;

use arc_swap::ArcSwap;
use kliento::{MemoryCounters, Timestamp, TrustAnchors, VerifiedToken};
use tokio::time::Instant;

use crate::authenticator::{Authenticator, Recalled};
use crate::refusal::Refusal;
use crate::server::metrics::Metrics;
use crate::server::workers::{NotDone, Workers};

/// Judges tokens, by trust anchors that can be exchanged while it does.
#[derive(Debug)]
pub(crate) struct Judge {
    authenticator: ArcSwap<Authenticator>,
    /// For tokens of organisations that are known, which take one or two signature checks.
    known: Workers,
    /// For all others, which may take as long as the limits allow.
    unknown: Workers,
    metrics: Arc<Metrics>,
}

/// Why there is no verified token.
#[derive(Debug)]
pub(crate) enum Denied {
    /// The token does not hold, or its sender is not let in.
    Refused(Refusal),
    /// Too many wait to be judged.
    Overloaded,
    /// Judging it panicked: a bug.
    Panicked,
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<NotDone> for Denied {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Overloaded => Self::Overloaded,
            NotDone::Panicked => Self::Panicked,
        }
    }
}

impl Judge {
    pub(crate) fn new(
        authenticator: Authenticator,
        known: Workers,
        unknown: Workers,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { authenticator: ArcSwap::from_pointee(authenticator), known, unknown, metrics }
    }

    /// The present second, by the clock that tokens are verified against.
    pub(crate) fn now(&self) -> Timestamp {
        self.authenticator.load().now()
    }

    /// Whatever is judged from now on is held against `anchors`.
    pub(crate) fn replace_anchors(&self, anchors: TrustAnchors) {
        let authenticator = Authenticator::clone(&self.authenticator.load());
        self.authenticator.store(Arc::new(authenticator.with_trust_anchors(anchors)));
    }

    /// Proves a bundle to be for one of `audiences`, and lets its sender in.
    pub(crate) async fn judge(
        &self,
        der: Vec<u8>,
        audiences: Vec<String>,
    ) -> Result<VerifiedToken, Denied> {
        let authenticator = self.authenticator.load_full();
        let begin = Instant::now();
        // The request's only reading of the clock.
        let now = authenticator.now();
        let verified = self.verify(&authenticator, der, audiences, now).await;
        self.metrics.verified(begin.elapsed());
        let admitted = authenticator.admit(verified?, now).await;
        if let Err(Refusal::ReplayGuard(error)) = &admitted {
            self.metrics.one_time_failed(error);
        }
        Ok(admitted?)
    }

    async fn verify(
        &self,
        authenticator: &Arc<Authenticator>,
        der: Vec<u8>,
        audiences: Vec<String>,
        now: Timestamp,
    ) -> Result<VerifiedToken, Denied> {
        let for_worker = Arc::clone(authenticator);
        // Looking up is sooner done than handed over, and costs the same for a forgery. Checking signatures does not.
        let verified = match authenticator.recall(&der, &audiences, now) {
            Recalled::Verdict(verdict) => return Ok(*verdict?),
            Recalled::KnownOrganisation(bundle) => {
                self.known.run(move || for_worker.verify_recalled(*bundle, &audiences, now)).await
            }
            Recalled::Unknown => {
                self.unknown.run(move || for_worker.verify_unknown(&der, &audiences, now)).await
            }
        };
        Ok(verified??)
    }

    /// What became of what is remembered.
    pub(crate) fn memory_counters(&self) -> MemoryCounters {
        self.authenticator.load().verifier().memory_counters()
    }

    /// How many wait to be judged.
    pub(crate) fn waiting(&self) -> usize {
        self.known.waiting().saturating_add(self.unknown.waiting())
    }
}
