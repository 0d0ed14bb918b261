//! ARC: recency and frequency, and a share for each that follows what was evicted too early.

use super::policy::{Eviction, NOTHING};
use super::queues::Queues;

/// Used once lately, used more often, and what left each of the two.
const RECENT: usize = 0;
const FREQUENT: usize = 1;
const RECENT_GHOST: usize = 2;
const FREQUENT_GHOST: usize = 3;

/// Two LRU queues and two of ghosts; a ghost that is asked for makes its queue's share larger
/// (Megiddo and Modha, FAST 2003).
pub struct Arc {
    queues: Queues<4>,
    capacity: usize,
    /// Entries that the recent queue should have.
    target: usize,
}

impl Arc {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            queues: Queues::with_room(2 * capacity + 1),
            capacity,
            target: 0,
        }
    }

    /// Turns out the oldest of the queue that is above its share.
    fn replace(&mut self, frequent_missed: bool) -> i64 {
        let recent = self.queues.len(RECENT);
        let over = recent > self.target || (frequent_missed && recent == self.target);
        let (queue, ghost) = if recent > 0 && (over || self.queues.len(FREQUENT) == 0) {
            (RECENT, RECENT_GHOST)
        } else {
            (FREQUENT, FREQUENT_GHOST)
        };
        self.queues.oldest(queue).map_or(NOTHING, |entry| {
            self.queues.renew(entry, ghost);
            self.queues.key(entry)
        })
    }

    fn drop_oldest(&mut self, queue: usize) -> i64 {
        let oldest = self.queues.oldest(queue);
        oldest.map_or(NOTHING, |entry| self.queues.remove(entry))
    }

    /// Room for a key that nobody remembers.
    fn make_room(&mut self) -> i64 {
        let recent = self.queues.len(RECENT) + self.queues.len(RECENT_GHOST);
        let frequent = self.queues.len(FREQUENT) + self.queues.len(FREQUENT_GHOST);
        if recent == self.capacity {
            if self.queues.len(RECENT) == self.capacity {
                return self.drop_oldest(RECENT);
            }
            self.drop_oldest(RECENT_GHOST);
            return self.replace(false);
        }
        if recent + frequent < self.capacity {
            return NOTHING;
        }
        if recent + frequent >= 2 * self.capacity {
            self.drop_oldest(FREQUENT_GHOST);
        }
        self.replace(false)
    }
}

impl Eviction for Arc {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queues.find(key) {
            self.queues.renew(entry, FREQUENT);
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let Some(ghost) = self.queues.find(key) else {
            let victim = self.make_room();
            self.queues.push(RECENT, key);
            return victim;
        };
        let recent = self.queues.len(RECENT_GHOST).max(1);
        let frequent = self.queues.len(FREQUENT_GHOST).max(1);
        let was_frequent = self.queues.queue(ghost) == FREQUENT_GHOST;
        self.target = if was_frequent {
            self.target.saturating_sub((recent / frequent).max(1))
        } else {
            self.capacity.min(self.target + (frequent / recent).max(1))
        };
        let victim = self.replace(was_frequent);
        self.queues.renew(ghost, FREQUENT);
        victim
    }
}
