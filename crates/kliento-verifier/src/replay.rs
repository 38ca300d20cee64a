//! One-time use: a used token is not admitted again.

mod memory;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_client;
#[cfg(feature = "redis")]
mod redis_settings;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use kliento::{Timestamp, ValidityPeriod, VerifiedToken};
use sha2::{Digest as _, Sha256};

pub use memory::MemoryReplayGuard;
#[cfg(feature = "redis")]
pub use redis::RedisReplayGuard;
#[cfg(feature = "redis")]
pub use redis_settings::{RedisSettings, RedisSettingsError};

/// Identifies a token: the SHA-256 of its signature.
///
/// The bytes of the bundle do not identify a token: its sender can make many bundles with one
/// signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// The key of `token`.
    #[must_use]
    pub fn of(token: &VerifiedToken) -> Self {
        Self(Sha256::digest(token.signature()).into())
    }

    /// Creates a key from bytes, for tests of a guard.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for a shared store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// One use of a token, for a replay guard to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsedToken {
    /// Identifies the token.
    pub key: ReplayKey,
    /// The signed period. No server accepts the token outside it, whatever bundle carries it.
    pub signed_period: ValidityPeriod,
    /// The instant at which the token was verified: the only clock reading for the request.
    pub now: Timestamp,
}

impl UsedToken {
    /// Time for which a guard keeps a token after the end of its signed period, in seconds.
    ///
    /// Clocks step, and those of several servers differ. Within this margin a token that has ended
    /// by one clock and not by another is still known to be used. It is twice the maximum leeway of
    /// a verifier, for one server that is five minutes ahead and another that is five minutes
    /// behind.
    pub const KEPT_AFTER_END_SECONDS: u64 = 600;

    /// Creates a use at `now` of the token that `key` identifies.
    #[must_use]
    pub const fn new(key: ReplayKey, signed_period: ValidityPeriod, now: Timestamp) -> Self {
        Self { key, signed_period, now }
    }

    /// Creates a use of `token`, which was verified at `now`.
    #[must_use]
    pub fn of(token: &VerifiedToken, now: Timestamp) -> Self {
        // Not the token's own expiry, which may be that of its chain: with another chain the
        // signature may be valid longer.
        Self::new(ReplayKey::of(token), token.signed_period(), now)
    }

    /// The last second at which a guard must still know that the token was used.
    #[must_use]
    pub const fn kept_until(&self) -> Timestamp {
        self.signed_period.end().saturating_add(Self::KEPT_AFTER_END_SECONDS)
    }
}

/// The result of recording a use of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// The token was never used before.
    First,
    /// The token was used before.
    Repeated,
}

/// The reason that a replay guard cannot tell whether a token was used. The token is then not
/// admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayGuardError {
    /// The guard has reached its limit of used tokens, and cannot drop any of them yet.
    #[error("replay guard is full: it has {entries} used tokens and can drop none of them yet")]
    Full {
        /// The number of used tokens.
        entries: usize,
    },
    /// Tokens that ended as late as this one were forgotten already, so the clock has been set
    /// back.
    #[error(
        "token ends at {end}, but used tokens that end by {forgotten} have been dropped: the clock was set back"
    )]
    Forgotten {
        /// The last second of the token's signed period.
        end: Timestamp,
        /// The latest end among the forgotten tokens.
        forgotten: Timestamp,
    },
    /// The shared store begins after the token does, so it may have lost the token's first use.
    #[error(
        "token begins at {start}, but the shared store of used tokens has no record before {since}: it is new or has lost its content"
    )]
    StoreTooNew {
        /// The first second of the token's signed period.
        start: Timestamp,
        /// The first second that the store covers.
        since: Timestamp,
    },
    /// The guard has to wait for its store in a place that cannot wait, such as an interceptor.
    #[error("replay guard has to wait for its store, which is not possible here")]
    Waiting,
    /// The shared store does not answer; the reason in its own words.
    #[error("shared store of used tokens: {0}")]
    Store(String),
}

impl ReplayGuardError {
    /// A word for metrics, which stays the same across releases.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Full { .. } => "full",
            Self::Forgotten { .. } => "forgotten",
            Self::StoreTooNew { .. } => "store_too_new",
            Self::Waiting | Self::Store(_) => "store",
        }
    }
}

/// The result of a guard, which may take a while.
pub type TokenUseFuture<'a> =
    Pin<Box<dyn Future<Output = Result<TokenUse, ReplayGuardError>> + Send + 'a>>;

/// Remembers used tokens until they can no longer be accepted. Implement it for a store that
/// several servers share.
///
/// A guard keeps this contract:
///
/// 1. Lookup and recording are one step. Of two servers that receive one token at once, one gets
///    [`TokenUse::First`] and the other [`TokenUse::Repeated`].
/// 2. A use is kept until [`UsedToken::kept_until`] has passed, which is well after the
///    token ends. If the store takes a time to live, it is at least that instant minus
///    [`UsedToken::now`].
/// 3. If the clock goes back, a token that ended no later than a forgotten one is an error, since
///    its use may have been forgotten.
/// 4. If the guard cannot tell, because the store is unavailable, is full, or has lost its content,
///    the result is an error and never [`TokenUse::First`].
/// 5. The guard reads no clock to check a token: [`UsedToken::now`] is the instant at which the
///    token was verified.
pub trait ReplayGuard: fmt::Debug + Send + Sync {
    /// Records a use of a token, and returns whether it was used before.
    fn note(&self, used: UsedToken) -> TokenUseFuture<'_>;
}
