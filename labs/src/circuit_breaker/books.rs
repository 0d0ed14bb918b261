//! What became of the calls, beside what could have.

use crate::engine::PPM;

/// What is known of a call when the policy has decided: how it ended, or would have.
#[derive(Debug, Clone, Copy)]
pub struct Decision {
    /// Whether one who knows all would have sent it, and had an answer.
    pub possible: bool,
    /// Whether it fails where every call is sent.
    pub fails_without: bool,
    /// How it ended, if the policy sent it.
    pub sent: Option<bool>,
}

/// Counts of one run.
#[derive(Default)]
pub struct Books {
    calls: i64,
    possible: i64,
    succeeded: i64,
    refused_good: i64,
    failed: i64,
    failed_without: i64,
    held: i64,
    most_held: i64,
    held_ns: i128,
    changed: i64,
}

impl Books {
    /// The policy has decided on a call.
    pub fn decided(&mut self, decision: Decision) {
        self.calls += 1;
        self.possible += i64::from(decision.possible);
        self.failed_without += i64::from(decision.fails_without);
        match decision.sent {
            Some(true) => self.succeeded += 1,
            Some(false) => self.failed += 1,
            None => self.refused_good += i64::from(decision.possible),
        }
    }

    /// One more call is under way from `now` on, or one less.
    pub fn held(&mut self, now: i64, change: i64) {
        self.held_ns += i128::from(self.held) * i128::from(now - self.changed);
        self.changed = now;
        self.held += change;
        self.most_held = self.most_held.max(self.held);
    }

    /// Calls under way.
    pub const fn under_way(&self) -> i64 {
        self.held
    }

    /// Good calls refused of all that were possible, and failing calls sent of those that no
    /// breaker sends, ppm.
    pub fn ratios_ppm(&self) -> (i64, i64) {
        let missed = (self.possible - self.succeeded).max(0);
        let lost = missed * PPM / self.possible.max(1);
        (lost, self.failed * PPM / self.failed_without.max(1))
    }

    /// The scored metrics, then what helps to understand them. `length` is the run's, ns.
    pub fn metrics(&self, length: i64) -> Vec<(&'static str, i64)> {
        let (lost, waste) = self.ratios_ppm();
        vec![
            ("lost", lost),
            ("waste", waste),
            ("calls", self.calls),
            ("possible", self.possible),
            ("refused_good", self.refused_good),
            ("failed", self.failed),
            ("most_held", self.most_held),
            (
                "mean_held_milli",
                (self.held_ns * 1000 / i128::from(length.max(1))) as i64,
            ),
        ]
    }
}
