//! Policies known from practice. Each is right about something, and wrong about something.

use super::naive::CONSECUTIVE;
use super::policy::Breaker;
use super::reference::{PER_SHARD, Rules, Trip};
use crate::engine::SEC;

/// No breaker.
pub struct SendAll;

impl Breaker for SendAll {
    fn allow(&mut self, _shard: usize, _now_ns: i64, _rand: u64) -> bool {
        true
    }

    fn on_result(&mut self, _shard: usize, _ok: bool, _latency_ns: i64, _now_ns: i64) {}
}

/// The textbook's breaker, open for a minute.
pub const CONSECUTIVE_60S: Rules = Rules {
    open_ns: 60 * SEC,
    ..CONSECUTIVE
};

/// Half of at least 20 calls in 10 s, whichever shard they went to; open for 2 s.
pub const RATE_GLOBAL: Rules = Rules {
    breakers: 1,
    trip: Trip::Rate {
        ppm: 500_000,
        least: 20,
        window_ns: 10 * SEC,
    },
    jitter_ns: 0,
    ..PER_SHARD
};

/// The same from 5 % on: low enough to see one shard of ten, and then it stops all ten.
pub const RATE_GLOBAL_5: Rules = Rules {
    trip: Trip::Rate {
        ppm: 50_000,
        least: 20,
        window_ns: 10 * SEC,
    },
    ..RATE_GLOBAL
};

/// Five failures in a row of one shard.
pub const CONSECUTIVE_PER_SHARD: Rules = Rules {
    breakers: usize::MAX,
    ..CONSECUTIVE
};

/// The reference whose open time is 2 s each time.
pub const UNJITTERED: Rules = Rules {
    jitter_ns: 0,
    ..PER_SHARD
};
