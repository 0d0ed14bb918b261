//! `[retention]`.

use serde::{Deserialize, Serialize};

/// How long the newsletter remembers whom it no longer needs to know, in days; 0 is for ever.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct RetentionConfig {
    /// Wishes to subscribe that nobody confirmed, from the end of their link.
    pub unconfirmed_days: u32,
    /// To whom an issue went and what the mail server said, from its end; the counts stay.
    pub deliveries_days: u32,
    /// What somebody had agreed to, from the day that they left.
    pub consents_days: u32,
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            unconfirmed_days: 30,
            deliveries_days: 365,
            consents_days: 1_095,
        }
    }
}
