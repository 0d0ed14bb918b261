//! Background work: the queue, and the explicit list of jobs.

mod any;
pub mod deliver_webhook;
pub mod forget;
pub mod grade_submission;
pub mod mail_account;
pub mod mail_newsletter;
pub mod newsletter_clock;
mod queue;
mod runner;
pub mod send_issue;
mod waiting;

pub use queue::{
    Ctx, Enqueue, Finish, Finished, Job, JobError, Limits, Step, enqueue, enqueue_sole, new_job,
};
pub use runner::{Runner, RunnerConfig, Running};
pub use waiting::{Called, Waiting};

use std::sync::Arc;

use deliver_webhook::DeliverWebhook;
use forget::Forget;
use grade_submission::{Desk, GradeSubmission, Grader};
use mail_account::MailAccount;
use mail_newsletter::MailNewsletter;
use newsletter_clock::NewsletterClock;
use send_issue::SendIssue;

/// Letters about accounts that leave at once.
const MAIL_WORKERS: usize = 2;
/// Lanes of issues that are sent at once.
const ISSUE_WORKERS: usize = 4;
/// Webhooks that are told at once; one that is slow takes ten seconds.
const WEBHOOK_WORKERS: usize = 4;

/// Kinds of jobs that somebody waits for.
pub const KINDS: [&str; 5] = [
    GradeSubmission::KIND,
    MailAccount::KIND,
    MailNewsletter::KIND,
    SendIssue::KIND,
    DeliverWebhook::KIND,
];

/// What jobs are made from.
pub struct Crew {
    /// Grades submissions.
    pub grader: Arc<dyn Grader>,
    /// How many at once.
    pub grader_workers: usize,
    /// Where those that wait are called.
    pub desk: Desk,
    /// Mails about accounts.
    pub account: MailAccount,
    /// Mails about subscriptions.
    pub newsletter: MailNewsletter,
    /// Sends issues.
    pub issues: SendIssue,
    /// Begins them.
    pub clock: NewsletterClock,
    /// Forgets what is no longer needed.
    pub forget: Forget,
    /// Tells other programs.
    pub webhooks: DeliverWebhook,
}

/// Every job there is, with the number of workers each has.
#[must_use]
pub fn all(runner: Runner, crew: Crew) -> Runner {
    let waiting = crew.desk.waiting();
    let grade = GradeSubmission::new(crew.grader, crew.desk);
    runner
        .with_waiting(grade, crew.grader_workers, waiting)
        .with(crew.account, MAIL_WORKERS)
        .with(crew.newsletter, MAIL_WORKERS)
        .with(crew.issues, ISSUE_WORKERS)
        .with(crew.clock, 1)
        .with(crew.forget, 1)
        .with(crew.webhooks, WEBHOOK_WORKERS)
}
