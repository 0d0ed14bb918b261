//! Traces, sent as OTLP over HTTP in the background. A collector that is slow or gone costs spans,
//! never requests.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Bytes;
use http::{Request, Response};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::spans;
use crate::config::TracesConfig;

/// For one export, and for the last ones at the end.
const PATIENCE: Duration = Duration::from_secs(5);
/// An answer of a collector is a few bytes.
const ANSWER_MAX_BYTES: u64 = 64 << 10;

/// Traces that are being collected.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts to send traces, where `traces.endpoint` says so.
    pub fn start(config: &TracesConfig) -> anyhow::Result<Option<Self>> {
        let Some(endpoint) = &config.endpoint else {
            return Ok(None);
        };
        if !(0.0..=1.0).contains(&config.sample) {
            anyhow::bail!("traces.sample is a share, 0 to 1, not {}", config.sample);
        }
        let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new())
            .with_endpoint(endpoint)
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| anyhow::anyhow!("traces.endpoint: {error}"))?;
        let about = Resource::builder()
            .with_service_name("headroom")
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .build();
        // What began elsewhere was sampled there.
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(about)
            .build();
        Ok(Some(Self(provider)))
    }

    /// What makes spans of ours into theirs.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let ours = Targets::new().with_target(spans::TARGET, tracing::Level::TRACE);
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("headroom"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(ours)
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // What a collector does not take by now is lost.
        drop(self.0.shutdown_with_timeout(PATIENCE));
    }
}

/// The innermost of our spans that is entered, as the parent of what others do for it. Spans of
/// libraries may be around us, which nobody collects.
pub fn here() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Context::current(), &mut carrier);
    carrier.remove(spans::HEADER)
}

/// Makes the span a child of one elsewhere. What cannot be read is as good as nothing.
pub fn go_on(span: &Span, from: Option<&str>) {
    if let Some(from) = from {
        let carrier = HashMap::from([(spans::HEADER.to_owned(), from.to_owned())]);
        let parent = TraceContextPropagator::new().extract(&carrier);
        // It fails where nobody collects this span.
        drop(span.set_parent(parent));
    }
}

/// ureq, on the exporter's own thread.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build();
        Self(config.new_agent())
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, body.to_vec());
        let (parts, mut body) = self.0.run(request)?.into_parts();
        let body = body.with_config().limit(ANSWER_MAX_BYTES).read_to_vec()?;
        Ok(Response::from_parts(parts, body.into()))
    }
}
