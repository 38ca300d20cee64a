//! The request log: one line for each request, without secrets or anything that a client could
//! forge lines with.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Span;
use tracing::field::Empty;

use crate::auth_error::AuthErrorClass;
use crate::server::reply::RequestResult;
use crate::server::routes::Endpoint;

/// The header with a request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The target of spans.
pub const SPAN_TARGET: &str = "kliento_verifier::span";

/// The maximum length of an id from a client or proxy.
const MAX_BYTES: usize = 64;

/// The id of a request, which relates a response to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// Takes the id from the request, if it is one word of at most 64 letters, digits, hyphens,
    /// dots and underscores; otherwise creates one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
        let is_word = |text: &&str| {
            (1..=MAX_BYTES).contains(&text.len())
                && text
                    .bytes()
                    .all(|octet| octet.is_ascii_alphanumeric() || b"-._".contains(&octet))
        };
        given.filter(is_word).map_or_else(Self::new, |given| Self(given.to_owned()))
    }

    /// Creates an id. It need not be hard to guess: it only has to differ from others, including
    /// those from before a restart.
    fn new() -> Self {
        static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut text = String::with_capacity(16);
        // Writing to a string cannot fail.
        let _ = write!(text, "{:016x}", SEED.hash_one(count));
        Self(text)
    }

    pub(crate) fn into_header(self) -> HeaderValue {
        // Letters, digits, hyphens, dots and underscores are valid in a header.
        HeaderValue::try_from(self.0).unwrap_or_else(|_| HeaderValue::from_static("-"))
    }
}

/// The span of a request, for traces. To leave spans out, filter [`SPAN_TARGET`] in the subscriber.
pub(crate) fn span(id: &RequestId) -> Span {
    tracing::info_span!(
        target: SPAN_TARGET,
        "verify",
        otel.kind = "server",
        request_id = id.0.as_str(),
        route = Empty,
        http.response.status_code = Empty,
        verdict = Empty,
    )
}

/// Logs a request, and records it in its span. Rejected requests are logged at `info`, or at
/// `error` if the service could not decide; others at `debug`, since a server with thousands of
/// requests a second has its own log of admitted ones.
pub(crate) fn write(id: &RequestId, route: Endpoint, status: u16, verdict: &RequestResult) {
    let (id, route, word) = (id.0.as_str(), route.as_str(), verdict.as_str());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_forge_a_log_is_replaced() {
        let of = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
            RequestId::of(&headers).0
        };
        assert_eq!(of(b"0af7651916cd43dd-8448.eb_211c"), "0af7651916cd43dd-8448.eb_211c");
        for given in [&b"a b"[..], b"", b"\"", b"\xC3\xA9", &[b'a'; 65]] {
            let new = of(given);
            assert!(new.len() == 16 && new.bytes().all(|octet| octet.is_ascii_hexdigit()), "{new}");
        }
        assert_ne!(RequestId::of(&HeaderMap::new()), RequestId::of(&HeaderMap::new()));
    }
}
