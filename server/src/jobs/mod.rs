//! Background work: the queue, and the explicit list of jobs.

pub mod grade_submission;
mod queue;
mod runner;

pub use queue::{Ctx, Enqueue, Finish, Finished, Job, JobError, Limits, Step, enqueue};
pub use runner::{Runner, RunnerConfig, Running};

use std::sync::Arc;

use grade_submission::{GradeSubmission, Grader};

/// Every job there is, with the number of workers each has.
#[must_use]
pub fn all(runner: Runner, grader: Arc<dyn Grader>, grader_workers: usize) -> Runner {
    runner.with(GradeSubmission::new(grader), grader_workers)
}
