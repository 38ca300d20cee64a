//! Responses, and their verdicts for the log.

use std::convert::Infallible;
use std::future::Ready;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::combinators::WithTrailers;
use http_body_util::{Either, Full};
use kliento_http::BodyError;
use kliento_verifier::{AuthErrorClass, PROBLEM_JSON, PoolError, PoolFailure, Problem};
use serde::Serialize;

/// Stops browsers from guessing another media type for a response.
const NO_SNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
const NO_SNIFF_VALUE: HeaderValue = HeaderValue::from_static("nosniff");

/// Seconds after which to retry.
pub(crate) const SOON: HeaderValue = HeaderValue::from_static("1");

/// A complete response, or one with trailers after it.
pub(crate) type ReplyBody =
    Either<Full<Bytes>, WithTrailers<Full<Bytes>, Ready<Option<Result<HeaderMap, Infallible>>>>>;

/// A response, and the verdict behind it.
pub(crate) struct Reply {
    pub(crate) response: Response<ReplyBody>,
    pub(crate) verdict: RequestResult,
}

/// The outcome of a request, for log and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RequestResult {
    /// No token was verified.
    None,
    /// The token is valid and its sender is admitted.
    Valid {
        /// The sender.
        subject: String,
    },
    /// The token is invalid, or its sender is not admitted.
    Rejected { class: AuthErrorClass, code: u16, reasons: String },
    /// There was no room for the request.
    Overloaded,
    /// A bug.
    Panicked,
}

impl RequestResult {
    pub(crate) fn of(error: &PoolError) -> Self {
        match error {
            PoolError::Rejected(rejection) => Self::Rejected {
                class: rejection.class(),
                code: rejection.code(),
                reasons: rejection.reasons(),
            },
            PoolError::NotVerified(PoolFailure::Overloaded) => Self::Overloaded,
            PoolError::NotVerified(PoolFailure::Panicked) => Self::Panicked,
        }
    }

    /// A word that stays the same across releases.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Valid { .. } => "valid",
            Self::Rejected { class, .. } => class.as_str(),
            Self::Overloaded => "overloaded",
            Self::Panicked => "panicked",
        }
    }
}

impl From<BodyError> for Reply {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::NoRoom => Self::overloaded(),
            BodyError::CutOff | BodyError::TooSlow | BodyError::TooLarge => {
                Self::status(error.status())
            }
        }
    }
}

/// The reason that content was not read or not verified, by the status of the reply.
pub(crate) fn reason(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "the content ends too early",
        StatusCode::REQUEST_TIMEOUT => "the content took too long",
        StatusCode::PAYLOAD_TOO_LARGE => "the content is too large",
        StatusCode::SERVICE_UNAVAILABLE => "the request cannot be processed now: try again soon",
        _ => "the request cannot be processed",
    }
}

impl Reply {
    /// Creates a response of this media type. It must not be cached, and browsers must not guess
    /// another type.
    pub(crate) fn new(
        status: StatusCode,
        media_type: &'static str,
        content: impl Into<Bytes>,
    ) -> Self {
        let mut response = Response::new(Either::Left(Full::new(content.into())));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(NO_SNIFF, NO_SNIFF_VALUE);
        Self { response, verdict: RequestResult::None }
    }

    /// Creates a response in JSON.
    pub(crate) fn json(status: StatusCode, content: &impl Serialize) -> Self {
        // Responses consist of strings, numbers and maps of strings, which can always be encoded in
        // JSON.
        let json = serde_json::to_vec(content).unwrap_or_default();
        Self::new(status, "application/json", json)
    }

    /// Creates a response with only a status and its meaning, for requests outside this API.
    pub(crate) fn status(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("");
        Self::new(status, "text/plain; charset=utf-8", format!("{} {reason}", status.as_u16()))
    }

    /// Creates a response for a request without room. There may be room soon.
    pub(crate) fn overloaded() -> Self {
        Self::status(StatusCode::SERVICE_UNAVAILABLE)
            .with_header(RETRY_AFTER, SOON)
            .with_verdict(RequestResult::Overloaded)
    }

    /// Creates a response for a request beyond the limit of its connection. It has no content,
    /// since an HTTP/2 client could refuse to take that, and so keep the resources of the request.
    pub(crate) fn no_room() -> Self {
        Self::empty(StatusCode::SERVICE_UNAVAILABLE)
            .with_header(RETRY_AFTER, SOON)
            .with_verdict(RequestResult::Overloaded)
    }

    /// Creates a response without content.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, "text/plain; charset=utf-8", "")
    }

    /// Creates a response with problem details.
    pub(crate) fn problem(status: StatusCode, problem: &Problem) -> Self {
        Self::new(status, PROBLEM_JSON, problem.to_json())
    }

    /// Creates the response to a rejected request: challenge and class.
    pub(crate) fn challenge(error: &PoolError) -> Self {
        let verdict = RequestResult::of(error);
        match error {
            PoolError::Rejected(rejection) => {
                let response = rejection.to_response::<Vec<u8>>();
                let response = response.map(|content| Either::Left(Full::new(content.into())));
                let reply = Self { response, verdict }.with_header(NO_SNIFF, NO_SNIFF_VALUE);
                match rejection.class() {
                    AuthErrorClass::Unavailable => reply.with_header(RETRY_AFTER, SOON),
                    _ => reply,
                }
            }
            PoolError::NotVerified(PoolFailure::Overloaded) => Self::overloaded(),
            PoolError::NotVerified(PoolFailure::Panicked) => {
                Self::status(StatusCode::INTERNAL_SERVER_ERROR).with_verdict(verdict)
            }
        }
    }

    /// Replaces the content.
    pub(crate) fn with_content(mut self, media_type: &'static str, content: Vec<u8>) -> Self {
        *self.response.body_mut() = Either::Left(Full::new(content.into()));
        self.with_header(CONTENT_TYPE, HeaderValue::from_static(media_type))
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.response.headers_mut().insert(name, value);
        self
    }

    pub(crate) fn with_verdict(mut self, verdict: RequestResult) -> Self {
        self.verdict = verdict;
        self
    }
}
