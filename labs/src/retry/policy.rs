//! The trait that policies in Rust implement, and its way to the simulator.

use super::ON_RESULT;
use crate::guest::{FaultKind, Guest, Reply};

/// The attempt succeeded.
pub const OK: i64 = 0;
/// It failed at once; the next may well succeed.
pub const TRANSIENT: i64 = 1;
/// The server's queue was full; it may have said when to come back.
pub const REJECTED: i64 = 2;
/// No answer came in time. The server may still be working on it.
pub const TIMEOUT: i64 = 3;
/// It can never succeed, or repeating it is not safe.
pub const PERMANENT: i64 = 4;
/// The answer that gives up.
pub const GIVE_UP: i64 = -1;

/// How an attempt ended, and what is known then.
#[derive(Debug, Clone, Copy)]
pub struct Ended {
    /// Number of the attempt, from 1.
    pub attempt: i64,
    /// [`OK`] … [`PERMANENT`].
    pub outcome: i64,
    /// Time to the call's deadline, ns; negative when it has passed.
    pub left_ns: i64,
    /// What the server asked to wait, ns; 0 if it said nothing.
    pub hint_ns: i64,
    /// The time, ns.
    pub now_ns: i64,
    /// A draw, uniform in `0..2^53`.
    pub rand: i64,
}

impl Ended {
    /// Uniform in `0..n` from the draw, for `0 < n < 2^31`.
    #[must_use]
    pub const fn below(&self, n: i64) -> i64 {
        ((self.rand >> 21) * n) >> 32
    }

    /// Whether a repeat could help: it failed, and not for good.
    #[must_use]
    pub const fn may_repeat(&self) -> bool {
        matches!(self.outcome, TRANSIENT | REJECTED | TIMEOUT)
    }
}

/// What to do after an attempt. The same function that a learner's module exports.
pub trait Retry {
    /// The delay in ns before the next attempt, or [`GIVE_UP`].
    fn on_result(&mut self, ended: &Ended) -> i64;
}

/// A [`Retry`] as the simulator sees it.
pub struct Seat<R>(pub R);

impl<R: Retry> Guest for Seat<R> {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let (ON_RESULT, &[_, attempt, outcome, _, left_ns, hint_ns, now_ns, rand]) = (export, args)
        else {
            return Err(FaultKind::Trap);
        };
        let ended = Ended {
            attempt,
            outcome,
            left_ns,
            hint_ns,
            now_ns,
            rand,
        };
        Ok(Reply {
            value: self.0.on_result(&ended),
            ops: 0,
        })
    }

    fn pages(&self) -> u32 {
        0
    }
}
