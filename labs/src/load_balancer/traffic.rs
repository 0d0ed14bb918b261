//! The requests: when each arrives, at which dispatcher, and how much work it is.

use super::fleet::Fleet;
use crate::engine::q32::neg_ln_uniform;
use crate::engine::rng::Draws;
use crate::engine::{DAY, PPM, SEC};
use crate::spec::Scenario;

// Streams of draws; the fleet has the first.
const GAPS: u64 = 2;
const DISPATCHERS: u64 = 3;
const SIZES: u64 = 4;
const HEAVY: u64 = 5;
const RANDS: u64 = 6;
const EPOCH: u64 = 7;

/// Where requests come from. Everything about request `k` is a function of `k`.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Time of the run's start as policies see it, ns.
    pub epoch: i64,
    /// Length of the stretch in which requests arrive, ns.
    pub length: i64,
    /// Mean work of an ordinary request, ns on a server of full speed.
    pub service_ns: i64,
    gap_ns: i64,
    dispatchers: u64,
    heavy_ppm: i64,
    heavy_factor: i64,
    gaps: Draws,
    ways: Draws,
    sizes: Draws,
    heavy: Draws,
    rands: Draws,
}

impl Traffic {
    /// The requests of a scenario under a seed. `load_ppm` is offered work over capacity, heavy
    /// requests included.
    #[must_use]
    pub fn new(scenario: &Scenario, fleet: &Fleet, seed: u64) -> Self {
        let service_ns = scenario.param("service_ns");
        let (heavy_ppm, heavy_factor) =
            (scenario.param("heavy_ppm"), scenario.param("heavy_factor"));
        let mean_ppm = PPM + heavy_ppm * (heavy_factor - 1).max(0);
        let capacity = fleet.workers as i64 * fleet.capacity_pct();
        let work = i128::from(service_ns) * i128::from(mean_ppm) * 100;
        let gap_ns = work / (i128::from(capacity) * i128::from(scenario.param("load_ppm")).max(1));
        Self {
            // Somewhere in the first ten days, so that ns stay below 2^53.
            epoch: DAY + Draws::new(seed, EPOCH, 0).below(9 * DAY as u64) as i64,
            length: scenario.param("seconds") * SEC,
            service_ns,
            gap_ns: gap_ns as i64,
            dispatchers: scenario.param("dispatchers") as u64,
            heavy_ppm,
            heavy_factor,
            gaps: Draws::new(seed, GAPS, 0),
            ways: Draws::new(seed, DISPATCHERS, 0),
            sizes: Draws::new(seed, SIZES, 0),
            heavy: Draws::new(seed, HEAVY, 0),
            rands: Draws::new(seed, RANDS, 0),
        }
    }

    /// Mean gap between arrivals, ns.
    #[must_use]
    pub const fn gap_ns(&self) -> i64 {
        self.gap_ns
    }

    /// Time from the request before to request `k`: exponential, so arrivals are Poisson.
    #[must_use]
    pub fn gap(&self, k: u64) -> i64 {
        exponential(self.gaps.at(k), self.gap_ns)
    }

    /// The dispatcher at which request `k` arrives.
    #[must_use]
    pub fn dispatcher(&self, k: u64) -> usize {
        below(self.ways.at(k), self.dispatchers) as usize
    }

    /// Work of request `k`, ns on a server of full speed.
    #[must_use]
    pub fn work(&self, k: u64) -> i64 {
        let heavy = (below(self.heavy.at(k), PPM as u64) as i64) < self.heavy_ppm;
        let factor = if heavy { self.heavy_factor } else { 1 };
        exponential(self.sizes.at(k), self.service_ns * factor)
    }

    /// The random number for request `k`, uniform in `0..2^53`.
    #[must_use]
    pub const fn rand(&self, k: u64) -> i64 {
        (self.rands.at(k) >> 11) as i64
    }
}

/// An exponential value with this mean from one random word.
fn exponential(word: u64, mean: i64) -> i64 {
    ((i128::from(mean) * i128::from(neg_ln_uniform(word))) >> 32) as i64
}

/// A value in `0..n` from one random word.
const fn below(word: u64, n: u64) -> u64 {
    ((word as u128 * n as u128) >> 64) as u64
}
