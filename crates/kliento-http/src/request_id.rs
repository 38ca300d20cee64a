//! Ids of requests, for the log.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// The header with a request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The maximum length of an id from a client or proxy.
const MAX_BYTES: usize = 64;

/// The id of a request, which relates a response to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

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

    /// The id, which is safe to log: one word of letters, digits, hyphens, dots and underscores.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn into_header(self) -> HeaderValue {
        // Letters, digits, hyphens, dots and underscores are valid in a header.
        HeaderValue::try_from(self.0).unwrap_or_else(|_| HeaderValue::from_static("-"))
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
