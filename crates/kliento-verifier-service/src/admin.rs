//! Endpoints for operators: liveness, readiness, metrics and the API description.

use http::header::ALLOW;
use http::{HeaderValue, Method, Request, StatusCode};
use kliento_http::RequestBody;
use kliento_http::metrics::OPEN_METRICS;

use crate::one_time::OneTimeGuard;
use crate::reply::Reply;
use crate::state::State;

/// The description of the API (OpenAPI 3.1).
pub(crate) const OPENAPI: &str = include_str!("openapi.json");

pub(crate) fn answer(state: &State, request: &Request<RequestBody>) -> Reply {
    let text = |status, text: &'static str| Reply::new(status, "text/plain; charset=utf-8", text);
    let reply = match request.uri().path() {
        "/livez" => text(StatusCode::OK, "ok\n"),
        "/readyz" if state.readiness.is_ready() => text(StatusCode::OK, "ok\n"),
        "/readyz" => text(StatusCode::SERVICE_UNAVAILABLE, "starting or stopping\n"),
        "/metrics" => {
            let metrics = state.metrics.encode(
                state.verification.waiting(),
                state.verification.cache_stats(),
                state.one_time.as_ref().map(OneTimeGuard::numbers),
            );
            Reply::new(StatusCode::OK, OPEN_METRICS, metrics)
        }
        "/openapi.json" => Reply::new(StatusCode::OK, "application/json", OPENAPI),
        _ => return Reply::status(StatusCode::NOT_FOUND),
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Reply::status(StatusCode::METHOD_NOT_ALLOWED)
            .with_header(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    reply
}
