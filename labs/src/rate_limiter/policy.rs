//! The trait that policies in Rust implement, and its way to the simulator.

use super::{ALLOW, CONFIGURE};
use crate::guest::{FaultKind, Guest, Reply};

/// A rate limiter. The same two functions that a learner's module exports.
pub trait Limiter {
    /// A tenant's contract: one token per `interval_ns`, at most `burst` at once.
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64);

    /// Whether to admit a request of `cost` tokens at `now_ns`: 1 or 0.
    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32;
}

/// A [`Limiter`] as the simulator sees it.
pub struct Seat<L>(pub L);

impl<L: Limiter> Guest for Seat<L> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let value = match (export, args) {
            (CONFIGURE, &[tenant, interval_ns, burst]) => {
                self.0.configure(tenant, interval_ns, burst);
                0
            }
            (ALLOW, &[tenant, now_ns, cost]) => i64::from(self.0.allow(tenant, now_ns, cost)),
            _ => return Err(FaultKind::Trap),
        };
        Ok(Reply { value, ops: 0 })
    }

    fn pages(&self) -> u32 {
        0
    }
}
