//! The log of services, and their traces if a collector is configured.

use std::io;

use http::HeaderMap;
use kliento_verifier_service::SPAN_TARGET;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Level;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Variables that name a collector to send traces to (OTLP over gRPC); either will do.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// The log and traces of a service. Dropping it writes what is left of both.
pub(crate) struct Telemetry {
    traces: Option<SdkTracerProvider>,
    _log: WorkerGuard,
}

impl Telemetry {
    /// Starts to log on standard output as JSON, and to send traces if the environment names a
    /// collector.
    pub(crate) fn start(level: Level) -> Result<Self, ExporterBuildError> {
        // A log that is not read must not stop the service.
        let (writer, log) = tracing_appender::non_blocking(io::stdout());
        let format = tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_target(false)
            .with_writer(writer)
            .with_filter(filter_fn(|metadata| metadata.target() != SPAN_TARGET))
            .with_filter(LevelFilter::from_level(level));
        let is_collected = ENDPOINTS.iter().any(|name| std::env::var_os(name).is_some());
        let traces = is_collected.then(provider).transpose()?;
        let spans = traces.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("kliento-verifier"))
                .with_filter(filter_fn(|metadata| metadata.target() == SPAN_TARGET))
        });
        tracing_subscriber::registry().with(format).with(spans).init();
        Ok(Self { traces, _log: log })
    }

    /// Returns true if traces are sent to a collector.
    pub(crate) const fn has_traces(&self) -> bool {
        self.traces.is_some()
    }
}

/// Makes the provider of traces. Further variables are those of OpenTelemetry's own specification:
/// service name, sampling, headers, time limits.
fn provider() -> Result<SdkTracerProvider, ExporterBuildError> {
    let exporter = SpanExporter::builder().with_tonic().build()?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name("kliento-verifier");
    }
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter);
    Ok(provider.with_resource(resource.build()).build())
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces {
            // A collector that cannot be reached must not keep the service from ending.
            let _ = traces.shutdown();
        }
    }
}

/// Runs a function within the trace that a request's headers name (W3C Trace Context). A span that
/// the function creates is a child of the one that the headers name.
pub(crate) fn link(headers: &HeaderMap, create_span: &mut dyn FnMut()) {
    let _parent = TraceContextPropagator::new().extract(&Headers(headers)).attach();
    create_span();
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}
