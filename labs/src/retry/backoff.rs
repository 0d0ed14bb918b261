//! Policies that choose delays and never ask whether to retry at all.

use super::policy::{Ended, GIVE_UP, Retry};
use crate::engine::{MS, SEC};

/// Attempts in all.
pub const ATTEMPTS: i64 = 5;
/// Delay before the second attempt.
pub const BASE: i64 = 50 * MS;
/// Longest delay.
pub const CAP: i64 = 2 * SEC;
/// What an attempt needs at least; with less time left it is not made.
const NEEDED: i64 = 30 * MS;

/// `base · 2^(attempt − 1)`, capped.
const fn ceiling(attempt: i64) -> i64 {
    let shift = if attempt > 6 { 6 } else { attempt - 1 };
    if BASE << shift < CAP {
        BASE << shift
    } else {
        CAP
    }
}

fn within_limits(ended: &Ended) -> bool {
    ended.may_repeat() && ended.attempt < ATTEMPTS
}

/// Exponential backoff with full jitter: uniform below the ceiling (Brooker, "Exponential backoff
/// and jitter", AWS Architecture Blog, 2015), unless the deadline comes first.
pub fn full_jitter(ended: &Ended) -> i64 {
    if !within_limits(ended) {
        return GIVE_UP;
    }
    fitting(ended, ended.below(ceiling(ended.attempt)))
}

/// The delay, or giving up where the attempt after it could not end in time.
pub const fn fitting(ended: &Ended, delay: i64) -> i64 {
    if delay + NEEDED > ended.left_ns {
        GIVE_UP
    } else {
        delay
    }
}

/// One attempt is all there is.
pub struct Never;

impl Retry for Never {
    fn on_result(&mut self, _ended: &Ended) -> i64 {
        GIVE_UP
    }
}

/// Five attempts at once.
pub struct Immediate;

impl Retry for Immediate {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if within_limits(ended) { 0 } else { GIVE_UP }
    }
}

/// Doubling delays, the same for everybody: whoever failed together comes back together.
pub struct Exponential;

impl Retry for Exponential {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if within_limits(ended) {
            ceiling(ended.attempt)
        } else {
            GIVE_UP
        }
    }
}

/// [`full_jitter`] and nothing else.
pub struct FullJitter;

impl Retry for FullJitter {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        full_jitter(ended)
    }
}

/// Until the deadline, every 50 ms on average.
pub struct Forever;

impl Retry for Forever {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if ended.may_repeat() {
            ended.below(2 * BASE)
        } else {
            GIVE_UP
        }
    }
}
