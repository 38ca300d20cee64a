//! The request log: one line for each request, without secrets or anything that a client could
//! forge lines with.

use http::HeaderMap;
use kliento_http::RequestId;
use kliento_verifier::AuthErrorClass;
use tracing::Span;
use tracing::field::Empty;

use crate::reply::RequestResult;
use crate::routes::Endpoint;

/// The target of spans.
pub const SPAN_TARGET: &str = "kliento_verifier::span";

/// Runs a function within the trace that a request's headers name, if they name one. The function
/// creates the request's span, which is then part of that trace.
pub type LinkSpan = fn(&HeaderMap, &mut dyn FnMut());

/// The span of a request, as part of the trace that its headers name.
pub(crate) fn linked_span(id: &RequestId, headers: &HeaderMap, link: Option<LinkSpan>) -> Span {
    let Some(link) = link else { return span(id) };
    let mut linked = Span::none();
    link(headers, &mut || linked = span(id));
    linked
}

/// The span of a request, for traces. To leave spans out, filter [`SPAN_TARGET`] in the subscriber.
fn span(id: &RequestId) -> Span {
    tracing::info_span!(
        target: SPAN_TARGET,
        "verify",
        otel.kind = "server",
        request_id = id.as_str(),
        route = Empty,
        http.response.status_code = Empty,
        verdict = Empty,
    )
}

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
