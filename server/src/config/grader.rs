//! `[grader]`.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The pool of grading processes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct GraderConfig {
    /// Processes; 0 means one per core but one.
    pub workers: usize,
    /// Submissions that may wait.
    pub queue_max: u32,
    /// Real time one grading may take, seconds.
    pub deadline_s: u64,
    /// CPU time one grading may take, seconds.
    pub cpu_s: u64,
}

impl Default for GraderConfig {
    fn default() -> Self {
        Self {
            workers: 0,
            queue_max: 2_000,
            deadline_s: 30,
            cpu_s: 20,
        }
    }
}

impl GraderConfig {
    /// Real time one grading may take.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_s.max(1))
    }

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
