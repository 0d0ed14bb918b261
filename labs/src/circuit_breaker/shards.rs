//! The dependency: what becomes of a call that is sent.

use super::faults::{Faults, State};
use super::traffic::Traffic;

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// Whether it succeeded.
    pub ok: bool,
    /// After how long the caller knows, ns.
    pub latency: i64,
}

/// The shards as one policy's calls have left them. Only a cold shard remembers any: it works
/// through its queue one call after the other, those too whose callers have given up.
#[derive(Clone)]
pub struct Shards<'a> {
    faults: &'a Faults,
    traffic: &'a Traffic,
    /// When each shard has done its queue, ns.
    free_at: Vec<i64>,
}

impl<'a> Shards<'a> {
    /// All of them idle.
    pub fn new(faults: &'a Faults, traffic: &'a Traffic) -> Self {
        Self {
            faults,
            traffic,
            free_at: vec![0; traffic.shards],
        }
    }

    /// How call `k` would end if it were sent at `now`.
    pub fn ending(&self, now: i64, k: u64) -> Ending {
        let shard = self.traffic.shard(k);
        let state = self.faults.state(shard, now);
        let failed = Ending {
            ok: false,
            latency: self.faults.fail_ns,
        };
        if self.traffic.luck_ppm(k) < self.faults.fail_ppm(state) {
            return failed;
        }
        let latency = match self.queue(shard, state) {
            Some(free_at) => free_at.max(now) + self.faults.cold_gap_ns - now,
            None => self.traffic.latency(k, self.faults.ok_mean_ns(state)),
        };
        if self.is_cold(state) && latency > self.faults.fail_ns {
            return failed;
        }
        Ending { ok: true, latency }
    }

    /// Sends call `k` at `now`. A cold shard has more to do afterwards, in time or not.
    pub fn send(&mut self, now: i64, k: u64) -> Ending {
        let ending = self.ending(now, k);
        let shard = self.traffic.shard(k);
        let state = self.faults.state(shard, now);
        if let Some(free_at) = self.queue(shard, state)
            && free_at - now < self.faults.cold_queue_ns
        {
            self.free_at[shard] = free_at.max(now) + self.faults.cold_gap_ns;
        }
        ending
    }

    fn is_cold(&self, state: State) -> bool {
        state == State::Cold && self.faults.cold_gap_ns > 0
    }

    fn queue(&self, shard: usize, state: State) -> Option<i64> {
        self.is_cold(state).then(|| self.free_at[shard])
    }
}
