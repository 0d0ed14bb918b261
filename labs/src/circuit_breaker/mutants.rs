//! Common mistakes. Each must score lower than the reference, and says why.

use super::policy::Breaker;
use super::reference::{Breakers, PER_SHARD, Rules, Trip};
use crate::engine::{DAY, MS, SEC};

/// When the open time is over everything goes through, until the first probe has timed out.
pub const FLOOD: Rules = Rules {
    probes: i64::MAX,
    ..PER_SHARD
};

/// An open time beyond the end of any run.
pub const NEVER_CLOSES: Rules = Rules {
    open_ns: 30 * DAY,
    ..PER_SHARD
};

/// A rate of a single call is a rate.
pub const NO_VOLUME: Rules = Rules {
    trip: Trip::Rate {
        ppm: 500_000,
        least: 1,
        window_ns: 5 * SEC,
    },
    ..PER_SHARD
};

/// A rate over all calls since the breaker was closed last.
pub const LIFETIME: Rules = Rules {
    trip: Trip::Rate {
        ppm: 500_000,
        least: 8,
        window_ns: 300 * DAY,
    },
    ..PER_SHARD
};

/// A table of ten breakers, by shard modulo ten.
pub const TEN_SLOTS: Rules = Rules {
    breakers: 10,
    ..PER_SHARD
};

/// An open time in which nothing can have changed.
pub const IMPATIENT: Rules = Rules {
    open_ns: 100 * MS,
    jitter_ns: 50 * MS,
    ..PER_SHARD
};

/// Latency from which a success counts as a failure, ns.
const SLOW_NS: i64 = 500 * MS;

/// The reference, for which slow is broken. A slow answer is still one; a refusal is none.
pub struct SlowIsFailure(Breakers);

impl Default for SlowIsFailure {
    fn default() -> Self {
        Self(Breakers::per_shard())
    }
}

impl Breaker for SlowIsFailure {
    fn allow(&mut self, shard: usize, now_ns: i64, rand: u64) -> bool {
        self.0.allow(shard, now_ns, rand)
    }

    fn on_result(&mut self, shard: usize, ok: bool, latency_ns: i64, now_ns: i64) {
        let good = ok && latency_ns < SLOW_NS;
        self.0.on_result(shard, good, latency_ns, now_ns);
    }
}
