//! Caps on what anybody may do.

mod accounts;
mod cap;
mod submissions;

pub use accounts::AccountLimits;
pub use cap::{Allowance, Refusal};
pub use submissions::SubmissionLimits;

use crate::clock::Clock;

fn now_ns(clock: &Clock) -> i64 {
    i64::try_from(clock.monotonic_ns()).unwrap_or(i64::MAX / 2)
}
