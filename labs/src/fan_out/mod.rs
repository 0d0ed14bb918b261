//! A request that waits for the slowest of its leaves, with hedged copies and queues.
//!
//! Every request asks each of `leaves` shards; a shard is two replicas, each one server behind a
//! first-come-first-served queue, and the request goes to one of them by chance. Requests arrive at
//! random (Poisson), so often that they alone keep each server busy for `load_percent` of the time.
//! An answer takes an exponential time with mean `fast_ms`, or, with probability `slow_ppm`, one
//! with mean `slow_ms`: a pause during which the server goes on with others. If a shard has not
//! answered after `hedge_after_ms`, a copy goes to its other replica and the first answer counts;
//! nobody cancels the other.

mod curve;
mod shard;

use serde::{Deserialize, Serialize};

use crate::engine::plot::Plot;
use crate::engine::{MS, PPM};
use shard::Tally;

/// Requests that are counted.
pub const REQUESTS: usize = 20_000;
/// Requests before them, while the queues fill.
const WARM_UP: usize = 2_000;

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FanOut {
    /// Shards that every request asks.
    pub leaves: i64,
    /// Probability that an answer is slow, ppm.
    pub slow_ppm: i64,
    /// Mean of a usual answer, ms.
    pub fast_ms: i64,
    /// Mean of a slow answer, ms.
    pub slow_ms: i64,
    /// When a copy is sent, ms after the request; 0 for never.
    pub hedge_after_ms: i64,
    /// Share of its time that a server is busy with first copies, per cent.
    pub load_percent: i64,
}

/// A parameter of [`FanOut`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Param {
    /// Name, with its unit.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Least value.
    pub least: i64,
    /// Greatest value.
    pub most: i64,
}

/// What the requests of one run met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Half of the requests were answered within this, ns.
    pub p50_ns: i64,
    /// 99 of 100.
    pub p99_ns: i64,
    /// 999 of 1,000.
    pub p999_ns: i64,
    /// Copies over first requests, ppm.
    pub extra_ppm: i64,
    /// Work sent to each server over what it can do, ppm; from 1,000,000 queues only grow.
    pub busy_ppm: i64,
}

/// What a run showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Without copies.
    pub plain: Measured,
    /// With copies, where there are any.
    pub hedged: Option<Measured>,
    /// Share of the requests that met at least one slow answer, ppm.
    pub met_ppm: i64,
    /// The same by the closed form `1 − (1 − p)^n`, ppm.
    pub met_closed_ppm: i64,
    /// Shares of requests answered within a time.
    pub plot: Plot,
}

impl Default for FanOut {
    fn default() -> Self {
        Self {
            leaves: 100,
            slow_ppm: 10_000,
            fast_ms: 10,
            slow_ms: 1_000,
            hedge_after_ms: 0,
            load_percent: 0,
        }
    }
}

const fn param(name: &'static str, title: &'static str, least: i64, most: i64) -> Param {
    Param {
        name,
        title,
        least,
        most,
    }
}

impl FanOut {
    /// Every parameter, in the order to show.
    pub const PARAMS: [Param; 6] = [
        param("leaves", "Leaves", 1, 200),
        param("slow_ppm", "Slow answers", 0, 100_000),
        param("hedge_after_ms", "Hedge after", 0, 500),
        param("load_percent", "Load", 0, 90),
        param("fast_ms", "Usual answer, mean", 1, 100),
        param("slow_ms", "Slow answer, mean", 10, 5_000),
    ];

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<i64> {
        let mut copy = *self;
        copy.field(name).map(|value| *value)
    }

    /// Sets a parameter, kept within its range.
    pub fn set(&mut self, name: &str, value: i64) {
        let Some(param) = Self::PARAMS.iter().find(|p| p.name == name) else {
            return;
        };
        if let Some(field) = self.field(name) {
            *field = value.clamp(param.least, param.most);
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut i64> {
        Some(match name {
            "leaves" => &mut self.leaves,
            "slow_ppm" => &mut self.slow_ppm,
            "fast_ms" => &mut self.fast_ms,
            "slow_ms" => &mut self.slow_ms,
            "hedge_after_ms" => &mut self.hedge_after_ms,
            "load_percent" => &mut self.load_percent,
            _ => return None,
        })
    }

    /// The same with every number inside its range.
    #[must_use]
    pub fn clamped(mut self) -> Self {
        for param in Self::PARAMS {
            let value = self.get(param.name).unwrap_or(param.least);
            self.set(param.name, value);
        }
        self
    }

    /// Mean time between requests that makes each server as busy as it is to be, ns. Without load
    /// they come so rarely that nobody ever waits.
    const fn gap_ns(&self) -> Option<i64> {
        match self.load_percent {
            0 => None,
            percent => Some(self.fast_ms * MS * 50 / percent),
        }
    }
}

/// `1 − (1 − p)^n` in ppm: the share of requests that meet at least one slow answer of `leaves`.
#[must_use]
pub fn met_closed_ppm(slow_ppm: i64, leaves: i64) -> i64 {
    const ONE: i128 = 1 << 60;
    let usual = ONE * i128::from(PPM - slow_ppm) / i128::from(PPM);
    let none = (0..leaves).fold(ONE, |product, _| (product * usual) >> 60);
    (((ONE - none) * i128::from(PPM) + ONE / 2) / ONE) as i64
}

/// Runs it: without copies, and with them where there are any.
#[must_use]
pub fn run(setting: &FanOut) -> Outcome {
    let setting = setting.clamped();
    let plain = shard::tally(&FanOut {
        hedge_after_ms: 0,
        ..setting
    });
    let hedged = (setting.hedge_after_ms > 0).then(|| shard::tally(&setting));
    Outcome {
        plain: measured(&setting, &plain),
        hedged: hedged.as_ref().map(|tally| measured(&setting, tally)),
        met_ppm: plain.met * PPM / REQUESTS as i64,
        met_closed_ppm: met_closed_ppm(setting.slow_ppm, setting.leaves),
        plot: curve::plot(&setting, &plain, hedged.as_ref()),
    }
}

fn measured(setting: &FanOut, tally: &Tally) -> Measured {
    let asked = setting.leaves * (REQUESTS + WARM_UP) as i64;
    let extra_ppm = tally.copies * PPM / asked;
    Measured {
        p50_ns: quantile(&tally.requests, 500_000),
        p99_ns: quantile(&tally.requests, 990_000),
        p999_ns: quantile(&tally.requests, 999_000),
        extra_ppm,
        busy_ppm: setting.load_percent * (PPM + extra_ppm) / 100,
    }
}

/// The least of the sorted values that `ppm` of them do not exceed (nearest rank).
fn quantile(sorted: &[i64], ppm: u64) -> i64 {
    let rank = (sorted.len() as u64 * ppm).div_ceil(PPM as u64).max(1) as usize;
    sorted.get(rank - 1).copied().unwrap_or(0)
}
