//! `[limits]`.

use serde::{Deserialize, Serialize};

/// Caps on what anybody may do: grading is an open compute service, passwords can be guessed at,
/// and mail can be asked for in the name of others.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct LimitsConfig {
    /// Submissions per client and minute, sustained.
    pub submissions_per_minute: u32,
    /// Submissions a rested client may make at once.
    pub submissions_burst: u32,
    /// Submissions per account and minute, sustained.
    pub account_submissions_per_minute: u32,
    /// Submissions a rested account may make at once, as in a batch.
    pub account_submissions_burst: u32,
    /// Submissions per minute in all, sustained.
    pub global_submissions_per_minute: u32,
    /// Submissions in all that may come at once.
    pub global_submissions_burst: u32,
    /// Tries to sign in or to use a mailed link per client and minute, sustained.
    pub sign_ins_per_minute: u32,
    /// Tries that a rested client may make at once.
    pub sign_ins_burst: u32,
    /// Tries to sign in with one address per hour, sustained.
    pub sign_ins_per_address_per_hour: u32,
    /// Tries with one rested address that may come at once.
    pub sign_ins_per_address_burst: u32,
    /// Mails about accounts per address and hour, sustained.
    pub mails_per_address_per_hour: u32,
    /// Mails that may be asked for at once for a rested address.
    pub mails_per_address_burst: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            submissions_per_minute: 30,
            submissions_burst: 10,
            account_submissions_per_minute: 120,
            account_submissions_burst: 500,
            global_submissions_per_minute: 1_200,
            global_submissions_burst: 1_000,
            sign_ins_per_minute: 20,
            sign_ins_burst: 20,
            sign_ins_per_address_per_hour: 20,
            sign_ins_per_address_burst: 10,
            mails_per_address_per_hour: 6,
            mails_per_address_burst: 3,
        }
    }
}
