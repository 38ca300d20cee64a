//! A replay guard in memory.

use std::collections::{BTreeMap, HashSet};
use std::future::ready;
use std::sync::{Mutex, PoisonError};

use kliento::Timestamp;

use super::{ReplayGuard, ReplayGuardError, TokenUse, TokenUseFuture, UsedToken};

/// A replay guard in memory, for one server.
///
/// When full, it rejects new tokens rather than forgetting used ones: otherwise a client that can
/// fill it could use a token twice. It takes about 100 bytes for each token. Its content is lost
/// when the process ends.
#[derive(Debug)]
pub struct MemoryReplayGuard {
    max_entries: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    keys: HashSet<[u8; 32]>,
    /// All keys by the end of the token's signed period.
    by_end: BTreeMap<Timestamp, Vec<[u8; 32]>>,
    /// The latest end among the forgotten tokens.
    forgotten: Option<Timestamp>,
}

impl MemoryReplayGuard {
    /// Creates a guard that keeps up to `max_entries` used tokens at once.
    #[must_use]
    pub fn new(max_entries: usize) -> Self {
        Self { max_entries, used: Mutex::default() }
    }

    /// The number of used tokens. Those that can be dropped are counted until the next use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().keys.len()
    }

    /// Returns true if there are no used tokens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The maximum number of used tokens.
    #[must_use]
    pub const fn max_entries(&self) -> usize {
        self.max_entries
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Used> {
        // Each change is complete before anything can panic.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a use, as [`ReplayGuard::note`] does, without a future around the result.
    ///
    /// # Errors
    ///
    /// [`ReplayGuardError::Full`] or [`ReplayGuardError::Forgotten`].
    pub fn note_now(&self, used_token: &UsedToken) -> Result<TokenUse, ReplayGuardError> {
        let (key, end) = (used_token.key.0, used_token.signed_period.end());
        let mut used = self.lock();
        used.remove_before(used_token.now);
        if used.keys.contains(&key) {
            return Ok(TokenUse::Repeated);
        }
        if let Some(forgotten) = used.forgotten.filter(|forgotten| end <= *forgotten) {
            return Err(ReplayGuardError::Forgotten { end, forgotten });
        }
        let entries = used.keys.len();
        if entries >= self.max_entries {
            return Err(ReplayGuardError::Full { entries });
        }
        used.keys.insert(key);
        used.by_end.entry(end).or_default().push(key);
        Ok(TokenUse::First)
    }
}

impl Used {
    fn remove_before(&mut self, now: Timestamp) {
        let latest = now.saturating_sub(UsedToken::KEPT_AFTER_END_SECONDS);
        while let Some(first) = self.by_end.first_entry() {
            let end = *first.key();
            if end >= latest {
                break;
            }
            for key in first.remove() {
                self.keys.remove(&key);
            }
            // The earliest goes first, so this only grows, unless the clock was set back in
            // between.
            self.forgotten = self.forgotten.max(Some(end));
        }
    }
}

impl ReplayGuard for MemoryReplayGuard {
    fn note(&self, used: UsedToken) -> TokenUseFuture<'_> {
        Box::pin(ready(self.note_now(&used)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use kliento::ValidityPeriod;

    use super::*;
    use crate::replay::ReplayKey;

    const MARGIN: u64 = UsedToken::KEPT_AFTER_END_SECONDS;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    /// The use at `now` of the token `key`, which lasts from `end - 3600` to `end`.
    fn used(key: u8, end: u64, now: u64) -> UsedToken {
        let period = ValidityPeriod::new(at(end.saturating_sub(3600)), at(end)).unwrap();
        UsedToken::new(ReplayKey::from_bytes([key; 32]), period, at(now))
    }

    #[test]
    fn a_used_token_is_recorded_until_the_margin_after_its_end() {
        let guard = MemoryReplayGuard::new(10);
        assert_eq!(guard.note_now(&used(1, 10_000, 9_000)), Ok(TokenUse::First));
        for now in [9_000, 10_000, 10_001, 10_000 + MARGIN] {
            assert_eq!(guard.note_now(&used(1, 10_000, now)), Ok(TokenUse::Repeated), "{now}");
        }
        assert_eq!(guard.note_now(&used(2, 20_000, 10_001 + MARGIN)), Ok(TokenUse::First));
        assert_eq!(guard.len(), 1);
    }

    #[test]
    fn after_the_clock_went_back_a_possibly_dropped_token_is_an_error() {
        let guard = MemoryReplayGuard::new(10);
        assert_eq!(guard.note_now(&used(1, 10_000, 9_000)), Ok(TokenUse::First));
        // Forward, so that the first is forgotten.
        assert_eq!(guard.note_now(&used(2, 20_000, 18_000)), Ok(TokenUse::First));
        assert_eq!(guard.len(), 1);
        // And back: the token, and another that ended as early, are rejected; one that ends later
        // is admitted.
        let (end, forgotten) = (at(10_000), at(10_000));
        let error = Err(ReplayGuardError::Forgotten { end, forgotten });
        assert_eq!(guard.note_now(&used(1, 10_000, 9_001)), error);
        let error = Err(ReplayGuardError::Forgotten { end: at(9_999), forgotten });
        assert_eq!(guard.note_now(&used(3, 9_999, 9_001)), error);
        assert_eq!(guard.note_now(&used(4, 10_001, 9_001)), Ok(TokenUse::First));
        assert_eq!(guard.note_now(&used(2, 20_000, 18_000)), Ok(TokenUse::Repeated));
    }

    /// For any history of a clock that jumps, no token is admitted twice.
    #[test]
    fn whatever_the_clock_does_a_token_is_first_once() {
        // xorshift64: looks random, and is the same in each run.
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % limit
        };
        for _ in 0..300 {
            let guard = MemoryReplayGuard::new(1_000);
            let mut firsts: HashMap<u8, u32> = HashMap::new();
            let mut now = 100_000;
            for _ in 0..300 {
                now = match below(10) {
                    0 => now + below(8_000),
                    1 => now - below(8_000).min(now - 50_000),
                    _ => now + below(30),
                };
                let key = u8::try_from(below(40)).unwrap();
                // Each token has its own end, near the clock's time.
                let end = 95_000 + u64::from(key) * 500;
                // A verifier passes only tokens to the guard that are valid by its clock.
                if end >= now && end - 3_600 <= now {
                    let first = guard.note_now(&used(key, end, now)) == Ok(TokenUse::First);
                    *firsts.entry(key).or_default() += u32::from(first);
                }
            }
            assert!(firsts.values().all(|count| *count <= 1), "{firsts:?}");
        }
    }

    #[test]
    fn a_full_guard_rejects_new_tokens_and_keeps_the_used_ones() {
        let guard = MemoryReplayGuard::new(2);
        for key in 0..2 {
            assert_eq!(guard.note_now(&used(key, 10_000, 9_000)), Ok(TokenUse::First));
        }
        let full = Err(ReplayGuardError::Full { entries: 2 });
        assert_eq!(guard.note_now(&used(9, 10_000, 9_000)), full);
        assert_eq!(guard.note_now(&used(0, 10_000, 9_000)), Ok(TokenUse::Repeated));
        assert_eq!(guard.note_now(&used(9, 20_000, 10_001 + MARGIN)), Ok(TokenUse::First));
    }

    #[test]
    fn of_many_at_once_one_is_the_first() {
        let guard = MemoryReplayGuard::new(1_000);
        let firsts: usize = std::thread::scope(|scope| {
            let note = || {
                let notes = (0..100).map(|key| guard.note_now(&used(key, 10_000, 9_000)).unwrap());
                notes.filter(|token_use| *token_use == TokenUse::First).count()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(note)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(firsts, 100);
    }
}
