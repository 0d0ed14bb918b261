//! The queueing core: a station of equal workers behind one first-come-first-served queue.
//!
//! Checked against Erlang C, the supermarket model and Little's law in `tests/theory.rs`.

use std::collections::VecDeque;

/// A station. Whoever drives it schedules the end of each job that [`Station::arrive`] or
/// [`Station::finish`] hands out.
#[derive(Debug, Clone)]
pub struct Station<J> {
    workers: usize,
    busy: usize,
    waiting: VecDeque<(i64, J)>,
    ledger: Ledger,
}

/// Time integrals for Little's law: `L = λ·W` over any busy spell.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ledger {
    since: i64,
    inside: i128,
    area: i128,
    sojourn: i128,
    /// Jobs that have left.
    pub done: u64,
}

impl<J> Station<J> {
    /// A station of `workers` idle workers.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Self {
            workers,
            busy: 0,
            waiting: VecDeque::new(),
            ledger: Ledger::default(),
        }
    }

    /// A job arrives at `now` ns. Returns it if a worker takes it at once.
    pub fn arrive(&mut self, now: i64, job: J) -> Option<J> {
        self.ledger.step(now, 1);
        if self.busy < self.workers {
            self.busy += 1;
            return Some(job);
        }
        self.waiting.push_back((now, job));
        None
    }

    /// A worker finishes a job that was inside for `sojourn` ns. Returns the job that the
    /// worker takes next, with the time at which it arrived.
    ///
    /// # Panics
    /// If no worker is busy.
    pub fn finish(&mut self, now: i64, sojourn: i64) -> Option<(i64, J)> {
        assert!(self.busy > 0, "a job ends only where one is under way");
        self.ledger.step(now, -1);
        self.ledger.sojourn += i128::from(sojourn);
        self.ledger.done += 1;
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.busy -= 1;
        }
        next
    }

    /// Jobs waiting or in service.
    #[must_use]
    pub fn inside(&self) -> usize {
        self.busy + self.waiting.len()
    }

    /// The time integrals so far.
    #[must_use]
    pub const fn ledger(&self) -> Ledger {
        self.ledger
    }
}

impl Ledger {
    fn step(&mut self, now: i64, change: i128) {
        self.area += self.inside * i128::from(now - self.since);
        self.since = now;
        self.inside += change;
    }

    /// `|∫L dt − ΣW| / ΣW` in ppm. Over a run that ends empty the two are equal: Little's
    /// law as an identity, and a check of the book-keeping.
    #[must_use]
    pub fn little_gap_ppm(&self) -> i64 {
        let gap = (self.area - self.sojourn).abs() * 1_000_000;
        gap.checked_div(self.sojourn.max(1)).unwrap_or(0) as i64
    }
}
