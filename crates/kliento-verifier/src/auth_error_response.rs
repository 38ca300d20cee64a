//! The response to a rejected request.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::auth_error::{AuthError, AuthErrorClass};
use crate::problem::{PROBLEM_JSON, Problem};

impl AuthErrorClass {
    /// The gRPC status code of a rejected call: `UNAUTHENTICATED`, `PERMISSION_DENIED` or
    /// `UNAVAILABLE`.
    #[must_use]
    pub const fn grpc_status(self) -> u8 {
        match self {
            Self::Forbidden => 7,
            Self::Unavailable => 14,
            _ => 16,
        }
    }
}

impl AuthError {
    /// The response to a rejected request: status, challenge and problem details (RFC 9457) of the
    /// error's class, without its reasons.
    ///
    /// Only 401 has a challenge (RFC 9110 section 15.5.2): other credentials do not help against
    /// 403 and 503. It must not be cached, as the same request may be admitted a second later. The
    /// body is of the server's body type.
    #[must_use]
    pub fn to_response<B: From<Vec<u8>>>(&self) -> Response<B> {
        self.respond(PROBLEM_JSON, self.problem().to_json()).map(B::from)
    }

    /// Problem details of the error: those of its class, with its own title.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem::of_class(self.class()).with_title(self.title())
    }

    /// The response to a rejected gRPC call. Clients take a body for messages, so the status is in
    /// the headers.
    ///
    /// Its HTTP status is not 200, as gRPC would have it: proxies that ask a server whether a
    /// request may pass forward the request's `Content-Type`, and would read 200 as *allowed*.
    /// Clients derive the same code from either status.
    #[cfg(feature = "tower")]
    pub(crate) fn to_grpc_response(&self) -> Response<Vec<u8>> {
        let class = self.class();
        let mut response = self.respond("application/grpc", vec![]);
        let headers = response.headers_mut();
        headers.insert("grpc-status", HeaderValue::from(u16::from(class.grpc_status())));
        // Titles contain no character that gRPC would encode.
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
