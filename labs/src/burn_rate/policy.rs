//! The trait that policies in Rust implement, and its way to the simulator.

use super::ON_MINUTE;
use crate::guest::{FaultKind, Guest, Reply};

/// What to do about the alarm. The same function that a learner's module exports.
pub trait Pager {
    /// A minute with `good` answers out of `total` has passed: 0 none, 1 ticket, 2 page.
    fn on_minute(&mut self, good: i64, total: i64, now_min: i64) -> i32;
}

/// A [`Pager`] as the simulator sees it.
pub struct Seat<P>(pub P);

impl<P: Pager> Guest for Seat<P> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        match (export, args) {
            (ON_MINUTE, &[good, total, now_min]) => Ok(Reply {
                value: i64::from(self.0.on_minute(good, total, now_min)),
                ops: 0,
            }),
            _ => Err(FaultKind::Trap),
        }
    }

    fn pages(&self) -> u32 {
        0
    }
}
