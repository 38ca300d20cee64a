//! The response to a request that is refused.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::problem::{PROBLEM_JSON, Problem};
use crate::refusal::{Refusal, RefusalClass};

impl RefusalClass {
    /// The status code of gRPC for a call that is refused: `UNAUTHENTICATED`, `PERMISSION_DENIED` or `UNAVAILABLE`.
    #[must_use]
    pub const fn grpc_status(self) -> u8 {
        match self {
            Self::Forbidden => 7,
            Self::Unavailable => 14,
            _ => 16,
        }
    }
}

impl Refusal {
    /// The response to who is not let in: status, challenge and problem details (RFC 9457) of the refusal's class, without its reasons.
    ///
    /// Only 401 has a challenge (RFC 9110 section 15.5.2): other credentials do not help against 403 and 503. No cache keeps it, as the
    /// same request may be answered otherwise a second later. The body is of whatever type the server's bodies are.
    #[must_use]
    pub fn to_response<B: From<Vec<u8>>>(&self) -> Response<B> {
        self.respond(PROBLEM_JSON, self.problem().to_json()).map(B::from)
    }

    /// Problem details of the refusal: those of its class, with its own title.
    pub(crate) fn problem(&self) -> Problem {
        Problem::of_class(self.class()).with_title(self.title())
    }

    /// The response to a call of gRPC that is refused, whose clients take bodies for messages: what they look for is in the headers.
    ///
    /// Its status is not 200, which gRPC would have: whoever calls a server to ask whether a request may pass, as proxies do, forwards the
    /// request's `Content-Type`, and must not take a refusal for a yes. Clients find the same code by either status.
    #[cfg(feature = "tower")]
    pub(crate) fn to_grpc_response(&self) -> Response<Vec<u8>> {
        let class = self.class();
        let mut response = self.respond("application/grpc", vec![]);
        let headers = response.headers_mut();
        headers.insert("grpc-status", HeaderValue::from(u16::from(class.grpc_status())));
        // Titles have no character that gRPC would have encoded.
        headers.insert("grpc-message", HeaderValue::from_static(self.title()));
        response
    }

    fn respond(&self, content_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
        let status = self.class().status();
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(self.challenge()));
        }
        response
    }
}
