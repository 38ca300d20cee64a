//! State shared by all requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::HeaderMap;
use tracing::Span;

use crate::server::content::ContentLimits;
use crate::server::forwarded::Audiences;
use crate::server::metrics::Metrics;
use crate::server::one_time::OneTimeGuard;
use crate::server::pool::VerificationPool;
use crate::server::shares::Pool;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) pool: VerificationPool,
    /// The audiences of requests that proxies ask about.
    pub(crate) forwarded: Audiences,
    pub(crate) content: ContentLimits,
    /// Room for requests beyond one for each connection.
    pub(crate) requests: Arc<Pool>,
    pub(crate) one_time: Option<OneTimeGuard>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Readiness,
    pub(crate) link_span: Option<LinkSpan>,
}

/// Links a request's span to the trace that its headers name, if there is one.
pub type LinkSpan = fn(&Span, &HeaderMap);

/// True if the service is ready for requests.
#[derive(Debug, Default)]
pub(crate) struct Readiness(AtomicBool);

impl Readiness {
    pub(crate) fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
