//! SIEVE: a queue in which nothing moves.

use super::policy::{Eviction, NOTHING};
use super::queues::{Entry, Queues};

/// A hand goes from the oldest to the newest and evicts the first that was not used since it
/// passed last. Unlike in CLOCK, survivors stay where they are, so new entries are met soon
/// (Zhang, Yang, Yue, Vigfusson, Rashmi: "SIEVE is simpler than LRU", NSDI 2024).
pub struct Sieve {
    capacity: usize,
    queue: Queues<1>,
    hand: Option<Entry>,
}

impl Sieve {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queue: Queues::with_room(capacity + 1),
            hand: None,
        }
    }

    fn evict(&mut self) -> i64 {
        let mut at = self.hand.or(self.queue.oldest(0));
        while let Some(entry) = at {
            if *self.queue.count(entry) == 0 {
                self.hand = self.queue.newer(entry);
                return self.queue.remove(entry);
            }
            *self.queue.count(entry) = 0;
            at = self.queue.newer(entry).or(self.queue.oldest(0));
        }
        NOTHING
    }
}

impl Eviction for Sieve {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queue.find(key) {
            *self.queue.count(entry) = 1;
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let full = self.queue.len(0) >= self.capacity;
        let victim = if full { self.evict() } else { NOTHING };
        self.queue.push(0, key);
        victim
    }
}
