//! Consistent hashing on a ring.

use super::policy::{Member, Table, hash, hash2};

/// Karger et al. 1997: nodes are points on a ring, and a key belongs to the first point after it.
/// Arcs differ in length, so each node needs many points, one node of weight w times as many.
pub struct Ring {
    points_per_weight: u64,
    points: Vec<(u64, u16)>,
}

impl Ring {
    /// A ring with so many points for each unit of weight.
    #[must_use]
    pub const fn new(points_per_weight: u64) -> Self {
        Self {
            points_per_weight,
            points: Vec::new(),
        }
    }
}

impl Table for Ring {
    fn build(&mut self, members: &[Member]) {
        self.points.clear();
        for (number, member) in members.iter().enumerate() {
            let points = self.points_per_weight * member.weight as u64;
            let points = (1..=points).map(|j| (hash2(member.id, j), number as u16));
            self.points.extend(points);
        }
        self.points.sort_unstable();
    }

    fn look(&self, members: &[Member], key: i64) -> i64 {
        let at = hash(key);
        let next = self.points.partition_point(|point| point.0 < at);
        let (_, number) = self.points.get(next).unwrap_or(&self.points[0]);
        members[usize::from(*number)].id
    }
}
