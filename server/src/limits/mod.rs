//! Caps on what anybody may do.

mod accounts;
mod book;
mod cap;
mod submissions;

pub use accounts::AccountLimits;
pub use cap::{Allowance, Refusal};
pub use submissions::SubmissionLimits;
