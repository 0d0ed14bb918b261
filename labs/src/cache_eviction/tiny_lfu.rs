//! W-TinyLFU: a newcomer must have been asked for more often than whom it would replace.

use super::policy::{Eviction, NOTHING};
use super::queues::{Entry, Queues};
use super::sketch::Sketch;

/// Newcomers, by last use.
const WINDOW: usize = 0;
/// The main part: used once there, and used again.
const PROBATION: usize = 1;
const PROTECTED: usize = 2;

/// A window for what is new and a main part for what is frequent. Who leaves the window fights
/// with the main part's oldest, and the one with more uses stays (Einziger, Friedman, Manes 2017).
pub struct TinyLfu {
    queues: Queues<3>,
    sketch: Sketch,
    capacity: usize,
    window: usize,
    climber: Option<Climber>,
}

impl TinyLfu {
    /// A window of 1 % and an LRU queue as main part.
    #[must_use]
    pub fn plain(capacity: usize) -> Self {
        Self::new(capacity, true, None)
    }

    /// The main part in two segments, and a window that follows the hit ratio (Einziger, Eytan,
    /// Friedman, Manes: "Adaptive software cache management", Middleware 2018).
    #[must_use]
    pub fn climbing(capacity: usize) -> Self {
        Self::new(capacity, true, Some(Climber::new(capacity)))
    }

    /// The plain one whose counters are never halved.
    #[must_use]
    pub fn ageless(capacity: usize) -> Self {
        Self::new(capacity, false, None)
    }

    fn new(capacity: usize, ageing: bool, climber: Option<Climber>) -> Self {
        Self {
            queues: Queues::with_room(capacity + 1),
            sketch: Sketch::new(capacity, ageing),
            capacity,
            window: (capacity / 100).max(1),
            climber,
        }
    }

    fn count(&mut self, key: i64, hit: bool) {
        self.sketch.record(key);
        if let Some(climber) = &mut self.climber {
            self.window = climber.window(self.window, hit);
        }
    }

    fn main(&self) -> usize {
        self.queues.len(PROBATION) + self.queues.len(PROTECTED)
    }

    /// Whom the main part would give up.
    fn candidate(&self) -> Option<Entry> {
        let oldest = self.queues.oldest(PROBATION);
        oldest.or(self.queues.oldest(PROTECTED))
    }

    /// The one with more uses stays; the other one leaves.
    fn fight(&mut self, newcomer: Entry) -> i64 {
        let Some(owner) = self.candidate() else {
            return self.queues.remove(newcomer);
        };
        let uses = |entry| self.sketch.estimate(self.queues.key(entry));
        if uses(newcomer) <= uses(owner) {
            return self.queues.remove(newcomer);
        }
        self.queues.renew(newcomer, PROBATION);
        self.queues.remove(owner)
    }

    /// A use in the main part: up to four fifths of it are protected.
    fn protect(&mut self, entry: Entry) {
        if self.climber.is_none() {
            self.queues.renew(entry, PROBATION);
            return;
        }
        self.queues.renew(entry, PROTECTED);
        let most = (self.capacity - self.window) * 8 / 10;
        if self.queues.len(PROTECTED) > most
            && let Some(oldest) = self.queues.oldest(PROTECTED)
        {
            self.queues.renew(oldest, PROBATION);
        }
    }
}

impl Eviction for TinyLfu {
    fn on_hit(&mut self, key: i64) {
        self.count(key, true);
        if let Some(entry) = self.queues.find(key) {
            if self.queues.queue(entry) == WINDOW {
                self.queues.renew(entry, WINDOW);
            } else {
                self.protect(entry);
            }
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        self.count(key, false);
        self.queues.push(WINDOW, key);
        let mut victim = NOTHING;
        while self.queues.len(WINDOW) > self.window
            && let Some(oldest) = self.queues.oldest(WINDOW)
        {
            if self.main() < self.capacity - self.window {
                self.queues.renew(oldest, PROBATION);
            } else {
                victim = self.fight(oldest);
            }
        }
        // A window that has just grown takes its room from the main part.
        if self.main() + self.queues.len(WINDOW) > self.capacity
            && let Some(oldest) = self.candidate()
        {
            victim = self.queues.remove(oldest);
        }
        victim
    }
}

/// Moves the window's size while the hit ratio rises, and turns round when it falls.
struct Climber {
    capacity: usize,
    hits: u64,
    uses: u64,
    before: Option<u64>,
    step: i64,
}

impl Climber {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            hits: 0,
            uses: 0,
            before: None,
            step: capacity as i64 / 16,
        }
    }

    /// The size of the window after one more use.
    fn window(&mut self, size: usize, hit: bool) -> usize {
        self.hits += u64::from(hit);
        self.uses += 1;
        if self.uses < 10 * self.capacity as u64 {
            return size;
        }
        if self.before.is_some_and(|before| self.hits < before) {
            self.step = -self.step;
        }
        let most = self.capacity as i64 * 8 / 10;
        let size = (size as i64 + self.step).min(most).max(1);
        if self.before.is_some() && self.step.abs() > (self.capacity as i64 / 100).max(1) {
            self.step = self.step * 9 / 10;
        }
        self.before = Some(self.hits);
        (self.hits, self.uses) = (0, 0);
        size as usize
    }
}
