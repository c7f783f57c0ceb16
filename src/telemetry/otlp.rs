//! Spans for a collector, over OTLP/HTTP with Protocol Buffers (<https://opentelemetry.io/docs/specs/otlp/#otlphttp>).

use std::time::Duration;

use anyhow::{Context as _, Result};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::span;

/// Name of the service that the spans are of.
const SERVICE: &str = "colega";
/// How long sending a batch may take; one that fails is lost, and nothing waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the last batch may hold up the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// Sends spans for as long as it lives, and what is left when it is dropped.
pub(super) struct Spans(SdkTracerProvider);

impl Drop for Spans {
    fn drop(&mut self) {
        // A collector that is away must not hold up the end.
        let _ = self.0.shutdown_with_timeout(FAREWELL);
    }
}

/// What collects spans and sends them to `collector`, in batches from a thread of its own.
///
/// # Errors
/// The address makes no sense.
pub(super) fn layer<S>(collector: &str) -> Result<(Spans, impl Layer<S>)>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    // Fails if a provider is installed already, which then serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", collector.trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()
        .with_context(|| {
            format!("log.otlp “{collector}” cannot be used; write an address such as http://127.0.0.1:4318")
        })?;
    let resource = Resource::builder().with_service_name(SERVICE).build();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    // Events are in the logs already.
    let spans = Targets::new().with_target(span::TARGET, tracing::Level::DEBUG);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer(SERVICE)).with_filter(spans);
    Ok((Spans(provider), layer))
}
