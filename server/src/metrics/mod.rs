//! What this process measures of itself: every series in one place. `/metrics` prints them for
//! Prometheus (`exposition.rs`), the pages on how the site is doing read some of them.
//!
//! Series of other processes on the same database are theirs to tell; what all share, the queues,
//! is asked of the database when somebody looks.

mod exposition;
mod process;
mod window;

pub use exposition::{MEDIA_TYPE, exposition};
pub use window::{Counts, OBJECTIVES, Objective, Served, Window};

pub use process::resident_bytes;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// From half a millisecond, where a page out of memory lies, to the longest patience.
const HTTP_S: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// From a mail to an issue of the newsletter.
const JOB_S: [f64; 12] = [
    0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0,
];

/// What is measured. Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Series>);

#[derive(Debug)]
struct Series {
    registry: Registry,
    http: Family<HttpLabels, Histogram, fn() -> Histogram>,
    problems: Family<ProblemLabels, Counter>,
    connections: Gauge,
    jobs: Family<JobLabels, Histogram, fn() -> Histogram>,
    turnaround: Family<KindLabels, Histogram, fn() -> Histogram>,
    mails: Family<MailLabels, Counter>,
    window: Window,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpLabels {
    route: String,
    method: &'static str,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProblemLabels {
    problem: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MailLabels {
    outcome: &'static str,
}

/// An answer, for counting.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    /// Pattern of the address, as in the map of routes; empty where nothing answers.
    pub route: &'a str,
    /// The method.
    pub method: &'a http::Method,
    /// The status.
    pub status: http::StatusCode,
    /// What the request came to, where it came to a problem.
    pub problem: Option<&'static str>,
    /// Until the head of the answer was ready.
    pub took: Duration,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
}

impl Default for Series {
    fn default() -> Self {
        let http = || Histogram::new(HTTP_S);
        let job = || Histogram::new(JOB_S);
        let mut series = Self {
            registry: Registry::with_prefix("headroom"),
            http: Family::new_with_constructor(http),
            problems: Family::default(),
            connections: Gauge::default(),
            jobs: Family::new_with_constructor(job),
            turnaround: Family::new_with_constructor(job),
            mails: Family::default(),
            window: Window::default(),
        };
        let registry = &mut series.registry;
        registry.register_with_unit(
            "http_request_duration",
            "Time until the head of an answer was ready, by route, method and class of status",
            Unit::Seconds,
            series.http.clone(),
        );
        registry.register(
            "http_problems",
            "Answers that told of a problem, by the problem's code",
            series.problems.clone(),
        );
        registry.register(
            "http_connections",
            "Connections that are open",
            series.connections.clone(),
        );
        registry.register_with_unit(
            "job_duration",
            "Time a run of a job took, by kind and how it ended",
            Unit::Seconds,
            series.jobs.clone(),
        );
        registry.register_with_unit(
            "job_turnaround",
            "Time from when a job was queued until it was done, waiting and failures included",
            Unit::Seconds,
            series.turnaround.clone(),
        );
        registry.register(
            "mail_messages",
            "Messages handed to the mail server, by what it said",
            series.mails.clone(),
        );
        series
    }
}

impl Metrics {
    /// Counts an answer.
    pub fn answered(&self, answer: Answered<'_>) {
        let labels = HttpLabels {
            route: answer.route.to_owned(),
            method: method(answer.method),
            status: class(answer.status),
        };
        let http = &self.0.http;
        http.get_or_create(&labels)
            .observe(answer.took.as_secs_f64());
        if let Some(problem) = answer.problem {
            self.0
                .problems
                .get_or_create(&ProblemLabels { problem })
                .inc();
        }
        // What asks whether this process lives is no reader.
        if matches!(answer.route, "/healthz" | "/readyz") {
            return;
        }
        self.0.window.served(
            Served {
                failed: answer.status.is_server_error(),
                took: answer.took,
                is_page: !answer.route.starts_with("/api/") && answer.method == http::Method::GET,
            },
            answer.now_ms,
        );
    }

    /// A connection opened; it is counted until the answer is dropped.
    #[must_use]
    pub fn connected(&self) -> Connected {
        self.0.connections.inc();
        Connected(self.0.connections.clone())
    }

    /// Connections that are open.
    #[must_use]
    pub fn connections(&self) -> i64 {
        self.0.connections.get()
    }

    /// Counts a run of a job: `done`, `failed`, `dead`, `lost` or `stopping`.
    pub fn job_ran(&self, kind: &'static str, outcome: &'static str, took: Duration) {
        let labels = JobLabels { kind, outcome };
        let jobs = &self.0.jobs;
        jobs.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// Counts how long a job took in all that is done now.
    pub fn job_settled(&self, kind: &'static str, turnaround: Duration) {
        let labels = KindLabels { kind };
        let all = &self.0.turnaround;
        all.get_or_create(&labels).observe(turnaround.as_secs_f64());
    }

    /// Counts a message that was handed over, or was not: `sent`, `later`, `refused`, `unreached`
    /// or `unknown`.
    pub fn mailed(&self, outcome: &'static str) {
        self.0.mails.get_or_create(&MailLabels { outcome }).inc();
    }

    /// Answers that told of this problem, since the start.
    #[must_use]
    pub fn problems(&self, code: &'static str) -> u64 {
        let labels = ProblemLabels { problem: code };
        self.0.problems.get(&labels).map_or(0, |count| count.get())
    }

    /// What was served within the last hour.
    #[must_use]
    pub fn window(&self) -> &Window {
        &self.0.window
    }
}

/// An open connection, while it is held.
#[derive(Debug)]
pub struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Methods that are nobody's invention.
fn method(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

const fn class(status: http::StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
