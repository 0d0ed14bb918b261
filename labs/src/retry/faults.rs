//! What goes wrong in a scenario, and when.

use crate::engine::{PPM, SEC};
use crate::spec::Scenario;

/// The parameters of a scenario, in ns and ppm.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Arrivals stop here.
    pub end: i64,
    /// Mean time between calls without a surge.
    pub gap: i64,
    /// Workers without a fault.
    pub workers: i64,
    /// Mean service time.
    pub service: i64,
    /// Most jobs that wait.
    pub queue: usize,
    /// An attempt is given up by its caller after this.
    pub timeout: i64,
    /// A call must succeed within this.
    pub deadline: i64,
    /// Answers of the server take this on their way.
    pub rtt: i64,
    /// Attempts of one call, at most.
    pub attempts_max: i64,
    /// What a refusal asks to wait; 0 asks nothing.
    pub hint: i64,
    /// Share of the calls that can never succeed.
    pub permanent_ppm: i64,
    /// Whether failing attempts are never answered.
    pub silent: bool,
    /// Instants at which a herd arrives, and how many it is.
    pub herds: [i64; 2],
    /// Calls of each herd.
    pub herd_calls: i64,
    /// Time-out of the second tier's attempts; 0 where there is one tier.
    pub inner_timeout: i64,
    errors: Span,
    error_ppm: i64,
    outage: Span,
    workers_left: i64,
    ramp: i64,
    surge: Span,
    surge_ppm: i64,
}

/// From one instant until another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: i64,
    until: i64,
}

impl Span {
    const fn holds(self, at: i64) -> bool {
        self.from <= at && at < self.until
    }

    const fn is_empty(self) -> bool {
        self.from >= self.until
    }
}

impl Plan {
    /// Reads a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let span = |name: &str| Span {
            from: scenario.param(&format!("{name}_from_s")) * SEC,
            until: scenario.param(&format!("{name}_until_s")) * SEC,
        };
        let workers = scenario.param("workers").max(1);
        let service = scenario.param("service_ns").max(1);
        let load = scenario.param("load_ppm").max(1);
        let two_tiers = scenario.param("tiers") > 1;
        Self {
            end: scenario.param("seconds") * SEC,
            gap: (service * PPM / (workers * load)).max(1),
            workers,
            service,
            queue: usize::try_from(scenario.param("queue")).unwrap_or(0),
            timeout: scenario.param("timeout_ns"),
            deadline: scenario.param("deadline_ns"),
            rtt: scenario.param("rtt_ns"),
            attempts_max: scenario.param("attempts_max"),
            hint: scenario.param("hint_ns"),
            permanent_ppm: scenario.param("permanent_ppm"),
            silent: scenario.param("error_silent") > 0,
            herds: ["herd_first_s", "herd_second_s"].map(|name| scenario.param(name) * SEC),
            herd_calls: scenario.param("herd_calls"),
            inner_timeout: if two_tiers {
                scenario.param("inner_timeout_ns")
            } else {
                0
            },
            errors: span("error"),
            error_ppm: scenario.param("error_ppm"),
            outage: span("workers"),
            workers_left: scenario.param("workers_left"),
            ramp: scenario.param("workers_ramp_s") * SEC,
            surge: span("surge"),
            surge_ppm: scenario.param("surge_ppm"),
        }
    }

    /// Share of the attempts that fail at `at`, ppm.
    pub const fn error_ppm(&self, at: i64) -> i64 {
        if self.errors.holds(at) {
            self.error_ppm
        } else {
            0
        }
    }

    /// Workers that work at `at`.
    pub const fn workers_at(&self, at: i64) -> i64 {
        if self.outage.holds(at) {
            return self.workers_left;
        }
        let since = at - self.outage.until;
        if self.outage.is_empty() || since < 0 || since >= self.ramp {
            return self.workers;
        }
        self.workers_left + (self.workers - self.workers_left) * since / self.ramp
    }

    /// Instants at which workers come back.
    pub fn returns(&self) -> Vec<i64> {
        if self.outage.is_empty() {
            return Vec::new();
        }
        let steps = if self.ramp > 0 {
            self.workers - self.workers_left
        } else {
            0
        };
        (0..=steps)
            .map(|k| self.outage.until + self.ramp * k / steps.max(1))
            .collect()
    }

    /// Mean time to the next call after one at `at`.
    pub const fn gap_at(&self, at: i64) -> i64 {
        if self.surge.holds(at) {
            self.gap * PPM / self.surge_ppm
        } else {
            self.gap
        }
    }

    /// First and last instant of what is wrong; all of the run, where nothing lasts.
    pub fn fault(&self) -> (i64, i64) {
        let spans = [self.errors, self.outage, self.surge];
        let mut ends: Vec<(i64, i64)> = spans
            .iter()
            .filter(|span| !span.is_empty())
            .map(|span| (span.from, span.until))
            .collect();
        if self.herd_calls > 0 {
            ends.extend(self.herds.map(|at| (at, at)));
        }
        let from = ends.iter().map(|e| e.0).min().unwrap_or(0);
        let until = ends.iter().map(|e| e.1).max().unwrap_or(self.end);
        (from, until)
    }
}
