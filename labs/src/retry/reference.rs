//! The best policy known here: two budgets, because errors say two different things.

use super::backoff::{fitting, full_jitter};
use super::policy::{Ended, GIVE_UP, OK, REJECTED, Retry, TRANSIENT};
use super::throttles::spread;

/// What a retry costs, in tenths of a token.
const RETRY: i64 = 10;
/// Most tenths in the bucket for overload.
const OVERLOAD_FULL: i64 = 100;
/// Most tenths in the bucket for errors.
const ERRORS_FULL: i64 = 200;
/// Attempts up to which a hint of the server is obeyed.
const HINTED: i64 = 3;

/// Full jitter, five attempts, and two token buckets.
///
/// A refusal or a time-out says that the server has too much to do; a retry after one is load on
/// an overloaded server, so a success earns only a tenth of such a retry. A fast error says
/// nothing about load; a success earns a whole retry. `Retry-After` is obeyed twice at most, and
/// spread, so that those who were refused together do not return together; where it cannot be
/// met before the deadline it is treated as any refusal.
///
/// Put together from full jitter (Brooker 2015), gRPC's throttling (proposal A6), Finagle's retry
/// budget, and Brooker's adaptive retries.
pub struct TwoSignals {
    overload: i64,
    errors: i64,
}

impl Default for TwoSignals {
    fn default() -> Self {
        Self {
            overload: OVERLOAD_FULL,
            errors: ERRORS_FULL,
        }
    }
}

impl Retry for TwoSignals {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if ended.outcome == OK {
            self.overload = (self.overload + 1).min(OVERLOAD_FULL);
            self.errors = (self.errors + RETRY).min(ERRORS_FULL);
            return GIVE_UP;
        }
        if ended.outcome == REJECTED && ended.hint_ns > 0 && ended.attempt < HINTED {
            let delay = fitting(ended, spread(ended));
            if delay != GIVE_UP {
                return delay;
            }
        }
        let delay = full_jitter(ended);
        let bucket = if ended.outcome == TRANSIENT {
            &mut self.errors
        } else {
            &mut self.overload
        };
        if delay == GIVE_UP || *bucket < RETRY {
            return GIVE_UP;
        }
        *bucket -= RETRY;
        delay
    }
}
