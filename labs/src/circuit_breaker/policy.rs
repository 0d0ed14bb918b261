//! The trait that policies in Rust implement, and its way to the simulator.

use super::{ALLOW, ON_RESULT};
use crate::guest::{FaultKind, Guest, Reply};

/// A caller's breakers. The same two functions that a learner's module exports.
pub trait Breaker {
    /// Whether to send the call to `shard`. `rand` is uniform in `0..2^53`.
    fn allow(&mut self, shard: usize, now_ns: i64, rand: u64) -> bool;

    /// A call that this caller sent to `shard` ended after `latency_ns`.
    fn on_result(&mut self, shard: usize, ok: bool, latency_ns: i64, now_ns: i64);
}

/// A [`Breaker`] as the simulator sees it.
pub struct Seat<B>(pub B);

impl<B: Breaker> Guest for Seat<B> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let value = match (export, args) {
            (ALLOW, &[shard, now_ns, rand]) => {
                i64::from(self.0.allow(shard as usize, now_ns, rand as u64))
            }
            (ON_RESULT, &[shard, ok, latency_ns, now_ns]) => {
                self.0
                    .on_result(shard as usize, ok != 0, latency_ns, now_ns);
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
