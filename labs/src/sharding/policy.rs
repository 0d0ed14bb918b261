//! The trait that policies in Rust implement, its way to the simulator, and what most of the
//! built-in policies share.

use super::{ADD_NODE, PLACE, REMOVE_NODE};
use crate::engine::rng::mix;
use crate::guest::{FaultKind, Guest, Reply};

/// What a policy may answer while it knows no node. The host never asks then.
pub const NOBODY: i64 = -1;

/// A placement of keys on nodes. The same three functions that a learner's module exports.
pub trait Placement {
    /// A node joins. Weights are 1 to 16: a node of weight 2 takes twice the keys.
    fn add_node(&mut self, id: i64, weight: i32);

    /// A node leaves.
    fn remove_node(&mut self, id: i64);

    /// The node that holds `key`.
    fn place(&mut self, key: i64) -> i64;
}

/// A [`Placement`] as the simulator sees it.
pub struct Seat<P>(pub P);

impl<P: Placement> Guest for Seat<P> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let value = match (export, args) {
            (PLACE, &[key]) => self.0.place(key),
            (ADD_NODE, &[id, weight]) => {
                self.0.add_node(id, weight as i32);
                0
            }
            (REMOVE_NODE, &[id]) => {
                self.0.remove_node(id);
                0
            }
            _ => return Err(FaultKind::Trap),
        };
        Ok(Reply { value, ops: 0 })
    }

    fn pages(&self) -> u32 {
        0
    }
}

/// A member: who, and with which weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Opaque id.
    pub id: i64,
    /// 1 to 16.
    pub weight: i32,
}

/// What is computed from the whole membership and then only read. It may depend on nothing but
/// the members, which come sorted by id: then whoever knows the same members agrees.
pub trait Table {
    /// Computes the table anew.
    fn build(&mut self, members: &[Member]);

    /// The node that holds `key`; the members are those of the last build, and not none.
    fn look(&self, members: &[Member], key: i64) -> i64;
}

/// A [`Table`] that is built when the first key is placed after a change.
#[derive(Default)]
pub struct Rebuilt<T> {
    members: Vec<Member>,
    table: T,
    is_stale: bool,
}

impl<T> Rebuilt<T> {
    /// A placement by `table`.
    #[must_use]
    pub const fn new(table: T) -> Self {
        Self {
            members: Vec::new(),
            table,
            is_stale: false,
        }
    }
}

impl<T: Table> Placement for Rebuilt<T> {
    fn add_node(&mut self, id: i64, weight: i32) {
        let at = self.members.partition_point(|m| m.id < id);
        self.members.insert(at, Member { id, weight });
        self.is_stale = true;
    }

    fn remove_node(&mut self, id: i64) {
        self.members.retain(|m| m.id != id);
        self.is_stale = true;
    }

    fn place(&mut self, key: i64) -> i64 {
        if self.members.is_empty() {
            return NOBODY;
        }
        if self.is_stale {
            self.table.build(&self.members);
            self.is_stale = false;
        }
        self.table.look(&self.members, key)
    }
}

/// A hash of one word.
#[must_use]
pub const fn hash(word: i64) -> u64 {
    mix(word as u64)
}

/// A hash of two words; the order matters.
#[must_use]
pub const fn hash2(first: i64, second: u64) -> u64 {
    mix(hash(first) ^ second.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}
