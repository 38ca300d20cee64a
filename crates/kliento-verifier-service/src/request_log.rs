//! The request log: one line for each request, without secrets or anything that a client could
//! forge lines with.

use kliento_http::RequestId;
use kliento_verifier::AuthErrorClass;
use tracing::Span;

use crate::endpoint::Endpoint;
use crate::reply::RequestResult;

/// Logs a request, and records it in its span. Rejected requests are logged at `info`, or at
/// `error` if the service could not decide; others at `debug`, since a server with thousands of
/// requests a second has its own log of admitted ones.
pub(crate) fn write(id: &RequestId, route: Endpoint, status: u16, verdict: &RequestResult) {
    let (id, route, word) = (id.as_str(), route.as_str(), verdict.as_str());
    let span = Span::current();
    span.record("route", route);
    span.record("http.response.status_code", status);
    span.record("verdict", word);
    match verdict {
        RequestResult::None => tracing::debug!(request_id = id, route, status, "answered"),
        RequestResult::Valid { subject } => {
            tracing::debug!(request_id = id, route, status, verdict = word, subject, "answered");
        }
        RequestResult::Rejected { class: AuthErrorClass::Unavailable, code, reasons } => {
            let code = format!("KL{code:04}");
            tracing::error!(
                request_id = id,
                route,
                status,
                verdict = word,
                code,
                reasons,
                "rejected"
            );
        }
        RequestResult::Rejected { code, reasons, .. } => {
            let code = format!("KL{code:04}");
            tracing::info!(
                request_id = id,
                route,
                status,
                verdict = word,
                code,
                reasons,
                "rejected"
            );
        }
        RequestResult::Overloaded => {
            tracing::warn!(request_id = id, route, status, verdict = word, "rejected");
        }
        RequestResult::Panicked => {
            tracing::error!(request_id = id, route, status, verdict = word, "rejected");
        }
    }
}
