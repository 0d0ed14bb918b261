//! The trait that policies in Rust implement, and its way to the simulator.

use super::{ON_DONE, PICK};
use crate::guest::{FaultKind, Guest, Reply};

/// A dispatcher. The same two functions that a learner's module exports.
pub trait Balancer {
    /// The server, `0..n`, that gets the request that has just arrived. `rand` is uniform in
    /// `0..2^53`.
    fn pick(&mut self, n: usize, now_ns: i64, rand: u64) -> usize;

    /// A request that this dispatcher sent to `server` came back after `latency_ns`.
    fn on_done(&mut self, server: usize, latency_ns: i64, ok: bool, now_ns: i64);
}

/// A [`Balancer`] as the simulator sees it.
pub struct Seat<B>(pub B);

impl<B: Balancer> Guest for Seat<B> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let value = match (export, args) {
            (PICK, &[n, now_ns, rand]) => self.0.pick(n as usize, now_ns, rand as u64) as i64,
            (ON_DONE, &[server, latency_ns, ok, now_ns]) => {
                self.0.on_done(server as usize, latency_ns, ok != 0, now_ns);
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

/// Two different servers of `n`, each pair equally likely, from the 53 bits of `rand`; the same
/// server twice where there is only one.
#[must_use]
pub fn two(n: usize, rand: u64) -> (usize, usize) {
    const BITS: u32 = 26;
    const MASK: u64 = (1 << BITS) - 1;
    let first = ((rand & MASK) * n as u64) >> BITS;
    let other = (((rand >> BITS) & MASK) * (n as u64).saturating_sub(1)) >> BITS;
    let second = if n > 1 && other >= first {
        other + 1
    } else {
        other
    };
    (first as usize, second as usize)
}

/// Most servers that any scenario has, changed worlds included.
pub const SERVERS: usize = 80;
