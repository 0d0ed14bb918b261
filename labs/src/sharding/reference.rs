//! The reference: rendezvous hashing for slots instead of keys.

use super::policy::{NOBODY, Placement, hash};

/// Slots, a power of two. Each costs five bytes. More of them balance better and cost more at each
/// change: a node's share is off by about √(nodes / `SLOTS`).
pub const SLOTS: usize = 32_768;

/// From one pair of slots to the next in a node's draws: SplitMix64 as a stream.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
/// From the draws of one copy of a node to those of its next copy.
const COPY: u64 = 0xD134_2543_DE82_EF95;

/// Keys hash to one of 32,768 slots, and each slot belongs to the node that wins it by rendezvous
/// hashing (Thaler and Ravishankar 1998): every node draws a number from its id and the slot, and
/// the greatest wins. A node of weight w draws w times, so it wins in proportion to w, exactly.
///
/// A node that joins can only win slots, and one that leaves only gives up its own: what moves is
/// what must. Owners depend on nothing but the members, so everybody agrees. A lookup is one hash
/// and one load, however many nodes there are.
pub struct Slots {
    /// Nodes by number.
    nodes: Vec<Node>,
    /// Number of each slot's owner.
    owners: Vec<u8>,
    /// The draw with which the owner won.
    bests: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Node {
    id: i64,
    /// Where its draws start.
    seed: u64,
    /// 0 where the number is free.
    weight: i32,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            nodes: Vec::new(),
            owners: vec![0; SLOTS],
            bests: vec![0; SLOTS],
        }
    }
}

/// The finaliser of SplitMix64. One word makes two draws.
const fn finish(at: u64) -> u64 {
    let word = (at ^ (at >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

impl Slots {
    // lesson: rendezvous
    /// One draw for one slot: the greatest wins, and among equal ones the greater id.
    fn offer(&mut self, slot: usize, draw: u32, number: usize) {
        let best = self.bests[slot];
        if draw < best {
            return;
        }
        let owner = usize::from(self.owners[slot]);
        if draw == best && self.nodes[number].id <= self.nodes[owner].id {
            return;
        }
        self.bests[slot] = draw;
        self.owners[slot] = number as u8;
    }

    /// A node that joins draws for every slot, as often as its weight says.
    fn compete(&mut self, number: usize) {
        let Node { seed, weight, .. } = self.nodes[number];
        for copy in 0..weight as u64 {
            let mut at = seed.wrapping_add(copy.wrapping_mul(COPY));
            for slot in (0..SLOTS).step_by(2) {
                let word = finish(at);
                self.offer(slot, word as u32, number);
                self.offer(slot + 1, (word >> 32) as u32, number);
                at = at.wrapping_add(STEP);
            }
        }
    }
    // lesson: end

    /// A slot whose owner left: everybody draws for it again.
    fn refill(&mut self, slot: usize) {
        let offset = (slot as u64 / 2).wrapping_mul(STEP);
        let shift = slot % 2 * 32;
        self.bests[slot] = 0;
        for number in 0..self.nodes.len() {
            let Node { seed, weight, .. } = self.nodes[number];
            let mut at = seed.wrapping_add(offset);
            for _ in 0..weight {
                self.offer(slot, (finish(at) >> shift) as u32, number);
                at = at.wrapping_add(COPY);
            }
        }
    }
}

impl Placement for Slots {
    fn add_node(&mut self, id: i64, weight: i32) {
        let seed = hash(id);
        let node = Node { id, seed, weight };
        let free = self.nodes.iter().position(|node| node.weight == 0);
        let number = free.unwrap_or(self.nodes.len());
        match free {
            Some(number) => self.nodes[number] = node,
            None => self.nodes.push(node),
        }
        self.compete(number);
    }

    fn remove_node(&mut self, id: i64) {
        let found = self.nodes.iter().position(|n| n.id == id && n.weight > 0);
        let Some(gone) = found else {
            return;
        };
        self.nodes[gone].weight = 0;
        for slot in 0..SLOTS {
            if usize::from(self.owners[slot]) == gone {
                self.refill(slot);
            }
        }
    }

    fn place(&mut self, key: i64) -> i64 {
        let owner = self.owners[hash(key) as usize % SLOTS];
        let node = self.nodes.get(usize::from(owner));
        node.map_or(NOBODY, |node| node.id)
    }
}
