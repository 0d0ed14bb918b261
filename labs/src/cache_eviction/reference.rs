//! The reference: S3-FIFO, three first-in-first-out queues.

use super::policy::{Eviction, NOTHING};
use super::queues::{Entry, Queues};

/// Newcomers wait here for a second use.
const SMALL: usize = 0;
/// What was used again.
const MAIN: usize = 1;
/// Keys that left the small queue: no longer in the cache, but not forgotten.
const GHOST: usize = 2;

/// Uses are counted up to this.
const MOST_USES: u8 = 3;
/// Uses in the small queue that open the way to the main one.
const USES_TO_STAY: u8 = 2;
/// The small queue has this share of the cache, as a divisor.
const SMALL_PART: usize = 10;

/// S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction",
/// SOSP 2023). Most objects are asked for once, so newcomers may have a tenth of the cache and no
/// more; what is asked for twice there moves to the main queue, which gives each use another
/// round. Whoever was turned out too early and comes back soon goes to the main queue at once.
pub struct S3Fifo {
    queues: Queues<3>,
    capacity: usize,
    small: usize,
    ghosts: usize,
}

impl S3Fifo {
    /// For a cache of this capacity.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let small = (capacity / SMALL_PART).max(1);
        Self::sized(capacity, small, capacity - small)
    }

    /// With a small queue and a memory of this many.
    pub(super) fn sized(capacity: usize, small: usize, ghosts: usize) -> Self {
        Self {
            queues: Queues::with_room(capacity + ghosts + 1),
            capacity,
            small,
            ghosts,
        }
    }

    // lesson: evict
    /// Makes room for one: from the small queue while it has its share, else from the main one.
    fn evict(&mut self) -> i64 {
        if self.queues.len(SMALL) < self.small {
            return self.evict_main();
        }
        while let Some(oldest) = self.queues.oldest(SMALL) {
            if *self.queues.count(oldest) < USES_TO_STAY {
                return self.turn_out(oldest);
            }
            *self.queues.count(oldest) = 0;
            self.queues.renew(oldest, MAIN);
            if self.queues.len(MAIN) > self.capacity - self.small {
                break;
            }
        }
        self.evict_main()
    }

    /// The oldest without uses; each use of the others pays for another round.
    fn evict_main(&mut self) -> i64 {
        while let Some(oldest) = self.queues.oldest(MAIN) {
            if *self.queues.count(oldest) == 0 {
                return self.queues.remove(oldest);
            }
            *self.queues.count(oldest) -= 1;
            self.queues.renew(oldest, MAIN);
        }
        self.queues
            .oldest(SMALL)
            .map_or(NOTHING, |entry| self.queues.remove(entry))
    }
    // lesson: end

    /// Out of the cache, into memory.
    fn turn_out(&mut self, entry: Entry) -> i64 {
        let key = self.queues.key(entry);
        if self.ghosts == 0 {
            return self.queues.remove(entry);
        }
        self.queues.renew(entry, GHOST);
        if self.queues.len(GHOST) > self.ghosts
            && let Some(oldest) = self.queues.oldest(GHOST)
        {
            self.queues.remove(oldest);
        }
        key
    }
}

impl Eviction for S3Fifo {
    fn on_hit(&mut self, key: i64) {
        if let Some(entry) = self.queues.find(key) {
            let uses = self.queues.count(entry);
            *uses = MOST_USES.min(*uses + 1);
        }
    }

    fn on_miss(&mut self, key: i64) -> i64 {
        let full = self.queues.len(SMALL) + self.queues.len(MAIN) >= self.capacity;
        let victim = if full { self.evict() } else { NOTHING };
        match self.queues.find(key) {
            Some(ghost) => {
                *self.queues.count(ghost) = 0;
                self.queues.renew(ghost, MAIN);
            }
            None => {
                self.queues.push(SMALL, key);
            }
        }
        victim
    }
}
