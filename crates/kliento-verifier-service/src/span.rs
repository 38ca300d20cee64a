//! The span of each request, for traces.

use http::HeaderMap;
use kliento_http::RequestId;
use tracing::Span;
use tracing::field::Empty;

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
