//! One-time use: a token that was used is not admitted again.

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
/// The bytes of the bundle do not identify a token: its sender can make many bundles that carry one signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// The key of `token`.
    #[must_use]
    pub fn of(token: &VerifiedToken) -> Self {
        Self(Sha256::digest(token.signature()).into())
    }

    /// The key with these bytes, for tests of a guard.
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

/// One use of a token, as a replay guard has to note it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsedToken {
    /// Identifies the token.
    pub key: ReplayKey,
    /// The period that was signed. No server accepts the token outside of it, whatever bundle carries it.
    pub signed_period: ValidityPeriod,
    /// The instant at which the token was verified: the request's only reading of the clock.
    pub now: Timestamp,
}

impl UsedToken {
    /// Seconds that a guard remembers a token for beyond the end of its signed period.
    ///
    /// Clocks step, and those of several servers differ. Within this margin a token whose end has passed by one clock and not
    /// by another is still known to be used. It is twice the largest leeway that a verifier takes, for one server that is five
    /// minutes ahead and another that is five minutes behind.
    pub const REMEMBERED_AFTER_END_SECONDS: u64 = 600;

    /// A use at `now` of the token that `key` identifies.
    #[must_use]
    pub const fn new(key: ReplayKey, signed_period: ValidityPeriod, now: Timestamp) -> Self {
        Self { key, signed_period, now }
    }

    /// A use of `token`, which was verified at `now`.
    #[must_use]
    pub fn of(token: &VerifiedToken, now: Timestamp) -> Self {
        // Not the token's own expiry, which may be that of the chain around it: another chain may carry the signature longer.
        Self::new(ReplayKey::of(token), token.signed_period(), now)
    }

    /// The last second in which a guard has to know that the token was used.
    #[must_use]
    pub const fn remembered_until(&self) -> Timestamp {
        self.signed_period.end().saturating_add(Self::REMEMBERED_AFTER_END_SECONDS)
    }
}

/// The result of noting the use of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// It was never used before.
    First,
    /// It was used before.
    Repeated,
}

/// The reason that a replay guard cannot tell whether a token was used. The token is not admitted then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayGuardError {
    /// As many tokens are remembered as the guard may hold, and none of them can be forgotten yet.
    #[error(
        "replay guard remembers {entries} used tokens, its limit, and can forget none of them yet"
    )]
    Full {
        /// How many.
        entries: usize,
    },
    /// Tokens that ended as late as this one have been forgotten, so the clock has been set back since.
    #[error(
        "token ends at {end}, and used tokens that end by {forgotten} have been forgotten: the clock was set back"
    )]
    Forgotten {
        /// The last second of the token's signed period.
        end: Timestamp,
        /// The latest end of those that have been forgotten.
        forgotten: Timestamp,
    },
    /// The shared store begins after the token does, so it may have lost the token's first use.
    #[error(
        "token begins at {start}, and the shared store of used tokens knows of no use before {since}: it is new, or has lost its content"
    )]
    StoreTooNew {
        /// The first second of the token's signed period.
        start: Timestamp,
        /// The first second that the store knows of.
        since: Timestamp,
    },
    /// The guard has to wait for its store where nothing can wait, as in an interceptor.
    #[error("replay guard waits for its store, and nothing can wait here")]
    Waiting,
    /// The shared store does not answer; in its own words.
    #[error("shared store of used tokens: {0}")]
    Store(String),
}

/// The answer of a guard, which may take a while.
pub type TokenUseFuture<'a> =
    Pin<Box<dyn Future<Output = Result<TokenUse, ReplayGuardError>> + Send + 'a>>;

/// Remembers used tokens until they can no longer be accepted. Implement it for a store that several servers share.
///
/// A guard keeps this contract:
///
/// 1. Asking and noting are one step. Of two servers that are shown one token at once, one gets [`TokenUse::First`] and the other
///    [`TokenUse::Repeated`].
/// 2. A use is remembered until [`UsedToken::remembered_until`] has passed, which is well after the token ends. A store that takes a
///    time to live is given at least that instant minus [`UsedToken::now`].
/// 3. If the clock goes back, a token that ended no later than one that was forgotten is an error, since its use may be among
///    what was forgotten.
/// 4. If the guard cannot tell, because the store is away, is full, or has lost its content, the result is an error and never
///    [`TokenUse::First`].
/// 5. The guard reads no clock to judge a token: [`UsedToken::now`] is the instant at which the token was verified.
pub trait ReplayGuard: fmt::Debug + Send + Sync {
    /// Notes that a token is used, and tells whether it was used before.
    fn note(&self, used: UsedToken) -> TokenUseFuture<'_>;
}
