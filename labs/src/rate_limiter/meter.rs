//! The exact meter by which every policy is judged.
//!
//! GCRA in nanoseconds: `level = max(level, now) + cost·interval` must stay at or below
//! `now + burst·interval` (ITU-T I.371, annex A; virtual scheduling and the continuous-state
//! leaky bucket are the same meter).

use super::trace::Contract;

/// Levels of all tenants, by index.
#[derive(Debug, Clone)]
pub struct ExactMeter {
    level: Vec<i64>,
}

impl ExactMeter {
    /// All tenants idle.
    #[must_use]
    pub fn new(tenants: usize) -> Self {
        Self {
            level: vec![0; tenants],
        }
    }

    /// Meters a request: true if it conforms, and then it is charged.
    pub fn conforms(&mut self, tenant: u32, contract: Contract, now: i64, cost: i64) -> bool {
        let level = &mut self.level[tenant as usize];
        let next = (*level).max(now) + cost * contract.interval_ns;
        let fits = next - now <= contract.depth_ns();
        if fits {
            *level = next;
        }
        fits
    }

    /// Charges a request whether it conforms or not, and returns the debt in ns.
    pub fn charge(&mut self, tenant: u32, contract: Contract, now: i64, cost: i64) -> i64 {
        let level = &mut self.level[tenant as usize];
        *level = (*level).max(now) + cost * contract.interval_ns;
        *level - now
    }

    /// Charges as much of a request as fits, in ns: the clairvoyant bound is fluid.
    pub fn pour(&mut self, tenant: u32, contract: Contract, now: i64, cost: i64) -> i64 {
        let level = &mut self.level[tenant as usize];
        let from = (*level).max(now);
        let room = now + contract.depth_ns() - from;
        let taken = (cost * contract.interval_ns).min(room.max(0));
        *level = from + taken;
        taken
    }

    /// Whether a tenant owes nothing at `now`: it cannot be told from a new one.
    #[must_use]
    pub fn is_idle(&self, tenant: u32, now: i64) -> bool {
        self.level[tenant as usize] <= now
    }

    /// Tenants that owe something at `now`.
    #[must_use]
    pub fn live(&self, now: i64) -> usize {
        self.level.iter().filter(|&&level| level > now).count()
    }
}
