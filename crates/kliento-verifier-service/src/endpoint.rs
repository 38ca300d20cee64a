//! The parts of the API, and the path of each.

use http::{Method, Request};
use kliento_http::RequestBody;

/// The path of the gRPC method.
const CHECK_PATH: &str = "/envoy.service.auth.v3.Authorization/Check";

/// The prefix of the paths that Envoy sends requests to.
pub(crate) const EXT_AUTHZ_PREFIX: &str = "/v1/ext_authz";

/// A part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Deployed,
    Verify,
    ForwardAuth,
    EnvoyHttp,
    EnvoyGrpc,
    OpenApi,
    Unknown,
    Admin,
}

impl Endpoint {
    /// A word for log and metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Deployed => "deployed",
            Self::Verify => "verify",
            Self::ForwardAuth => "forward_auth",
            Self::EnvoyHttp => "ext_authz_http",
            Self::EnvoyGrpc => "ext_authz_grpc",
            Self::OpenApi => "openapi",
            Self::Unknown => "unknown",
            Self::Admin => "admin",
        }
    }

    /// The part of the API that a request on the listener for requests is for.
    pub(crate) fn of(request: &Request<RequestBody>) -> Self {
        match request.uri().path() {
            "/" if request.method() == Method::POST => Self::Deployed,
            "/v1/verify" => Self::Verify,
            "/v1/auth" => Self::ForwardAuth,
            "/openapi.json" => Self::OpenApi,
            CHECK_PATH => Self::EnvoyGrpc,
            path => match path.strip_prefix(EXT_AUTHZ_PREFIX) {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => Self::EnvoyHttp,
                _ => Self::Unknown,
            },
        }
    }
}
