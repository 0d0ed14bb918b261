//! What happened, second by second.

use super::faults::Plan;
use super::plots;
use crate::engine::histogram::Histogram;
use crate::engine::{PPM, SEC};
use crate::lab::Outcome;

/// The fault's echo that still counts for amplification.
const ECHO_S: i64 = 3;
/// Seconds in a row that make a recovery.
const CALM_S: usize = 3;
/// Share of the calls that succeed in a calm second, ppm.
const CALM_PPM: i64 = 980_000;
/// Retry instants are drawn in slots of 10 ms over this long after the fault's start.
pub const SLOTS_PER_SECOND: i64 = 100;
/// Seconds of retry instants that are drawn.
pub const RETRIES_S: i64 = 3;

/// One second of the run.
#[derive(Clone, Copy, Default)]
pub struct Second {
    /// Calls that started in it.
    pub first: i64,
    /// Attempts made in it.
    pub attempts: i64,
    /// Calls that started in it and succeeded in time.
    pub good: i64,
    /// Calls that succeeded in it, in time.
    pub finished: i64,
    /// Longest queue in it.
    pub queue: i64,
    /// Longest wait of the job at the queue's head, ns.
    pub age: i64,
}

/// The books of a run.
pub struct Books {
    plan: Plan,
    wanted: bool,
    seconds: Vec<Second>,
    latency: Histogram,
    served: i64,
    useless: i64,
    unsafe_repeats: i64,
    /// Retries per slot after the fault's start.
    retries: Vec<i64>,
}

impl Books {
    pub fn new(plan: &Plan, wanted: bool) -> Self {
        let seconds = usize::try_from(plan.end / SEC + 2).unwrap_or(2);
        let slots = usize::try_from(RETRIES_S * SLOTS_PER_SECOND).unwrap_or(0);
        Self {
            plan: plan.clone(),
            wanted,
            seconds: vec![Second::default(); seconds],
            latency: Histogram::new(),
            served: 0,
            useless: 0,
            unsafe_repeats: 0,
            retries: vec![0; slots],
        }
    }

    /// The second of an instant; what comes after the last arrival is kept together.
    fn second(&mut self, at: i64) -> &mut Second {
        let last = self.seconds.len() - 1;
        let index = usize::try_from(at / SEC).unwrap_or(0).min(last);
        &mut self.seconds[index]
    }

    pub fn first(&mut self, now: i64) {
        self.second(now).first += 1;
    }

    pub fn attempt(&mut self, now: i64) {
        self.second(now).attempts += 1;
    }

    pub fn success(&mut self, started: i64, now: i64) {
        self.second(started).good += 1;
        self.second(now).finished += 1;
        self.latency.record((now - started) as u64);
    }

    pub fn served(&mut self, awaited: bool) {
        self.served += 1;
        self.useless += i64::from(!awaited);
    }

    pub const fn unsafe_repeat(&mut self) {
        self.unsafe_repeats += 1;
    }

    pub fn queue(&mut self, now: i64, length: usize, head_since: i64) {
        let second = self.second(now);
        second.queue = second.queue.max(length as i64);
        second.age = second.age.max(now - head_since);
    }

    pub fn retry(&mut self, at: i64) {
        if !self.wanted {
            return;
        }
        let slot = (at - self.plan.fault().0) * SLOTS_PER_SECOND / SEC;
        let slot = usize::try_from(slot).ok();
        if let Some(count) = slot.and_then(|slot| self.retries.get_mut(slot)) {
            *count += 1;
        }
    }

    fn run_seconds(&self) -> &[Second] {
        let end = usize::try_from(self.plan.end / SEC).unwrap_or(0);
        &self.seconds[..end.min(self.seconds.len())]
    }

    /// Attempts over first attempts from the fault's start to 3 s after its end, ppm.
    fn amplification(&self) -> i64 {
        let (from, until) = self.plan.fault();
        let from = from / SEC;
        let until = (until / SEC).max(from + 1) + ECHO_S;
        let window = self.run_seconds().iter().enumerate();
        let window = window.filter(|(s, _)| (from..until).contains(&(*s as i64)));
        let (mut attempts, mut first) = (0, 0);
        for (_, second) in window {
            attempts += second.attempts;
            first += second.first;
        }
        attempts * PPM / first.max(1)
    }

    /// Time from the fault's end to three calm seconds in a row, ns.
    fn recovery(&self) -> i64 {
        let seconds = self.run_seconds();
        let end = usize::try_from(self.plan.fault().1 / SEC).unwrap_or(0);
        let calm = |s: &Second| s.good * PPM >= CALM_PPM * s.first;
        let calm_from = (end..seconds.len().saturating_sub(CALM_S))
            .find(|&s| seconds[s..s + CALM_S].iter().all(calm));
        (calm_from.unwrap_or(seconds.len()) - end.min(seconds.len())) as i64 * SEC
    }

    /// Metrics and, if wanted, charts.
    pub fn close(self) -> Outcome {
        let seconds = self.run_seconds();
        let first: i64 = seconds.iter().map(|s| s.first).sum();
        let good: i64 = seconds.iter().map(|s| s.good).sum();
        let success = good * PPM / first.max(1);
        let amplification = self.amplification();
        let plots = if self.wanted {
            plots::draw(&self.plan, seconds, &self.retries, success, amplification)
        } else {
            Vec::new()
        };
        Outcome {
            metrics: vec![
                ("success", success),
                ("amplification", amplification),
                ("recovery", self.recovery()),
                ("unsafe", self.unsafe_repeats),
                ("latency_p99", self.latency.quantile(990_000) as i64),
                ("useless", self.useless * PPM / self.served.max(1)),
            ],
            plots,
        }
    }
}
