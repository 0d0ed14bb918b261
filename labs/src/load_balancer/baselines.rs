//! Policies known from practice. Each is right about something, and wrong about something.

use super::policy::{Balancer, SERVERS, two};
use crate::engine::SEC;

/// One server after the other. Three dispatchers that each do so hit no server evenly.
#[derive(Default)]
pub struct RoundRobin {
    next: usize,
}

impl Balancer for RoundRobin {
    fn pick(&mut self, n: usize, _now_ns: i64, _rand: u64) -> usize {
        self.next = (self.next + 1) % n;
        self.next
    }

    fn on_done(&mut self, _server: usize, _latency_ns: i64, _ok: bool, _now_ns: i64) {}
}

/// The server with the fewest own outstanding requests of all.
pub struct LeastConnections {
    outstanding: [i64; SERVERS],
    first: bool,
}

impl LeastConnections {
    /// Equals are drawn among.
    #[must_use]
    pub fn fair() -> Self {
        Self::new(false)
    }

    /// Of equals the first wins. Every dispatcher prefers the same servers, and a server that
    /// fails at once is preferred by all of them.
    #[must_use]
    pub fn lowest_index() -> Self {
        Self::new(true)
    }

    fn new(first: bool) -> Self {
        Self {
            outstanding: [0; SERVERS],
            first,
        }
    }
}

impl Balancer for LeastConnections {
    fn pick(&mut self, n: usize, _now_ns: i64, rand: u64) -> usize {
        let listed = &self.outstanding[..n];
        let least = listed.iter().copied().min().unwrap_or(0);
        let equals = listed.iter().filter(|&&o| o == least).count() as u128;
        let drawn = ((u128::from(rand) * equals) >> 53) as usize;
        let skip = if self.first { 0 } else { drawn };
        let mut best = (0..n).filter(|&i| listed[i] == least);
        let server = best.nth(skip).unwrap_or(0);
        self.outstanding[server] += 1;
        server
    }

    fn on_done(&mut self, server: usize, _latency_ns: i64, _ok: bool, _now_ns: i64) {
        self.outstanding[server] -= 1;
    }
}

/// Time in which a peak is forgotten, ns.
const DECAY_NS: i64 = 2 * SEC;
/// Latency as which a failure counts where failures are punished, ns.
const FAILURE_NS: i64 = SEC;

#[derive(Clone, Copy, Default)]
struct Peak {
    cost_ns: i64,
    at_ns: i64,
    outstanding: i64,
}

/// Two choices by latency times outstanding requests. The latency jumps to a peak at once and
/// forgets it over two seconds (Finagle's peak EWMA, with a linear decay).
pub struct PeakEwma {
    peaks: [Peak; SERVERS],
    failure_ns: i64,
}

impl PeakEwma {
    /// A failure counts by its latency: a server that fails in a millisecond is the best.
    #[must_use]
    pub fn plain() -> Self {
        Self::new(0)
    }

    /// A failure counts as a second.
    #[must_use]
    pub fn with_penalty() -> Self {
        Self::new(FAILURE_NS)
    }

    fn new(failure_ns: i64) -> Self {
        Self {
            peaks: [Peak::default(); SERVERS],
            failure_ns,
        }
    }

    fn score(&self, server: usize) -> i64 {
        let peak = self.peaks[server];
        if peak.cost_ns == 0 && peak.outstanding > 0 {
            // Never heard of, and busy already: ask the other one.
            return 1_000_000 * SEC + peak.outstanding;
        }
        peak.cost_ns * (peak.outstanding + 1)
    }
}

impl Balancer for PeakEwma {
    fn pick(&mut self, n: usize, _now_ns: i64, rand: u64) -> usize {
        let (a, b) = two(n, rand);
        let better = if self.score(a) <= self.score(b) { a } else { b };
        self.peaks[better].outstanding += 1;
        better
    }

    fn on_done(&mut self, server: usize, latency_ns: i64, ok: bool, now_ns: i64) {
        let seen = if ok {
            latency_ns
        } else {
            latency_ns.max(self.failure_ns)
        };
        let peak = &mut self.peaks[server];
        peak.outstanding -= 1;
        let keep = (1000 - (now_ns - peak.at_ns) * 1000 / DECAY_NS).max(0);
        peak.at_ns = now_ns;
        peak.cost_ns = if seen > peak.cost_ns {
            seen
        } else {
            (peak.cost_ns * keep + seen * (1000 - keep)) / 1000
        };
    }
}
