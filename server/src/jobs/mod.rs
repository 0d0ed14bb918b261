//! Background work: the queue, and the explicit list of jobs.

pub mod deliver_webhook;
pub mod grade_submission;
pub mod mail_account;
pub mod mail_newsletter;
mod queue;
mod runner;

pub use queue::{Ctx, Enqueue, Finish, Finished, Job, JobError, Limits, Step, enqueue};
pub use runner::{Runner, RunnerConfig, Running};

use std::sync::Arc;

use deliver_webhook::DeliverWebhook;
use grade_submission::{GradeSubmission, Grader};
use mail_account::MailAccount;
use mail_newsletter::MailNewsletter;

/// Letters about accounts that leave at once.
const MAIL_WORKERS: usize = 2;
/// Webhooks that are told at once; one that is slow takes ten seconds.
const WEBHOOK_WORKERS: usize = 4;

/// Every job there is, with the number of workers each has.
#[must_use]
pub fn all(
    runner: Runner,
    grader: Arc<dyn Grader>,
    grader_workers: usize,
    (mail, newsletter): (MailAccount, MailNewsletter),
    webhooks: DeliverWebhook,
) -> Runner {
    runner
        .with(GradeSubmission::new(grader), grader_workers)
        .with(mail, MAIL_WORKERS)
        .with(newsletter, MAIL_WORKERS)
        .with(webhooks, WEBHOOK_WORKERS)
}
