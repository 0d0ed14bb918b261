//! Policies that ask first whether the world can bear a retry. Tokens are counted in tenths.

use super::backoff::{ATTEMPTS, fitting, full_jitter};
use super::policy::{Ended, GIVE_UP, OK, REJECTED, Retry};
use crate::engine::{SEC, US};

/// What a retry costs.
const RETRY: i64 = 10;
const FULL: i64 = 100;
/// Beyond it every deadline has passed anyway.
const LONGEST_HINT: i64 = 600 * SEC;

/// gRPC's throttling (proposal A6): each failure takes a token, each success gives back a tenth,
/// and below half of the tokens nothing is retried.
pub struct GrpcThrottle {
    tokens: i64,
}

impl Default for GrpcThrottle {
    fn default() -> Self {
        Self { tokens: FULL }
    }
}

impl Retry for GrpcThrottle {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if ended.outcome == OK {
            self.tokens = (self.tokens + 1).min(FULL);
            return GIVE_UP;
        }
        self.tokens = (self.tokens - RETRY).max(0);
        if self.tokens > FULL / 2 {
            full_jitter(ended)
        } else {
            GIVE_UP
        }
    }
}

/// No retries while more than a fifth of the last 50 attempts failed.
#[derive(Default)]
pub struct RetryBreaker {
    /// One bit per attempt, the newest lowest; set where it failed.
    window: u64,
}

impl RetryBreaker {
    const SEEN: u64 = (1 << 50) - 1;
    const MOST: u32 = 10;
}

impl Retry for RetryBreaker {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        self.window = (self.window << 1 | u64::from(ended.outcome != OK)) & Self::SEEN;
        if self.window.count_ones() > Self::MOST {
            GIVE_UP
        } else {
            full_jitter(ended)
        }
    }
}

/// Full jitter under a retry budget: a success earns a part of a retry.
pub struct Budget {
    tokens: i64,
    earned: i64,
    hint: Hint,
    attempts: i64,
}

/// What a budget does with `Retry-After`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Nothing.
    Ignored,
    /// Everybody comes back at the instant that was named.
    Exact,
    /// Everybody comes back at some time after it, up to four times as late.
    Spread,
}

impl Budget {
    /// A retry for every ten successes.
    #[must_use]
    pub const fn tenth(hint: Hint) -> Self {
        let attempts = if matches!(hint, Hint::Exact) {
            ATTEMPTS
        } else {
            3
        };
        Self {
            tokens: FULL,
            earned: 1,
            hint,
            attempts,
        }
    }

    fn hinted(&self, ended: &Ended) -> Option<i64> {
        let told = ended.outcome == REJECTED && ended.hint_ns > 0;
        if !told || ended.attempt >= self.attempts {
            return None;
        }
        match self.hint {
            Hint::Ignored => None,
            Hint::Exact => Some(fitting(ended, ended.hint_ns)),
            Hint::Spread => Some(fitting(ended, spread(ended))),
        }
    }
}

/// `hint + U(0, 3·hint)`, drawn in microseconds so that a long hint keeps the draw in range.
pub fn spread(ended: &Ended) -> i64 {
    let hint = ended.hint_ns.min(LONGEST_HINT);
    hint + ended.below(3 * hint / US) * US
}

impl Retry for Budget {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if ended.outcome == OK {
            self.tokens = (self.tokens + self.earned).min(FULL);
            return GIVE_UP;
        }
        if let Some(answer) = self.hinted(ended) {
            return answer;
        }
        let delay = full_jitter(ended);
        if delay == GIVE_UP || self.tokens < RETRY {
            return GIVE_UP;
        }
        self.tokens -= RETRY;
        delay
    }
}

/// Finagle's budget: a retry for every five successes, and one a second for those who have few.
pub struct Budget20 {
    tokens: i64,
    second: i64,
}

impl Default for Budget20 {
    fn default() -> Self {
        Self {
            tokens: FULL,
            second: i64::MIN,
        }
    }
}

impl Budget20 {
    fn allowance(&mut self, now_ns: i64) {
        let second = now_ns / SEC;
        if self.second != i64::MIN {
            let more = RETRY * (second - self.second);
            self.tokens = (self.tokens + more).min(FULL);
        }
        self.second = second;
    }
}

impl Retry for Budget20 {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        self.allowance(ended.now_ns);
        if ended.outcome == OK {
            self.tokens = (self.tokens + 2).min(FULL);
            return GIVE_UP;
        }
        let delay = full_jitter(ended);
        if delay == GIVE_UP || self.tokens < RETRY {
            return GIVE_UP;
        }
        self.tokens -= RETRY;
        delay
    }
}
