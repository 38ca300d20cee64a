//! Verdicts for all routes: what takes long is done by the workers.

use std::sync::Arc;

use arc_swap::ArcSwap;
use kliento::{MemoryCounters, TrustAnchors, VerifiedToken};
use tokio::time::Instant;

use crate::authenticator::Authenticator;
use crate::refusal::Refusal;
use crate::server::metrics::Metrics;
use crate::server::workers::{NotDone, Workers};

/// Judges tokens, by trust anchors that can be exchanged while it does.
#[derive(Debug)]
pub(crate) struct Judge {
    authenticator: ArcSwap<Authenticator>,
    workers: Workers,
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
        workers: Workers,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self { authenticator: ArcSwap::from_pointee(authenticator), workers, metrics }
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
        let verified = self.verify(&authenticator, der, audiences).await;
        self.metrics.verified(begin.elapsed());
        Ok(authenticator.admit(verified?).await?)
    }

    async fn verify(
        &self,
        authenticator: &Arc<Authenticator>,
        der: Vec<u8>,
        audiences: Vec<String>,
    ) -> Result<VerifiedToken, Denied> {
        // Looking up, and a signature or two for a known organisation, is sooner done than handed over.
        if let Some(verified) = authenticator.verify_remembered(&der, &audiences) {
            return Ok(verified?);
        }
        let for_worker = Arc::clone(authenticator);
        let verified = self.workers.run(move || for_worker.verify_unknown(&der, &audiences));
        Ok(verified.await??)
    }

    /// What became of what is remembered.
    pub(crate) fn memory_counters(&self) -> MemoryCounters {
        self.authenticator.load().verifier().memory_counters()
    }

    /// How many wait to be judged.
    pub(crate) fn waiting(&self) -> usize {
        self.workers.waiting()
    }
}
