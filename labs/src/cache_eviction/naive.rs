//! What a first attempt looks like: first in, first out.

use super::policy::{Eviction, NOTHING};

/// Evicts what came in first, however often it was asked for since.
pub struct Fifo {
    capacity: usize,
    ring: Vec<i64>,
    next: usize,
}

impl Fifo {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            ring: Vec::with_capacity(capacity),
            next: 0,
        }
    }
}

impl Eviction for Fifo {
    fn on_hit(&mut self, _key: i64) {}

    fn on_miss(&mut self, key: i64) -> i64 {
        if self.ring.len() < self.capacity {
            self.ring.push(key);
            return NOTHING;
        }
        let victim = std::mem::replace(&mut self.ring[self.next], key);
        self.next = (self.next + 1) % self.capacity;
        victim
    }
}
