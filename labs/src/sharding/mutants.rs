//! Common mistakes, and attempts to game the score. Each must score lower, and says why.

use std::collections::BTreeMap;

use super::policy::{Member, NOBODY, Placement, Table, hash};
use super::reference::Slots;
use crate::engine::rng::Draws;

/// Every key on one node: nothing moves, everybody agrees, and one node has it all.
#[derive(Default)]
pub struct OneNode;

impl Table for OneNode {
    fn build(&mut self, _members: &[Member]) {}

    fn look(&self, members: &[Member], _key: i64) -> i64 {
        members[0].id
    }
}

/// Any node, anew at each question: balanced, and nobody finds a key again.
pub struct AnyNode {
    members: Vec<i64>,
    draws: Draws,
}

impl Default for AnyNode {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            draws: Draws::new(9, 0, 0),
        }
    }
}

impl Placement for AnyNode {
    fn add_node(&mut self, id: i64, _weight: i32) {
        self.members.push(id);
    }

    fn remove_node(&mut self, id: i64) {
        self.members.retain(|&member| member != id);
    }

    fn place(&mut self, _key: i64) -> i64 {
        let at = self.draws.below(self.members.len() as u64) as usize;
        self.members.get(at).copied().unwrap_or(NOBODY)
    }
}

/// Slots of [`Stealing`].
const SLOTS: usize = 16_384;

/// A slot table that gives a newcomer just enough slots of others, as a coordinator does who keeps
/// the table. Without the coordinator, owners depend on the history, and a client who came later
/// believes something else.
#[derive(Default)]
pub struct Stealing {
    owners: Vec<i64>,
}

impl Stealing {
    /// Slots that each member should own.
    fn quotas(members: &[Member]) -> BTreeMap<i64, usize> {
        let total: usize = members.iter().map(|m| m.weight as usize).sum();
        let share = |m: &Member| SLOTS * m.weight as usize / total;
        let mut left = SLOTS - members.iter().map(share).sum::<usize>();
        let quota = |m: &Member| {
            let extra = usize::from(left > 0);
            left -= extra;
            (m.id, share(m) + extra)
        };
        members.iter().map(quota).collect()
    }
}

impl Table for Stealing {
    fn build(&mut self, members: &[Member]) {
        self.owners.resize(SLOTS, NOBODY);
        let mut room = Self::quotas(members);
        let mut free = Vec::new();
        for (slot, owner) in self.owners.iter().enumerate() {
            match room.get_mut(owner) {
                Some(left) if *left > 0 => *left -= 1,
                _ => free.push(slot),
            }
        }
        for (id, left) in room {
            for slot in free.drain(free.len() - left..) {
                self.owners[slot] = id;
            }
        }
    }

    fn look(&self, _members: &[Member], key: i64) -> i64 {
        self.owners[hash(key) as usize % SLOTS]
    }
}

/// The reference, but a node that comes back keeps the weight that it had at first.
#[derive(Default)]
pub struct StaleWeight {
    slots: Slots,
    first: BTreeMap<i64, i32>,
}

impl Placement for StaleWeight {
    fn add_node(&mut self, id: i64, weight: i32) {
        let weight = *self.first.entry(id).or_insert(weight);
        self.slots.add_node(id, weight);
    }

    fn remove_node(&mut self, id: i64) {
        self.slots.remove_node(id);
    }

    fn place(&mut self, key: i64) -> i64 {
        self.slots.place(key)
    }
}
