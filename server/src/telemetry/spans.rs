//! The spans of a trace, named as OpenTelemetry's semantic conventions name them. While nobody
//! collects them they are not made.
//!
//! A trace goes on where its work does: a job carries the place in the trace of whoever queued it,
//! as a W3C `traceparent`, so the grading of a submission is part of the trace of the request that
//! handed it in, in whichever process it runs.

use std::net::IpAddr;

use axum::http::{Method, StatusCode};
use tracing::Span;
use tracing::field::Empty;

use crate::store::jobs::Claimed;

/// What marks these spans: logs leave them out, traces hold nothing else.
pub const TARGET: &str = "headroom::trace";

/// The header in which a proxy says which trace a request belongs to (W3C Trace Context).
pub const HEADER: &str = "traceparent";

/// A request that is answered here; `from` is where its trace comes from.
pub fn request(
    (method, route, path): (&Method, &str, &str),
    (address, id): (IpAddr, &str),
    from: Option<&str>,
) -> Span {
    let span = tracing::trace_span!(
        target: TARGET, "request", otel.name = %format_args!("{method} {route}"),
        otel.kind = "server", otel.status_code = Empty, http.request.method = %method,
        http.route = route, url.path = path, client.address = %address, http.request.id = id,
        http.response.status_code = Empty, "error.type" = Empty,
    );
    go_on(&span, from);
    span
}

/// Writes into a request's span how it was answered.
pub fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("error.type", status.as_u16());
        span.record("otel.status_code", "ERROR");
    }
}

/// A run of a job, which goes on with the trace of whoever queued it.
pub fn job(kind: &str, claimed: &Claimed, waited_ms: i64) -> Span {
    let span = tracing::trace_span!(
        target: TARGET, "job", otel.name = %format_args!("process {kind}"),
        otel.kind = "consumer", otel.status_code = Empty, messaging.system = "headroom",
        messaging.operation.name = "process", messaging.destination.name = kind,
        messaging.message.id = %claimed.fence.id, job.attempt = claimed.fence.attempt,
        job.waited_ms = waited_ms, job.outcome = Empty,
    );
    go_on(&span, claimed.trace.as_deref());
    span
}

/// Writes into a job's span how it ended.
pub fn ended(span: &Span, outcome: &'static str) {
    span.record("job.outcome", outcome);
    if matches!(outcome, "failed" | "dead") {
        span.record("otel.status_code", "ERROR");
    }
}

/// A part of the work of the span around it.
pub fn part(name: &'static str) -> Span {
    tracing::trace_span!(target: TARGET, "part", otel.name = name)
}

/// The place in the trace that we are at, as `traceparent` says it; nothing outside of traces.
#[must_use]
pub fn here() -> Option<String> {
    #[cfg(feature = "otlp")]
    return super::otlp::here();
    #[cfg(not(feature = "otlp"))]
    None
}

#[cfg(feature = "otlp")]
fn go_on(span: &Span, from: Option<&str>) {
    super::otlp::go_on(span, from);
}

#[cfg(not(feature = "otlp"))]
fn go_on(_span: &Span, _from: Option<&str>) {}
