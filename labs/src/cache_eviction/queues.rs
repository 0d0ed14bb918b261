//! What nearly every eviction policy is made of: a few queues that share their entries, and a
//! table that finds an entry by its key. Every operation takes a fixed number of steps.

use crate::engine::rng::mix;

/// Stands for no entry.
const NONE: u32 = u32::MAX;

/// Number of an entry; it stays valid until the entry is removed.
pub type Entry = u32;

#[derive(Clone, Copy)]
struct Node {
    key: i64,
    older: u32,
    newer: u32,
    queue: u8,
    count: u8,
}

#[derive(Clone, Copy)]
struct Queue {
    oldest: u32,
    newest: u32,
    len: usize,
}

/// `N` queues of entries, from oldest to newest; each key is in one of them at most.
pub struct Queues<const N: usize> {
    nodes: Vec<Node>,
    free: Vec<u32>,
    queues: [Queue; N],
    /// Open addressing with linear probing; less than half full.
    slots: Vec<u32>,
}

impl<const N: usize> Queues<N> {
    /// Room for this many entries in all queues together.
    #[must_use]
    pub fn with_room(entries: usize) -> Self {
        let empty = Queue {
            oldest: NONE,
            newest: NONE,
            len: 0,
        };
        Self {
            nodes: Vec::with_capacity(entries),
            free: Vec::new(),
            queues: [empty; N],
            slots: vec![NONE; (2 * entries + 2).next_power_of_two()],
        }
    }

    /// The entry of a key.
    #[must_use]
    pub fn find(&self, key: i64) -> Option<Entry> {
        let entry = self.slots[self.slot(key)];
        (entry != NONE).then_some(entry)
    }

    /// Adds a key that is in no queue, as the newest of `queue`, with a count of 0.
    pub fn push(&mut self, queue: usize, key: i64) -> Entry {
        let node = Node {
            key,
            older: NONE,
            newer: NONE,
            queue: queue as u8,
            count: 0,
        };
        let entry = match self.free.pop() {
            Some(entry) => {
                self.nodes[entry as usize] = node;
                entry
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
        };
        let slot = self.slot(key);
        self.slots[slot] = entry;
        self.link(entry, queue);
        entry
    }

    /// Makes an entry the newest of `queue`, wherever it was.
    pub fn renew(&mut self, entry: Entry, queue: usize) {
        self.unlink(entry);
        self.link(entry, queue);
    }

    /// Removes an entry and gives its key.
    pub fn remove(&mut self, entry: Entry) -> i64 {
        self.unlink(entry);
        let key = self.key(entry);
        self.vacate(self.slot(key));
        self.free.push(entry);
        key
    }

    /// The oldest entry of a queue.
    #[must_use]
    pub fn oldest(&self, queue: usize) -> Option<Entry> {
        some(self.queues[queue].oldest)
    }

    /// The newest entry of a queue.
    #[must_use]
    pub fn newest(&self, queue: usize) -> Option<Entry> {
        some(self.queues[queue].newest)
    }

    /// The entry that is next newer in the same queue.
    #[must_use]
    pub fn newer(&self, entry: Entry) -> Option<Entry> {
        some(self.nodes[entry as usize].newer)
    }

    /// Entries in a queue.
    #[must_use]
    pub const fn len(&self, queue: usize) -> usize {
        self.queues[queue].len
    }

    /// The key of an entry.
    #[must_use]
    pub fn key(&self, entry: Entry) -> i64 {
        self.nodes[entry as usize].key
    }

    /// The queue that an entry is in.
    #[must_use]
    pub fn queue(&self, entry: Entry) -> usize {
        usize::from(self.nodes[entry as usize].queue)
    }

    /// A small number that policies keep with an entry.
    pub fn count(&mut self, entry: Entry) -> &mut u8 {
        &mut self.nodes[entry as usize].count
    }

    fn link(&mut self, entry: Entry, queue: usize) {
        let ends = &mut self.queues[queue];
        let newest = ends.newest;
        ends.newest = entry;
        ends.len += 1;
        if newest == NONE {
            ends.oldest = entry;
        } else {
            self.nodes[newest as usize].newer = entry;
        }
        let node = &mut self.nodes[entry as usize];
        (node.older, node.newer, node.queue) = (newest, NONE, queue as u8);
    }

    fn unlink(&mut self, entry: Entry) {
        let Node {
            older,
            newer,
            queue,
            ..
        } = self.nodes[entry as usize];
        let ends = &mut self.queues[usize::from(queue)];
        ends.len -= 1;
        if older == NONE {
            ends.oldest = newer;
        }
        if newer == NONE {
            ends.newest = older;
        }
        if older != NONE {
            self.nodes[older as usize].newer = newer;
        }
        if newer != NONE {
            self.nodes[newer as usize].older = older;
        }
    }

    /// The slot that holds `key`, or the empty one in which it belongs.
    fn slot(&self, key: i64) -> usize {
        let mut slot = self.home(key);
        while self.slots[slot] != NONE && self.key(self.slots[slot]) != key {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }

    fn home(&self, key: i64) -> usize {
        mix(key as u64) as usize & (self.slots.len() - 1)
    }

    /// Empties a slot. Entries behind it that would be lost move up, so no tombstone stays.
    fn vacate(&mut self, mut hole: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = (hole + 1) & mask;
        while self.slots[slot] != NONE {
            let home = self.home(self.key(self.slots[slot]));
            if slot.wrapping_sub(home) & mask >= slot.wrapping_sub(hole) & mask {
                self.slots[hole] = self.slots[slot];
                hole = slot;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[hole] = NONE;
    }
}

fn some(entry: u32) -> Option<Entry> {
    (entry != NONE).then_some(entry)
}
