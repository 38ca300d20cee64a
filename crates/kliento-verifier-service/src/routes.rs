//! Routing: the part of the API that a request is for.

use http::header::{ALLOW, EXPECT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use kliento_http::RequestBody;

use crate::endpoint::Endpoint;
use crate::reply::Reply;
use crate::state::State;
use crate::{admin, compat_api, envoy, forward_auth, verify};

/// Handles a request on the listener for requests.
pub(crate) async fn answer(state: &State, request: Request<RequestBody>) -> (Endpoint, Reply) {
    let route = Endpoint::of(&request);
    if let Some(reply) = reject_expectation(request.headers()) {
        return (route, reply);
    }
    let reply = match route {
        Endpoint::Deployed => compat_api::answer(state, request).await,
        Endpoint::Verify if request.method() != Method::POST => not_allowed("POST"),
        Endpoint::Verify => verify::answer(state, request).await,
        Endpoint::ForwardAuth => forward_auth::answer(state, &request).await,
        Endpoint::EnvoyHttp => forward_auth::answer_envoy(state, &request).await,
        Endpoint::EnvoyGrpc if request.method() != Method::POST => not_allowed("POST"),
        Endpoint::EnvoyGrpc => envoy::answer(state, request).await,
        Endpoint::OpenApi if !matches!(*request.method(), Method::GET | Method::HEAD) => {
            not_allowed("GET, HEAD")
        }
        Endpoint::OpenApi => Reply::new(StatusCode::OK, "application/json", admin::OPENAPI),
        Endpoint::Unknown | Endpoint::Admin => Reply::status(StatusCode::NOT_FOUND),
    };
    (route, reply)
}

/// Rejects expectations that the service cannot meet (RFC 9110 section 10.1.1).
fn reject_expectation(headers: &HeaderMap) -> Option<Reply> {
    let mut expectations = headers.get_all(EXPECT).iter();
    let known = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"100-continue");
    (!expectations.all(known)).then(|| Reply::status(StatusCode::EXPECTATION_FAILED))
}

fn not_allowed(methods: &'static str) -> Reply {
    Reply::status(StatusCode::METHOD_NOT_ALLOWED)
        .with_header(ALLOW, HeaderValue::from_static(methods))
}
