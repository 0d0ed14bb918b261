//! The trait that policies in Rust implement, and its way to the simulator.

use super::{CONFIGURE, ON_HIT, ON_MISS};
use crate::guest::{FaultKind, Guest, Reply};

/// The answer that leaves the requested object out of the cache.
pub const LEAVE_OUT: i64 = -1;
/// The answer of policies while there is room: it names nothing, and nothing is evicted.
pub const NOTHING: i64 = 0;

/// What decides about a cache of known capacity. The same functions that a learner's module
/// exports, `configure` being how it is made.
pub trait Eviction {
    /// An object that is in the cache was asked for.
    fn on_hit(&mut self, key: i64);

    /// An object that is not in the cache was asked for. [`LEAVE_OUT`], or the key of the object
    /// that makes room for it; while the cache is not full, any other answer takes it in.
    fn on_miss(&mut self, key: i64) -> i64;
}

/// An [`Eviction`] as the simulator sees it.
pub struct Seat<E> {
    make: fn(usize) -> E,
    policy: Option<E>,
}

impl<E: Eviction> Seat<E> {
    /// A policy that is made once its capacity is known.
    pub const fn new(make: fn(usize) -> E) -> Self {
        Self { make, policy: None }
    }
}

impl<E: Eviction> Guest for Seat<E> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let value = match (export, args, &mut self.policy) {
            (CONFIGURE, &[capacity], policy) => {
                *policy = Some((self.make)(capacity as usize));
                0
            }
            (ON_HIT, &[key], Some(policy)) => {
                policy.on_hit(key);
                0
            }
            (ON_MISS, &[key], Some(policy)) => policy.on_miss(key),
            _ => return Err(FaultKind::Trap),
        };
        Ok(Reply { value, ops: 0 })
    }

    fn pages(&self) -> u32 {
        0
    }
}
