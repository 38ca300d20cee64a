//! A cache of values by digest, bounded in bytes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, Weighter};

use crate::cache::limits::CacheCounters;

/// SHA-256 of everything that a value depends on.
pub(crate) type Key = [u8; 32];

/// The overhead of an entry beside its value: key, places in maps and queues.
const ENTRY_BYTES: u64 = 160;

/// A value that knows its approximate heap size.
pub(crate) trait CacheEntry {
    /// An upper bound on the heap bytes that the value keeps from being freed.
    fn heap_size_bytes(&self) -> usize;
}

/// A cache of values by digest. Frequently used entries stay, whatever passes through once: the
/// library's eviction (S3-FIFO) resists scans.
pub(crate) struct Store<V> {
    cache: Cache<Key, Arc<V>, Weight, DefaultHashBuilder, Evictions>,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    insertions: AtomicU64,
    evictions: AtomicU64,
}

impl<V: CacheEntry> Store<V> {
    /// Creates a store of at most `max_bytes` bytes; `typical` is the usual size of a value.
    pub(crate) fn new(max_bytes: u64, typical: u64) -> Self {
        let items = max_bytes.checked_div(typical.saturating_add(ENTRY_BYTES)).unwrap_or(1);
        let items = usize::try_from(items).unwrap_or(usize::MAX).max(1);
        let counters = Arc::new(Counters::default());
        let evictions = Evictions(Arc::clone(&counters));
        let hasher = DefaultHashBuilder::default();
        Self { cache: Cache::with(items, max_bytes, Weight, hasher, evictions), counters }
    }

    pub(crate) fn counts(&self) -> CacheCounters {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheCounters {
            hits: count(&self.counters.hits),
            misses: count(&self.counters.misses),
            insertions: count(&self.counters.insertions),
            evictions: count(&self.counters.evictions),
            entries: u64::try_from(self.cache.len()).unwrap_or(u64::MAX),
            bytes: self.cache.weight(),
        }
    }
}

/// The place of one value in a store.
pub(crate) struct Slot<'a, V> {
    pub(crate) store: &'a Store<V>,
    pub(crate) key: Key,
}

impl<V: CacheEntry> Slot<'_, V> {
    /// Looks up the value. The caller [counts](Slot::count) the result, once for each question.
    pub(crate) fn get(&self) -> Option<Arc<V>> {
        self.store.cache.get(&self.key)
    }

    /// Counts a lookup as a hit if it found a value, otherwise as a miss.
    pub(crate) fn count(&self, found: Option<&V>) {
        let Counters { hits, misses, .. } = &*self.store.counters;
        let counter = if found.is_some() { hits } else { misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn insert(self, value: V) {
        self.store.counters.insertions.fetch_add(1, Ordering::Relaxed);
        self.store.cache.insert(self.key, Arc::new(value));
    }
}

impl<V> fmt::Debug for Store<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

/// The size of an entry in bytes.
#[derive(Clone, Copy, Debug)]
struct Weight;

impl<V: CacheEntry> Weighter<Key, Arc<V>> for Weight {
    fn weight(&self, _key: &Key, value: &Arc<V>) -> u64 {
        u64::try_from(value.heap_size_bytes()).unwrap_or(u64::MAX).saturating_add(ENTRY_BYTES)
    }
}

/// Counts evictions.
#[derive(Clone, Debug)]
struct Evictions(Arc<Counters>);

impl<V> Lifecycle<Key, Arc<V>> for Evictions {
    type RequestState = ();

    fn on_evict(&self, _state: &mut (), _key: Key, _value: Arc<V>) {
        self.0.evictions.fetch_add(1, Ordering::Relaxed);
    }
}
