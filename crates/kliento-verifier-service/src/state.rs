//! State shared by all requests.

use std::sync::Arc;

use kliento_http::Readiness;

use crate::forwarded::Audiences;
use crate::metrics::Metrics;
use crate::one_time::OneTimeGuard;
use crate::span::LinkSpan;
use crate::verification::Verification;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) verification: Verification,
    /// The audiences of requests that proxies ask about.
    pub(crate) forwarded: Audiences,
    pub(crate) one_time: Option<OneTimeGuard>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Readiness,
    pub(crate) link_span: Option<LinkSpan>,
}
