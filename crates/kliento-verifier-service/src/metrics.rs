//! Metrics in the text format of Prometheus (OpenMetrics 1.0).

use std::fmt;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use kliento::CacheStats;
use kliento_http::metrics::{ConnectionMetrics, encode};
use kliento_verifier::ReplayGuardError;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::one_time::OneTimeNumbers;

/// Histogram buckets in seconds, from a cached bundle to the most expensive hostile one.
const SECONDS: [f64; 12] =
    [10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 50e-3, 250e-3];

/// The prefix of all names.
const PREFIX: &str = "kliento_verifier";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheLabels {
    cache: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    status: u16,
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    reason: &'static str,
}

/// Counters of the service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    verification: Histogram,
    connections: ConnectionMetrics,
    anchor_reloads: Counter,
    anchor_failures: Counter,
    anchors_usable: Gauge<i64, AtomicI64>,
    one_time_failures: Family<FailureLabels, Counter>,
    waiting: Gauge<i64, AtomicI64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let requests = Family::<RequestLabels, Counter>::default();
        let verification = Histogram::new(SECONDS);
        let (connections, waiting) = (ConnectionMetrics::default(), Gauge::default());
        let (anchor_reloads, anchor_failures) = (Counter::default(), Counter::default());
        registry.register("requests", "Answered requests", requests.clone());
        registry.register(
            "verification_seconds",
            "Time from a complete request to its verdict, including time in the queue",
            verification.clone(),
        );
        connections.register(&mut registry);
        registry.register("queue", "Bundles waiting for verification", waiting.clone());
        registry.register(
            "trust_anchor_reloads",
            "Successful reloads of the trust anchor file after a change",
            anchor_reloads.clone(),
        );
        registry.register(
            "trust_anchor_failures",
            "Failed reloads of the trust anchor file after a change",
            anchor_failures.clone(),
        );
        let anchors_usable = Gauge::default();
        anchors_usable.set(1);
        registry.register(
            "trust_anchors_usable",
            "1 if the trust anchor file is usable, 0 while the previous trust anchors stay in use because it is not",
            anchors_usable.clone(),
        );
        let one_time_failures = Family::default();
        registry.register(
            "one_time_failures",
            "One-time tokens that could not be checked for earlier use",
            one_time_failures.clone(),
        );
        Self {
            registry,
            requests,
            verification,
            connections,
            anchor_reloads,
            anchor_failures,
            anchors_usable,
            one_time_failures,
            waiting,
        }
    }

    /// Counts a response.
    pub(crate) fn answered(&self, route: &'static str, status: u16, verdict: &'static str) {
        self.requests.get_or_create(&RequestLabels { route, status, verdict }).inc();
    }

    /// Records the duration of a verification.
    pub(crate) fn verified(&self, took: Duration) {
        self.verification.observe(took.as_secs_f64());
    }

    /// The counters of connections.
    pub(crate) fn connections(&self) -> ConnectionMetrics {
        self.connections.clone()
    }

    /// Counts a reload of the trust anchors.
    pub(crate) fn anchors_reloaded(&self) {
        self.anchor_reloads.inc();
    }

    /// Counts a failed reload of trust anchors that have changed.
    pub(crate) fn anchors_failed(&self) {
        self.anchor_failures.inc();
    }

    /// Sets whether the trust anchor file is usable.
    pub(crate) fn anchors_usable(&self, usable: bool) {
        self.anchors_usable.set(i64::from(usable));
    }

    /// Counts a failure to tell whether a one-time token was used before.
    pub(crate) fn one_time_failed(&self, error: &ReplayGuardError) {
        let reason = error.as_str();
        self.one_time_failures.get_or_create(&FailureLabels { reason }).inc();
    }

    /// Encodes the metrics in the text format of Prometheus.
    pub(crate) fn encode(
        &self,
        waiting: usize,
        caches: CacheStats,
        one_time: Option<OneTimeNumbers>,
    ) -> String {
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let caches = cache_registry(caches);
        let one_time = one_time.map(of_one_time);
        let registries = [Some(&self.registry), Some(&caches), one_time.as_ref()];
        encode(&registries.into_iter().flatten().collect::<Vec<_>>())
    }
}

/// The verifier has its own counters, so they are copied into a temporary registry.
fn cache_registry(caches: CacheStats) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let family = Family::<CacheLabels, Counter>::default;
    let (hits, misses, insertions, evictions) = (family(), family(), family(), family());
    let (entries, bytes) = (Family::default(), Family::default());
    let CacheStats { zones, organisations, bundles, .. } = caches;
    for (cache, counts) in
        [("zones", zones), ("organisations", organisations), ("bundles", bundles)]
    {
        let labels = CacheLabels { cache };
        hits.get_or_create(&labels).inc_by(counts.hits);
        misses.get_or_create(&labels).inc_by(counts.misses);
        insertions.get_or_create(&labels).inc_by(counts.insertions);
        evictions.get_or_create(&labels).inc_by(counts.evictions);
        let set = |family: &Family<CacheLabels, Gauge>, number: u64| {
            family.get_or_create(&labels).set(i64::try_from(number).unwrap_or(i64::MAX));
        };
        set(&entries, counts.entries);
        set(&bytes, counts.bytes);
    }
    registry.register("cache_hits", "Cache lookups that found an entry", hits);
    registry.register("cache_misses", "Cache lookups that found no entry", misses);
    registry.register("cache_insertions", "Entries added to the cache", insertions);
    registry.register("cache_evictions", "Entries evicted from the cache", evictions);
    registry.register("cache_entries", "Entries in the cache", entries);
    registry.register("cache_bytes", "Size of the cache in bytes", bytes);
    registry
}

/// The guard also has its own counters.
fn of_one_time(numbers: OneTimeNumbers) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let gauge = |number: usize| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(number).unwrap_or(i64::MAX));
        gauge
    };
    let OneTimeNumbers { entries, max_entries, is_store_connected, admitted_unchecked } = numbers;
    registry.register("one_time_entries", "Used tokens kept by this process", gauge(entries));
    registry.register(
        "one_time_max_entries",
        "Maximum number of used tokens kept by this process",
        gauge(max_entries),
    );
    if let Some(is_connected) = is_store_connected {
        registry.register(
            "one_time_store_connected",
            "1 if connected to the shared store of used tokens",
            gauge(usize::from(is_connected)),
        );
        let unchecked: Counter = Counter::default();
        unchecked.inc_by(admitted_unchecked);
        registry.register(
            "one_time_admitted_unchecked",
            "Tokens admitted while the shared store was unavailable",
            unchecked,
        );
    }
    registry
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}
