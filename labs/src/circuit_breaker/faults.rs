//! What is wrong with which shard, and when.
//!
//! All of it follows from the scenario and the seed. Nothing depends on the policy.

use super::traffic::Traffic;
use crate::engine::rng::Draws;
use crate::engine::{PPM, SEC};
use crate::spec::Scenario;

// Streams of draws.
const PLACES: u64 = 1;

/// How a shard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Well,
    /// In a fault: it fails, or is slow.
    Broken,
    /// The fault is over, but it does not do all of its work yet.
    Cold,
}

/// The faults of one run. Times are ns since the start of the run.
#[derive(Debug, Clone)]
pub struct Faults {
    /// Mean latency of a call that succeeds, ns.
    pub ok_ns: i64,
    /// Latency of a call that fails, ns.
    pub fail_ns: i64,
    /// Time that a cold shard takes for a call, ns; 0 where shards are never cold.
    pub cold_gap_ns: i64,
    /// Work that a cold shard queues at most, ns.
    pub cold_queue_ns: i64,
    shards: usize,
    first: usize,
    hit: usize,
    from: i64,
    length: i64,
    every: i64,
    times: i64,
    cold: i64,
    fault_ppm: i64,
    base_ppm: i64,
    slow_ns: i64,
}

impl Faults {
    /// The faults of a scenario under a seed. The shards that they hit are neighbours; which one
    /// is the first is drawn.
    #[must_use]
    pub fn new(scenario: &Scenario, traffic: &Traffic, seed: u64) -> Self {
        let param = |name| scenario.param(name);
        let shards = traffic.shards;
        let usual_gap_ns = traffic.gap_ns * shards as i64;
        let cold_gap = |ppm: i64| usual_gap_ns.saturating_mul(PPM) / ppm;
        Self {
            ok_ns: param("ok_ns"),
            fail_ns: param("fail_ns"),
            cold_gap_ns: Some(param("cold_ppm"))
                .filter(|&p| p > 0)
                .map_or(0, cold_gap),
            cold_queue_ns: param("cold_queue_s") * SEC,
            shards,
            first: Draws::new(seed, PLACES, 0).below(shards as u64) as usize,
            hit: param("fault_shards") as usize,
            from: param("fault_from_s") * SEC,
            length: param("fault_for_s") * SEC,
            every: param("fault_every_s") * SEC,
            times: param("fault_times").max(1),
            cold: param("cold_for_s") * SEC,
            fault_ppm: param("fault_ppm"),
            base_ppm: param("base_ppm"),
            slow_ns: param("slow_ns"),
        }
    }

    /// How `shard` is at `at`.
    #[must_use]
    pub fn state(&self, shard: usize, at: i64) -> State {
        let since = at - self.from;
        let place = (shard + self.shards - self.first) % self.shards;
        if place >= self.hit || since < 0 {
            return State::Well;
        }
        let round = since.checked_div(self.every).unwrap_or(0);
        let within = since - round.min(self.times - 1) * self.every;
        if within < self.length {
            State::Broken
        } else if within < self.length + self.cold {
            State::Cold
        } else {
            State::Well
        }
    }

    /// Share of the calls that fail in `state`, ppm. What a cold shard has no time for is beside.
    #[must_use]
    pub fn fail_ppm(&self, state: State) -> i64 {
        match state {
            State::Broken => self.base_ppm.max(self.fault_ppm),
            State::Well | State::Cold => self.base_ppm,
        }
    }

    /// Mean latency of the calls that succeed in `state`, ns.
    #[must_use]
    pub const fn ok_mean_ns(&self, state: State) -> i64 {
        match state {
            State::Broken if self.slow_ns > 0 => self.slow_ns,
            _ => self.ok_ns,
        }
    }
}
