//! Common mistakes. Each must score lower than the reference, and says why.

use super::policy::{Eviction, LEAVE_OUT, NOTHING};
use super::queues::Queues;
use super::reference::S3Fifo;

/// Fills the cache and lets nothing in any more: what came first stays for ever.
pub struct FirstCome {
    room: usize,
}

impl FirstCome {
    /// For a cache of this capacity.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { room: capacity }
    }
}

impl Eviction for FirstCome {
    fn on_hit(&mut self, _key: i64) {}

    fn on_miss(&mut self, _key: i64) -> i64 {
        if self.room == 0 {
            return LEAVE_OUT;
        }
        self.room -= 1;
        NOTHING
    }
}

/// The reference without a memory of what left the small queue: whoever is not asked for twice
/// within a hundred misses never gets a place, however often it comes back.
pub struct NoGhosts(S3Fifo);

impl NoGhosts {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self(S3Fifo::sized(capacity, (capacity / 10).max(1), 0))
    }
}

impl Eviction for NoGhosts {
    fn on_hit(&mut self, key: i64) {
        self.0.on_hit(key);
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        self.0.on_miss(key)
    }
}

/// LRU that takes a key in at its second miss only. Right against objects that are asked for
/// once; but what it remembers of misses is as short as the cache, and a loop is longer.
pub struct SecondMiss {
    capacity: usize,
    queues: Queues<2>,
}

impl SecondMiss {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queues: Queues::with_room(2 * capacity + 2),
        }
    }

    fn drop_oldest(&mut self, queue: usize) -> i64 {
        let full = self.queues.len(queue) >= self.capacity;
        let oldest = self.queues.oldest(queue).filter(|_| full);
        oldest.map_or(NOTHING, |entry| self.queues.remove(entry))
    }
}

impl Eviction for SecondMiss {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queues.find(key) {
            self.queues.renew(entry, 0);
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let Some(seen) = self.queues.find(key) else {
            self.drop_oldest(1);
            self.queues.push(1, key);
            return LEAVE_OUT;
        };
        self.queues.remove(seen);
        let victim = self.drop_oldest(0);
        self.queues.push(0, key);
        victim
    }
}

/// The reference for a cache of 1,000, whatever it is told. A smaller cache is full before it
/// thinks so, and then it names no victim.
pub struct FixedSize(S3Fifo);

impl FixedSize {
    /// For a cache of some capacity.
    #[must_use]
    pub fn new(_capacity: usize) -> Self {
        Self(S3Fifo::new(1000))
    }
}

impl Eviction for FixedSize {
    fn on_hit(&mut self, key: i64) {
        self.0.on_hit(key);
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        self.0.on_miss(key)
    }
}
