//! Rendezvous hashing of every key: the exact placement that others come near.

use super::policy::{Member, Table, hash2};
use crate::engine::q32::neg_ln_uniform;

/// The least common multiple of 1 to 16: an integer for every weight's reciprocal.
const COMMON: u64 = 720_720;

/// A node as it enters the draw.
#[derive(Clone, Copy)]
pub struct Entrant {
    id: i64,
    per_weight: u64,
}

impl Entrant {
    /// A member with its weight.
    #[must_use]
    pub const fn new(member: Member) -> Self {
        Self {
            id: member.id,
            per_weight: COMMON / member.weight as u64,
        }
    }
}

/// Position of the entrant with the least −ln(u) / weight, where u is uniform and made of its id
/// and `key`: the first of exponential clocks with these rates, so each wins in proportion to its
/// weight, exactly.
#[must_use]
pub fn winner(entrants: &[Entrant], key: u64) -> usize {
    let score = |e: &Entrant| neg_ln_uniform(hash2(e.id, key)) * e.per_weight;
    let scores = entrants.iter().map(score).enumerate();
    scores.min_by_key(|&(_, s)| s).map_or(0, |(at, _)| at)
}

/// Weighted rendezvous (Thaler and Ravishankar 1998, with weights as exponential rates): every node
/// draws for every key. Nothing is stored, everything is exact, and a lookup costs one draw per
/// node.
#[derive(Default)]
pub struct Weighted {
    entrants: Vec<Entrant>,
}

impl Table for Weighted {
    fn build(&mut self, members: &[Member]) {
        self.entrants = members.iter().map(|&m| Entrant::new(m)).collect();
    }

    fn look(&self, members: &[Member], key: i64) -> i64 {
        members[winner(&self.entrants, key as u64)].id
    }
}

/// Rendezvous that forgets weights: a node of weight 4 gets what one of weight 1 gets.
#[derive(Default)]
pub struct Unweighted;

impl Table for Unweighted {
    fn build(&mut self, _members: &[Member]) {}

    fn look(&self, members: &[Member], key: i64) -> i64 {
        let best = members.iter().max_by_key(|m| hash2(m.id, key as u64));
        best.map_or(members[0].id, |m| m.id)
    }
}
