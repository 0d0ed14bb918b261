//! `[limits]`.

use serde::{Deserialize, Serialize};

/// Caps on anonymous work: grading is an open compute service.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct LimitsConfig {
    /// Submissions per client and minute, sustained.
    pub submissions_per_minute: u32,
    /// Submissions a rested client may make at once.
    pub submissions_burst: u32,
    /// Submissions per minute in all, sustained.
    pub global_submissions_per_minute: u32,
    /// Submissions in all that may come at once.
    pub global_submissions_burst: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            submissions_per_minute: 30,
            submissions_burst: 10,
            global_submissions_per_minute: 600,
            global_submissions_burst: 60,
        }
    }
}
