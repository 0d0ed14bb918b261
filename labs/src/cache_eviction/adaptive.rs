//! S3-FIFO whose small queue grows and shrinks with what was evicted too early.

use super::policy::{Eviction, NOTHING};
use super::queues::Queues;

/// In the cache: newcomers, and what was used again.
const SMALL: usize = 0;
const MAIN: usize = 1;
/// Not in the cache: what left each of the two.
const SMALL_GHOST: usize = 2;
const MAIN_GHOST: usize = 3;

/// Ghosts of one queue, more than of the other, that move the border between the queues.
const PATIENCE: i64 = 20;
/// Uses are counted up to this; two of them open the way to the main queue.
const MOST_USES: u8 = 3;

/// As S3-FIFO, with ghosts of both queues: when more come back that left the small queue, it grows,
/// else it shrinks, by 2 % of the cache at a time, between 5 % and 90 % of it.
pub struct Adaptive {
    queues: Queues<4>,
    capacity: usize,
    small: usize,
    balance: i64,
}

impl Adaptive {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            queues: Queues::with_room(3 * capacity + 1),
            capacity,
            small: (capacity / 10).max(1),
            balance: 0,
        }
    }

    /// A ghost of either queue came back, or none.
    fn adapt(&mut self, ghost: Option<usize>) {
        self.balance += match ghost {
            Some(SMALL_GHOST) => 1,
            Some(_) => -1,
            None => 0,
        };
        let step = self.capacity / 50;
        if self.balance >= PATIENCE {
            self.small = (self.small + step).min(self.capacity * 9 / 10).max(1);
            self.balance = 0;
        } else if self.balance <= -PATIENCE {
            let least = (self.capacity / 20).max(1);
            self.small = self.small.saturating_sub(step).max(least);
            self.balance = 0;
        }
    }

    fn evict(&mut self) -> i64 {
        if self.queues.len(SMALL) < self.small {
            return self.evict_main();
        }
        while let Some(oldest) = self.queues.oldest(SMALL) {
            if *self.queues.count(oldest) < 2 {
                return self.turn_out(oldest, SMALL_GHOST, self.capacity - self.small);
            }
            *self.queues.count(oldest) = 0;
            self.queues.renew(oldest, MAIN);
            if self.queues.len(MAIN) > self.capacity - self.small {
                break;
            }
        }
        self.evict_main()
    }

    fn evict_main(&mut self) -> i64 {
        while let Some(oldest) = self.queues.oldest(MAIN) {
            if *self.queues.count(oldest) == 0 {
                return self.turn_out(oldest, MAIN_GHOST, self.capacity);
            }
            *self.queues.count(oldest) -= 1;
            self.queues.renew(oldest, MAIN);
        }
        let oldest = self.queues.oldest(SMALL);
        oldest.map_or(NOTHING, |entry| self.queues.remove(entry))
    }

    fn turn_out(&mut self, entry: u32, ghost: usize, most: usize) -> i64 {
        self.queues.renew(entry, ghost);
        let key = self.queues.key(entry);
        if self.queues.len(ghost) > most
            && let Some(oldest) = self.queues.oldest(ghost)
        {
            self.queues.remove(oldest);
        }
        key
    }
}

impl Eviction for Adaptive {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queues.find(key) {
            let uses = self.queues.count(entry);
            *uses = MOST_USES.min(*uses + 1);
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let ghost = self.queues.find(key).map(|entry| self.queues.queue(entry));
        self.adapt(ghost);
        let full = self.queues.len(SMALL) + self.queues.len(MAIN) >= self.capacity;
        let victim = if full { self.evict() } else { NOTHING };
        // Making room may have forgotten the ghost meanwhile.
        let entry = match self.queues.find(key) {
            Some(entry) => entry,
            None => self.queues.push(SMALL, key),
        };
        *self.queues.count(entry) = 0;
        if ghost == Some(SMALL_GHOST) && self.queues.queue(entry) == SMALL_GHOST {
            self.queues.renew(entry, MAIN);
        } else {
            self.queues.renew(entry, SMALL);
        }
        victim
    }
}
