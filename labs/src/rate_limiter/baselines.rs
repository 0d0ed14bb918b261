//! Policies known from practice. Each is right about something, and wrong about something.

use std::collections::{BTreeMap, VecDeque};

use super::policy::Limiter;
use super::trace::Contract;

/// Answers every request alike: gaming, both ways.
pub struct Always(pub i32);

impl Limiter for Always {
    fn configure(&mut self, _tenant: i64, _interval_ns: i64, _burst: i64) {}

    fn allow(&mut self, _tenant: i64, _now_ns: i64, _cost: i64) -> i32 {
        self.0
    }
}

/// Remembers every admitted request of the last `burst · interval`: exact, but for another
/// contract, in which a token spent comes back only after a whole window.
#[derive(Default)]
pub struct SlidingLog {
    contracts: BTreeMap<i64, Contract>,
    logs: BTreeMap<i64, (VecDeque<(i64, i64)>, i64)>,
}

impl Limiter for SlidingLog {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.contracts
            .insert(tenant, Contract { interval_ns, burst });
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let Some(contract) = self.contracts.get(&tenant) else {
            return 0;
        };
        let (log, sum) = self.logs.entry(tenant).or_default();
        while log
            .front()
            .is_some_and(|&(at, _)| at <= now_ns - contract.depth_ns())
        {
            *sum -= log.pop_front().map_or(0, |(_, cost)| cost);
        }
        let fits = *sum + cost <= contract.burst;
        if fits {
            log.push_back((now_ns, cost));
            *sum += cost;
        }
        i32::from(fits)
    }
}

/// Two counters per tenant; the previous window's is weighted by how much of it the sliding
/// window still covers. Cheap, and again not a token bucket.
#[derive(Default)]
pub struct SlidingCounter {
    contracts: BTreeMap<i64, Contract>,
    windows: BTreeMap<i64, (i64, i64, i64)>,
}

impl Limiter for SlidingCounter {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.contracts
            .insert(tenant, Contract { interval_ns, burst });
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let Some(contract) = self.contracts.get(&tenant) else {
            return 0;
        };
        let length = contract.depth_ns();
        let window = now_ns / length;
        let state = self.windows.entry(tenant).or_insert((window, 0, 0));
        if window == state.0 + 1 {
            *state = (window, state.2, 0);
        } else if window != state.0 {
            *state = (window, 0, 0);
        }
        let covered = i128::from(length - now_ns % length);
        let spent = i128::from(state.1) * covered + i128::from(state.2 + cost) * i128::from(length);
        let fits = spent <= i128::from(contract.burst) * i128::from(length);
        if fits {
            state.2 += cost;
        }
        i32::from(fits)
    }
}

/// One bucket with the sum of all contracts: no isolation between tenants.
#[derive(Default)]
pub struct OneBucket {
    contracts: BTreeMap<i64, Contract>,
    /// Tokens per 1,000 s of all tenants together.
    rate: i64,
    burst: i64,
    tat: i64,
}

/// Nanoseconds in 1,000 s.
const KILOSECOND: i64 = 1_000_000_000_000;

impl Limiter for OneBucket {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        let new = Contract { interval_ns, burst };
        let old = self.contracts.insert(tenant, new);
        self.rate += KILOSECOND / interval_ns - old.map_or(0, |c| KILOSECOND / c.interval_ns);
        self.burst += burst - old.map_or(0, |c| c.burst);
    }

    fn allow(&mut self, _tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let interval = KILOSECOND.checked_div(self.rate).unwrap_or(i64::MAX).max(1);
        let next = self.tat.max(now_ns) + cost * interval;
        let fits = next - now_ns <= self.burst * interval;
        if fits {
            self.tat = next;
        }
        i32::from(fits)
    }
}
