//! What became of the requests.

use crate::engine::PPM;
use crate::engine::histogram::Histogram;

/// Counts of one run.
pub struct Books {
    latencies: Histogram,
    offered: i64,
    failed: i64,
    sent: Vec<i64>,
}

impl Books {
    /// Empty books for this many servers.
    pub fn new(servers: usize) -> Self {
        Self {
            latencies: Histogram::new(),
            offered: 0,
            failed: 0,
            sent: vec![0; servers],
        }
    }

    /// A request went to `server`.
    pub fn sent(&mut self, server: usize) {
        self.offered += 1;
        self.sent[server] += 1;
    }

    /// A request came back.
    pub fn answered(&mut self, latency: i64, ok: bool) {
        if ok {
            self.latencies.record(latency as u64);
        } else {
            self.failed += 1;
        }
    }

    /// Requests that failed so far.
    pub const fn errors(&self) -> i64 {
        self.failed
    }

    /// Latencies of the requests that succeeded, ns.
    pub const fn latencies(&self) -> &Histogram {
        &self.latencies
    }

    /// Share of all requests that each server got, ppm.
    pub fn shares_ppm(&self) -> Vec<i64> {
        let share = |sent: &i64| sent * PPM / self.offered.max(1);
        self.sent.iter().map(share).collect()
    }

    /// The scored metrics, then what helps to understand them. Requests without an answer at the
    /// end count as errors.
    pub fn metrics(&self) -> Vec<(&'static str, i64)> {
        let done = self.latencies.count() as i64;
        let lost = self.offered - done;
        let unfinished = lost - self.failed;
        vec![
            ("p99", self.latencies.quantile(990_000) as i64),
            ("p999", self.latencies.quantile(999_000) as i64),
            ("errors", lost * PPM / self.offered.max(1)),
            ("mean_ns", (self.latencies.mean_milli() / 1000) as i64),
            ("p50_ns", self.latencies.quantile(500_000) as i64),
            ("requests", self.offered),
            ("unfinished", unfinished),
            (
                "largest_share_ppm",
                self.shares_ppm().into_iter().max().unwrap_or(0),
            ),
        ]
    }
}
