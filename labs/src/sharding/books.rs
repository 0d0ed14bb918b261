//! Who holds which key, who should hold how much, and what moved.

use super::policy::{Member, NOBODY};
use super::script::{Change, Script};
use crate::engine::PPM;

/// A share of all load, in units of 10^-12.
const WHOLE: i128 = 1_000_000_000_000;
/// A key that nobody holds yet.
const NONE: u16 = u16::MAX;

/// The books of a run.
pub struct Books {
    /// Id by number.
    ids: Vec<i64>,
    /// Numbers by id, for answers that are not the key's former holder.
    by_id: Vec<(i64, u16)>,
    /// Weight by number; 0 for who is not a member.
    weights: Vec<i32>,
    /// Weights of the former measurement.
    before: Vec<i32>,
    /// Load of each key.
    key_loads: Vec<u64>,
    total: u64,
    /// Number of each key's holder.
    holders: Vec<u16>,
    /// Load of each node in the measurement under way.
    loads: Vec<u64>,
    moved: u64,
    measured: Vec<Measured>,
}

/// What one placement of all keys showed.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Load of the fullest node over its fair share, ppm.
    pub imbalance_ppm: i64,
    /// Share of the load that changed its holder, 10^-12.
    pub moved: i128,
    /// Share of the load that had to, 10^-12.
    pub optimum: i128,
    /// Members.
    pub nodes: usize,
}

impl Books {
    /// Empty books.
    #[must_use]
    pub fn new(script: &Script) -> Self {
        let n = script.ids.len();
        let mut by_id: Vec<(i64, u16)> = script.ids.iter().copied().zip(0..).collect();
        by_id.sort_unstable();
        Self {
            ids: script.ids.clone(),
            by_id,
            weights: vec![0; n],
            before: vec![0; n],
            key_loads: script.loads.clone(),
            total: script.loads.iter().sum(),
            holders: vec![NONE; script.keys.len()],
            loads: vec![0; n],
            moved: 0,
            measured: Vec::new(),
        }
    }

    /// A node joins or leaves.
    pub fn change(&mut self, change: &Change) {
        match *change {
            Change::Join(node, weight) => self.weights[node] = weight,
            Change::Leave(node) => self.weights[node] = 0,
        }
    }

    /// Today's members, in the order of their numbers.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        let all = self.ids.iter().zip(&self.weights);
        all.filter(|&(_, &weight)| weight > 0)
            .map(|(&id, &weight)| Member { id, weight })
            .collect()
    }

    /// Takes down where a key was placed; false if that is no member.
    pub fn enter(&mut self, key: usize, answer: i64) -> bool {
        let former = self.holders[key];
        let is_former = self.ids.get(usize::from(former)) == Some(&answer);
        let number = if is_former {
            former
        } else {
            match self.by_id.binary_search_by_key(&answer, |&(id, _)| id) {
                Ok(at) => self.by_id[at].1,
                Err(_) => return false,
            }
        };
        let node = usize::from(number);
        if self.weights[node] == 0 {
            return false;
        }
        let load = self.key_loads[key];
        if !is_former && former != NONE {
            self.moved += load;
        }
        self.loads[node] += load;
        self.holders[key] = number;
        true
    }

    /// Id of the node that holds a key.
    #[must_use]
    pub fn holder(&self, key: usize) -> i64 {
        let holder = usize::from(self.holders[key]);
        self.ids.get(holder).copied().unwrap_or(NOBODY)
    }

    /// Number of the node that holds a key.
    #[must_use]
    pub fn holder_number(&self, key: usize) -> usize {
        usize::from(self.holders[key])
    }

    /// Closes a measurement; the loads start anew.
    pub fn measure(&mut self) -> Measured {
        let relative = self.relative_ppm();
        let moved = i128::from(self.moved) * WHOLE / i128::from(self.total.max(1));
        let measured = Measured {
            imbalance_ppm: relative.iter().map(|r| r.1).max().unwrap_or(0),
            moved,
            optimum: optimum(&self.before, &self.weights),
            nodes: relative.len(),
        };
        self.moved = 0;
        self.before.clone_from(&self.weights);
        self.loads.fill(0);
        self.measured.push(measured);
        measured
    }

    /// Each member's number and load over its fair share, ppm.
    #[must_use]
    pub fn relative_ppm(&self) -> Vec<(usize, i64)> {
        let sum: i64 = self.weights.iter().map(|&w| i64::from(w)).sum();
        let members = self.weights.iter().enumerate().filter(|&(_, &w)| w > 0);
        let relative = |(node, &weight): (usize, &i32)| {
            let load = i128::from(self.loads[node]) * i128::from(sum) * i128::from(PPM);
            let fair = i128::from(self.total.max(1)) * i128::from(weight);
            (node, (load / fair) as i64)
        };
        members.map(relative).collect()
    }

    /// Mean over the measurements of the fullest node's load over its fair share, ppm.
    #[must_use]
    pub fn imbalance_ppm(&self) -> i64 {
        let sum: i64 = self.measured.iter().map(|m| m.imbalance_ppm).sum();
        sum / self.measured.len().max(1) as i64
    }

    /// The greatest of them, ppm.
    #[must_use]
    pub fn worst_ppm(&self) -> i64 {
        let all = self.measured.iter().map(|m| m.imbalance_ppm);
        all.max().unwrap_or(0)
    }

    /// All that moved over all that had to, ppm.
    #[must_use]
    pub fn movement_ppm(&self) -> i64 {
        let moved: i128 = self.measured.iter().map(|m| m.moved).sum();
        let optimum: i128 = self.measured.iter().map(|m| m.optimum).sum();
        (moved * i128::from(PPM) / optimum.max(1)) as i64
    }

    /// Share of the load that moves at a change, on average, ppm.
    #[must_use]
    pub fn moved_ppm(&self) -> i64 {
        let moved: i128 = self.measured.iter().map(|m| m.moved).sum();
        let changes = self.measured.len().saturating_sub(1).max(1);
        (moved * i128::from(PPM) / WHOLE / changes as i128) as i64
    }

    /// Keys placed in each measurement.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.holders.len()
    }

    /// Weight of each member by number, for the band of chance.
    #[must_use]
    pub fn weights(&self) -> &[i32] {
        &self.weights
    }
}

/// Load that must move: the sum of what each node's fair share grows by. 0 where there was nobody.
fn optimum(before: &[i32], after: &[i32]) -> i128 {
    let sum = |weights: &[i32]| weights.iter().map(|&w| i128::from(w)).sum::<i128>();
    let (old, new) = (sum(before), sum(after));
    if old == 0 || new == 0 {
        return 0;
    }
    let grown = before.iter().zip(after).map(|(&b, &a)| {
        let gain = i128::from(a) * old - i128::from(b) * new;
        gain.max(0)
    });
    grown.sum::<i128>() * WHOLE / (old * new)
}
