//! Resources shared by all connections, so that no connection starves the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Units of a resource, for all connections together.
#[derive(Debug)]
pub(crate) struct Pool {
    free: AtomicU64,
}

/// A connection's access to a pool.
///
/// A connection may hold as much as it leaves free for all others. So one connection can have half
/// of the pool, and after any number of greedy ones there is still something left: `n` of them
/// leave a share of `1 / (n + 1)`.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pool: Arc<Pool>,
    held: Arc<AtomicU64>,
}

/// Units in use, until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    share: Share,
    units: u64,
}

impl Pool {
    pub(crate) fn new(units: u64) -> Arc<Self> {
        Arc::new(Self { free: AtomicU64::new(units) })
    }

    /// Creates the share of a new connection.
    pub(crate) fn share(self: &Arc<Self>) -> Share {
        Share { pool: Arc::clone(self), held: Arc::default() }
    }
}

impl Share {
    /// Creates an empty holding, for [`Held::add`].
    pub(crate) fn nothing(&self) -> Held {
        Held { share: self.clone(), units: 0 }
    }

    fn take(&self, units: u64) -> bool {
        let taken = self.pool.free.fetch_update(Ordering::AcqRel, Ordering::Acquire, |free| {
            let left = free.checked_sub(units)?;
            let held = self.held.load(Ordering::Acquire).saturating_add(units);
            (held <= left).then_some(left)
        });
        if taken.is_ok() {
            self.held.fetch_add(units, Ordering::AcqRel);
        }
        taken.is_ok()
    }
}

impl Held {
    /// Takes more units, and returns true if the connection may have them.
    pub(crate) fn add(&mut self, units: u64) -> bool {
        let taken = self.share.take(units);
        if taken {
            self.units = self.units.saturating_add(units);
        }
        taken
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.share.held.fetch_sub(self.units, Ordering::AcqRel);
        self.share.pool.free.fetch_add(self.units, Ordering::AcqRel);
    }
}

/// Room for the requests of one connection: one of its own, and further simultaneous ones from the
/// shared pool.
#[derive(Clone, Debug)]
pub(crate) struct RequestRoom {
    own: Arc<AtomicBool>,
    more: Share,
}

/// A request in progress, until this is dropped.
#[derive(Debug)]
pub(crate) enum UnderWay {
    Own(Arc<AtomicBool>),
    Shared { _held: Held },
}

impl RequestRoom {
    pub(crate) fn new(pool: &Arc<Pool>) -> Self {
        Self { own: Arc::default(), more: pool.share() }
    }

    /// Takes room for a request, if there is any.
    pub(crate) fn enter(&self) -> Option<UnderWay> {
        if !self.own.swap(true, Ordering::AcqRel) {
            return Some(UnderWay::Own(Arc::clone(&self.own)));
        }
        let mut held = self.more.nothing();
        held.add(1).then_some(UnderWay::Shared { _held: held })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Self::Own(own) = self {
            own.store(false, Ordering::Release);
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test may panic on an overflow")]
mod tests {
    use super::*;

    /// Takes single units until none is left.
    fn take_all(share: &Share) -> (Held, u64) {
        let mut held = share.nothing();
        let mut count = 0;
        while held.add(1) {
            count += 1;
        }
        (held, count)
    }

    #[test]
    fn greedy_connections_leave_room_for_others() {
        let pool = Pool::new(1_000);
        let shares: Vec<Share> = (0..99).map(|_| pool.share()).collect();
        // In turns, each takes as much as it may, until nothing changes.
        let mut helds: Vec<Held> = shares.iter().map(Share::nothing).collect();
        while helds.iter_mut().map(|held| held.add(1)).fold(false, |any, taken| any | taken) {}
        let (held, count) = take_all(&pool.share());
        assert!(count >= 5, "{count}");
        drop((held, helds));
        assert_eq!(pool.free.load(Ordering::Acquire), 1_000);
        let (_held, count) = take_all(&pool.share());
        assert_eq!(count, 500);
    }

    #[test]
    fn only_dropped_shares_are_free_again() {
        let pool = Pool::new(10);
        let share = pool.share();
        let mut held = share.nothing();
        assert!(held.add(5));
        assert!(!held.add(1));
        drop(held);
        let mut held = share.nothing();
        assert!(!held.add(6));
        assert!(held.add(0));
        assert!(held.add(5));
        let mut other = pool.share().nothing();
        assert!(other.add(2) && !other.add(1));
    }

    #[test]
    fn a_connection_always_has_room_for_one_request() {
        let pool = Pool::new(4);
        let (first, second) = (RequestRoom::new(&pool), RequestRoom::new(&pool));
        let greedy: Vec<UnderWay> = std::iter::from_fn(|| first.enter()).collect();
        assert_eq!(greedy.len(), 3);
        let own = second.enter().unwrap();
        let shared = second.enter().unwrap();
        assert!(second.enter().is_none());
        drop(own);
        assert!(matches!(second.enter(), Some(UnderWay::Own(_))));
        drop((shared, greedy));
    }

    #[test]
    fn threads_never_take_more_than_there_is() {
        let pool = Pool::new(100);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        let share = pool.share();
                        let (held, count) = take_all(&share);
                        assert!(count <= 50);
                        drop(held);
                    }
                });
            }
        });
        assert_eq!(pool.free.load(Ordering::Acquire), 100);
    }
}
