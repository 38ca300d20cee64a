//! One-time use: a token that was used is not let in again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use kliento::{Timestamp, VerifiedToken};
use sha2::{Digest as _, Sha256};

/// What a token is told apart by: the SHA-256 of its signature.
///
/// Not of the bundle's octets, of which the sender can make many that carry one signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplayKey([u8; 32]);

impl ReplayKey {
    /// The key of `token`.
    #[must_use]
    pub fn of(token: &VerifiedToken) -> Self {
        Self(Sha256::digest(token.signature()).into())
    }

    /// The octets, for a shared store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What comes of noting the use of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUse {
    /// It was never used before.
    First,
    /// It was used before.
    Repeated,
}

/// Why a replay guard cannot tell. Nobody is let in then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayGuardError {
    /// As many tokens are remembered as the guard may hold, and none of them has expired.
    #[error("replay guard holds {entries} tokens that have not expired, its limit")]
    Full {
        /// How many.
        entries: usize,
    },
    /// The guard has to wait for its store where nothing can wait, as in an interceptor.
    #[error("replay guard waits for its store, and nothing can wait here")]
    Waiting,
    /// The shared store cannot be asked; in its own words.
    #[error("shared store of used tokens: {0}")]
    Store(String),
}

/// The answer of a guard, which may take a while.
pub type TokenUseFuture<'a> =
    Pin<Box<dyn Future<Output = Result<TokenUse, ReplayGuardError>> + Send + 'a>>;

/// Remembers used tokens until they expire. Implement it for a store that several servers share.
///
/// Noting and asking is one step: of two servers that are shown one token at once, one is told [`TokenUse::First`].
pub trait ReplayGuard: fmt::Debug + Send + Sync {
    /// Notes that the token of `key`, which no server accepts after `expiry` whatever bundle it comes in, is used at `now`.
    fn note(&self, key: ReplayKey, expiry: Timestamp, now: Timestamp) -> TokenUseFuture<'_>;
}

/// A replay guard in memory, for one server.
///
/// When it is full of tokens that have not expired it refuses new ones rather than forgetting used ones: forgetting would let
/// whoever can fill it use a token twice. It holds about 100 octets for each.
#[derive(Debug)]
pub struct MemoryReplayGuard {
    max_entries: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    by_key: HashMap<[u8; 32], Timestamp>,
    by_expiry: BTreeMap<Timestamp, Vec<[u8; 32]>>,
}

impl MemoryReplayGuard {
    /// A guard that remembers up to `max_entries` tokens at once.
    #[must_use]
    pub fn new(max_entries: usize) -> Self {
        Self { max_entries, used: Mutex::default() }
    }

    /// How many tokens are remembered, expired ones included until the next use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().by_key.len()
    }

    /// Whether none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Used> {
        // Each change is finished before anything can panic.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_now(
        &self,
        key: ReplayKey,
        expiry: Timestamp,
        now: Timestamp,
    ) -> Result<TokenUse, ReplayGuardError> {
        let mut used = self.lock();
        used.forget_before(now);
        let entries = used.by_key.len();
        match used.by_key.entry(key.0) {
            Entry::Occupied(_) => return Ok(TokenUse::Repeated),
            Entry::Vacant(_) if entries >= self.max_entries => {
                return Err(ReplayGuardError::Full { entries });
            }
            Entry::Vacant(vacant) => vacant.insert(expiry),
        };
        used.by_expiry.entry(expiry).or_default().push(key.0);
        Ok(TokenUse::First)
    }
}

impl Used {
    fn forget_before(&mut self, now: Timestamp) {
        while let Some(first) = self.by_expiry.first_entry() {
            // A token may be used in its last second.
            if *first.key() >= now {
                break;
            }
            for key in first.remove() {
                self.by_key.remove(&key);
            }
        }
    }
}

impl ReplayGuard for MemoryReplayGuard {
    fn note(&self, key: ReplayKey, expiry: Timestamp, now: Timestamp) -> TokenUseFuture<'_> {
        Box::pin(ready(self.note_now(key, expiry, now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    #[test]
    fn a_token_can_be_used_once_until_it_expires() {
        let guard = MemoryReplayGuard::new(10);
        let key = ReplayKey([1; 32]);
        assert_eq!(guard.note_now(key, at(100), at(50)), Ok(TokenUse::First));
        assert_eq!(guard.note_now(key, at(100), at(50)), Ok(TokenUse::Repeated));
        assert_eq!(guard.note_now(key, at(100), at(100)), Ok(TokenUse::Repeated));
        assert_eq!(guard.note_now(ReplayKey([2; 32]), at(200), at(101)), Ok(TokenUse::First));
        assert_eq!(guard.len(), 1);
    }

    #[test]
    fn a_full_guard_refuses_new_tokens_and_still_knows_the_used_ones() {
        let guard = MemoryReplayGuard::new(2);
        for key in 0..2 {
            assert_eq!(guard.note_now(ReplayKey([key; 32]), at(100), at(50)), Ok(TokenUse::First));
        }
        let full = Err(ReplayGuardError::Full { entries: 2 });
        assert_eq!(guard.note_now(ReplayKey([9; 32]), at(100), at(50)), full);
        assert_eq!(guard.note_now(ReplayKey([0; 32]), at(100), at(50)), Ok(TokenUse::Repeated));
        assert_eq!(guard.note_now(ReplayKey([9; 32]), at(300), at(101)), Ok(TokenUse::First));
    }

    #[test]
    fn of_many_at_once_one_is_the_first() {
        let guard = MemoryReplayGuard::new(1_000);
        let firsts: usize = std::thread::scope(|scope| {
            let note = || {
                let notes = (0..100_u8)
                    .map(|key| guard.note_now(ReplayKey([key; 32]), at(100), at(50)).unwrap());
                notes.filter(|token_use| *token_use == TokenUse::First).count()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(note)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(firsts, 100);
    }
}
