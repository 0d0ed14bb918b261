//! The classics: by recency, by frequency, by chance.

use std::collections::BTreeMap;

use super::policy::{Eviction, NOTHING};
use super::queues::Queues;
use crate::engine::rng::mix;

/// By the last use: evicts the longest unused (LRU), or the one used last of all (MRU).
pub struct Recency {
    capacity: usize,
    queue: Queues<1>,
    newest_first: bool,
}

impl Recency {
    /// Least recently used goes first.
    #[must_use]
    pub fn lru(capacity: usize) -> Self {
        Self::new(capacity, false)
    }

    /// Most recently used goes first: right for a loop, and for nothing else.
    #[must_use]
    pub fn mru(capacity: usize) -> Self {
        Self::new(capacity, true)
    }

    fn new(capacity: usize, newest_first: bool) -> Self {
        Self {
            capacity,
            queue: Queues::with_room(capacity + 1),
            newest_first,
        }
    }
}

impl Eviction for Recency {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queue.find(key) {
            self.queue.renew(entry, 0);
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let end = if self.newest_first {
            self.queue.newest(0)
        } else {
            self.queue.oldest(0)
        };
        let full = self.queue.len(0) >= self.capacity;
        let victim = end.filter(|_| full);
        let victim = victim.map_or(NOTHING, |entry| self.queue.remove(entry));
        self.queue.push(0, key);
        victim
    }
}

/// First in, first out, with a second chance for whoever was used since (Corbató 1968).
pub struct Clock {
    capacity: usize,
    queue: Queues<1>,
}

impl Clock {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queue: Queues::with_room(capacity + 1),
        }
    }

    /// The oldest that was not used since it was looked at last; the others go round again.
    fn evict(&mut self) -> i64 {
        while let Some(entry) = self.queue.oldest(0) {
            if *self.queue.count(entry) == 0 {
                return self.queue.remove(entry);
            }
            *self.queue.count(entry) = 0;
            self.queue.renew(entry, 0);
        }
        NOTHING
    }
}

impl Eviction for Clock {
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

/// How often an entry was used, and since when it has been so.
type Rank = (u64, u64);

/// Least frequently used, counted since it came in; of equals the one longest at its count.
pub struct Lfu {
    capacity: usize,
    queue: Queues<1>,
    ranks: Vec<Rank>,
    order: BTreeMap<Rank, u32>,
    uses: u64,
}

impl Lfu {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            queue: Queues::with_room(capacity + 1),
            ranks: vec![(0, 0); capacity + 1],
            order: BTreeMap::new(),
            uses: 0,
        }
    }

    fn place(&mut self, entry: u32, count: u64) {
        self.uses += 1;
        let rank = (count, self.uses);
        self.ranks[entry as usize] = rank;
        self.order.insert(rank, entry);
    }
}

impl Eviction for Lfu {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queue.find(key) {
            let rank = self.ranks[entry as usize];
            self.order.remove(&rank);
            self.place(entry, rank.0 + 1);
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let full = self.queue.len(0) >= self.capacity;
        let least = if full { self.order.pop_first() } else { None };
        let victim = least.map_or(NOTHING, |(_, entry)| self.queue.remove(entry));
        let entry = self.queue.push(0, key);
        self.place(entry, 1);
        victim
    }
}

/// Any of them, each as likely as the others. A counter and a mixer are all the chance it needs.
pub struct Random {
    capacity: usize,
    keys: Vec<i64>,
    drawn: u64,
}

impl Random {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            keys: Vec::with_capacity(capacity),
            drawn: 0,
        }
    }
}

impl Eviction for Random {
    fn on_hit(&mut self, _key: i64) {}

    fn on_miss(&mut self, key: i64) -> i64 {
        if self.keys.len() < self.capacity {
            self.keys.push(key);
            return NOTHING;
        }
        self.drawn += 1;
        let place = (u128::from(mix(self.drawn)) * self.capacity as u128) >> 64;
        std::mem::replace(&mut self.keys[place as usize], key)
    }
}
