//! Metrics in the text format of Prometheus (OpenMetrics 1.0).
//!
//! A service makes a registry with its own prefix, and registers its metrics and
//! [`ConnectionMetrics`] in it.

use std::fmt;
use std::sync::atomic::AtomicI64;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The media type of [`encode`]'s text.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counters of connections. Clones count together.
#[derive(Clone, Default)]
pub struct ConnectionMetrics {
    open: Gauge<i64, AtomicI64>,
    turned_away: Counter,
}

impl ConnectionMetrics {
    /// Registers the metrics `connections` and `connections_turned_away`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("connections", "Open connections", self.open.clone());
        registry.register(
            "connections_turned_away",
            "Connections closed because too many were open",
            self.turned_away.clone(),
        );
    }

    /// Counts an open connection until the returned guard is dropped.
    pub(crate) fn connected(&self) -> impl Drop + Send + use<> {
        self.open.inc();
        Connected(self.open.clone())
    }

    /// Counts a connection that was closed because too many are open.
    pub(crate) fn turned_away(&self) {
        self.turned_away.inc();
    }
}

impl fmt::Debug for ConnectionMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConnectionMetrics")
    }
}

/// Encodes registries in the text format of Prometheus, one after the other.
#[must_use]
pub fn encode(registries: &[&Registry]) -> String {
    let mut text = String::new();
    for registry in registries {
        // Writing to a string cannot fail.
        let _ = encode_registry(&mut text, registry);
    }
    let _ = encode_eof(&mut text);
    text
}

struct Connected(Gauge<i64, AtomicI64>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}
