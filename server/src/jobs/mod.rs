//! Background work: the queue, and the explicit list of jobs.

pub mod grade_submission;
pub mod mail_account;
mod queue;
mod runner;

pub use queue::{Ctx, Enqueue, Finish, Finished, Job, JobError, Limits, Step, enqueue};
pub use runner::{Runner, RunnerConfig, Running};

use std::sync::Arc;

use grade_submission::{GradeSubmission, Grader};
use mail_account::MailAccount;

/// Letters about accounts that leave at once.
const MAIL_WORKERS: usize = 2;

/// Every job there is, with the number of workers each has.
#[must_use]
pub fn all(
    runner: Runner,
    grader: Arc<dyn Grader>,
    grader_workers: usize,
    mail: MailAccount,
) -> Runner {
    runner
        .with(GradeSubmission::new(grader), grader_workers)
        .with(mail, MAIL_WORKERS)
}
