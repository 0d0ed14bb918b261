//! Placements that a table answers: Maglev, slots by weighted rendezvous, jump.

use super::policy::{Member, Table, hash, hash2};
use super::rendezvous::{Entrant, winner};

/// Maglev (Eisenbud et al. 2016, §3.4): nodes take turns to claim their next free place in a
/// table, each in an order of its own; a node of weight w takes w turns in a round.
pub struct Maglev {
    places: Vec<u16>,
}

/// Places of the table, a prime; the size that Envoy uses.
const PLACES: u64 = 65_537;
/// A place that nobody has claimed.
const FREE: u16 = u16::MAX;

impl Default for Maglev {
    fn default() -> Self {
        Self {
            places: vec![FREE; PLACES as usize],
        }
    }
}

/// A node's order of preference: every `skip`-th place, from `at`.
struct Preference {
    at: u32,
    skip: u32,
}

impl Preference {
    fn new(id: i64) -> Self {
        Self {
            at: (hash2(id, 1) % PLACES) as u32,
            skip: (hash2(id, 2) % (PLACES - 1)) as u32 + 1,
        }
    }

    fn next(&mut self) -> usize {
        let place = self.at;
        self.at += self.skip;
        if self.at >= PLACES as u32 {
            self.at -= PLACES as u32;
        }
        place as usize
    }
}

impl Table for Maglev {
    fn build(&mut self, members: &[Member]) {
        self.places.fill(FREE);
        let mut orders: Vec<_> = members.iter().map(|m| Preference::new(m.id)).collect();
        let mut left = PLACES;
        loop {
            for (number, member) in members.iter().enumerate() {
                for _ in 0..member.weight {
                    let mut place = orders[number].next();
                    while self.places[place] != FREE {
                        place = orders[number].next();
                    }
                    self.places[place] = number as u16;
                    left -= 1;
                    if left == 0 {
                        return;
                    }
                }
            }
        }
    }

    fn look(&self, members: &[Member], key: i64) -> i64 {
        members[usize::from(self.places[(hash(key) % PLACES) as usize])].id
    }
}

/// Slots owned by weighted rendezvous, all computed anew at each change.
pub struct RendezvousSlots {
    owners: Vec<u16>,
    /// Whether keys are hashed before they choose a slot.
    mixes: bool,
}

impl RendezvousSlots {
    /// A table of `slots` slots, a power of two.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self {
            owners: vec![0; slots],
            mixes: true,
        }
    }

    /// The mistake: the key's low bits choose the slot.
    #[must_use]
    pub fn unmixed(slots: usize) -> Self {
        Self {
            owners: vec![0; slots],
            mixes: false,
        }
    }
}

impl Table for RendezvousSlots {
    fn build(&mut self, members: &[Member]) {
        let entrants: Vec<Entrant> = members.iter().map(|&m| Entrant::new(m)).collect();
        for (slot, owner) in self.owners.iter_mut().enumerate() {
            *owner = winner(&entrants, slot as u64) as u16;
        }
    }

    fn look(&self, members: &[Member], key: i64) -> i64 {
        let word = if self.mixes { hash(key) } else { key as u64 };
        let slot = word as usize % self.owners.len();
        members[usize::from(self.owners[slot])].id
    }
}

/// Jump consistent hash (Lamping and Veach 2014) over the list sorted by id, a node of weight w
/// standing in it w times. It moves the minimum if nodes are numbered in the order in which they
/// join and only the last one leaves; here they come anywhere.
#[derive(Default)]
pub struct Jump {
    list: Vec<u16>,
}

impl Table for Jump {
    fn build(&mut self, members: &[Member]) {
        self.list.clear();
        for (number, member) in members.iter().enumerate() {
            let copies = (0..member.weight).map(|_| number as u16);
            self.list.extend(copies);
        }
    }

    fn look(&self, members: &[Member], key: i64) -> i64 {
        members[usize::from(self.list[jump(hash(key), self.list.len() as u64)])].id
    }
}

/// The bucket of `key` among `buckets`, which are at least one: the paper's loop, in integers.
#[must_use]
pub const fn jump(key: u64, buckets: u64) -> usize {
    let (mut key, mut bucket, mut next) = (key, 0, 0);
    while next < buckets {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = ((bucket + 1) << 31) / ((key >> 33) + 1);
    }
    bucket as usize
}
