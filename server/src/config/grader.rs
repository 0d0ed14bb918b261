//! `[grader]`.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// The pool of grading processes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct GraderConfig {
    /// Processes; 0 means one per core but one.
    pub workers: usize,
    /// Submissions that may wait.
    pub queue_max: u32,
}

impl Default for GraderConfig {
    fn default() -> Self {
        Self {
            workers: 0,
            queue_max: 256,
        }
    }
}

impl GraderConfig {
    /// Processes to start, at least one.
    pub fn worker_count(&self) -> usize {
        if self.workers > 0 {
            return self.workers;
        }
        std::thread::available_parallelism()
            .map_or(1, NonZeroUsize::get)
            .saturating_sub(1)
            .max(1)
    }
}
