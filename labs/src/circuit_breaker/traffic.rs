//! The calls: when each is wanted, by which caller, of which shard, and how lucky it is.

use crate::engine::q32::neg_ln_uniform;
use crate::engine::rng::Draws;
use crate::engine::{DAY, SEC};
use crate::spec::Scenario;

// Streams of draws; the faults have the first.
const GAPS: u64 = 2;
const CALLERS: u64 = 3;
const SHARDS: u64 = 4;
const LUCK: u64 = 5;
const LATENCIES: u64 = 6;
const RANDS: u64 = 7;
const EPOCH: u64 = 8;

/// Where calls come from. Everything about call `k` is a function of `k`.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Time of the run's start as policies see it, ns.
    pub epoch: i64,
    /// Length of the stretch in which calls are wanted, ns.
    pub length: i64,
    /// Shards of the dependency.
    pub shards: usize,
    /// Mean gap between calls of all callers, ns.
    pub gap_ns: i64,
    callers: u64,
    gaps: Draws,
    ways: Draws,
    keys: Draws,
    luck: Draws,
    latencies: Draws,
    rands: Draws,
}

impl Traffic {
    /// The calls of a scenario under a seed.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        Self {
            // Somewhere in the first ten days, so that ns stay below 2^53.
            epoch: DAY + Draws::new(seed, EPOCH, 0).below(9 * DAY as u64) as i64,
            length: scenario.param("seconds") * SEC,
            shards: scenario.param("shards").max(1) as usize,
            gap_ns: SEC / scenario.param("calls_per_s").max(1),
            callers: scenario.param("callers").max(1) as u64,
            gaps: Draws::new(seed, GAPS, 0),
            ways: Draws::new(seed, CALLERS, 0),
            keys: Draws::new(seed, SHARDS, 0),
            luck: Draws::new(seed, LUCK, 0),
            latencies: Draws::new(seed, LATENCIES, 0),
            rands: Draws::new(seed, RANDS, 0),
        }
    }

    /// Callers, each with its own instance of the policy.
    #[must_use]
    pub const fn callers(&self) -> usize {
        self.callers as usize
    }

    /// Time from the call before to call `k`: exponential, so calls are a Poisson process.
    #[must_use]
    pub fn gap(&self, k: u64) -> i64 {
        let word = neg_ln_uniform(self.gaps.at(k));
        ((i128::from(self.gap_ns) * i128::from(word)) >> 32) as i64
    }

    /// The caller that wants call `k`.
    #[must_use]
    pub const fn caller(&self, k: u64) -> usize {
        below(self.ways.at(k), self.callers) as usize
    }

    /// The shard that call `k` is for.
    #[must_use]
    pub const fn shard(&self, k: u64) -> usize {
        below(self.keys.at(k), self.shards as u64) as usize
    }

    /// Uniform in `0..1_000_000`: call `k` fails where this is below the rate of failures.
    #[must_use]
    pub const fn luck_ppm(&self, k: u64) -> i64 {
        below(self.luck.at(k), 1_000_000) as i64
    }

    /// How long call `k` takes if it succeeds: uniform from half the mean to one and a half, ns.
    #[must_use]
    pub const fn latency(&self, k: u64, mean_ns: i64) -> i64 {
        mean_ns / 2 + below(self.latencies.at(k), mean_ns as u64) as i64
    }

    /// The random number for call `k`, uniform in `0..2^53`.
    #[must_use]
    pub const fn rand(&self, k: u64) -> i64 {
        (self.rands.at(k) >> 11) as i64
    }
}

/// A value in `0..n` from one random word.
const fn below(word: u64, n: u64) -> u64 {
    ((word as u128 * n as u128) >> 64) as u64
}
