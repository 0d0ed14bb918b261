//! Grades a submission: asks the grader, and records grade and job as done in one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Instrument as _;

use super::queue::{Ctx, Enqueue, Finished, Job, JobError, Limits, Step, enqueue};
use crate::grader::{Refusal, Status as PoolStatus};
use crate::ids::{Id, Ids};
use crate::problem::Kind;
use crate::store::grades::{self, Findings, GradeKey};
use crate::store::submissions::{self, Status};
use crate::store::{StoreError, Tx, modules};
use crate::telemetry::spans;
use crate::webhooks;

/// Whoever grades modules.
#[async_trait]
pub trait Grader: Send + Sync + 'static {
    /// What a grade of this lab would be made by now, or `None` if there is no such lab. A
    /// script's grade depends on its interpreter too.
    fn edition(&self, lab: &str, language: Option<&str>) -> Option<Edition>;

    /// Grades a module, or a script if the language is one of scripts. The same lab, language,
    /// edition and bytes give the same findings.
    async fn grade(
        &self,
        lab: &str,
        language: Option<&str>,
        bytes: &[u8],
    ) -> Result<Findings, GradeFailure>;

    /// What stands for the hidden seeds of a lab in receipts; nothing where there are none.
    fn commitment(&self, _lab: &str) -> Option<String> {
        None
    }

    /// How the graders are; one that says nothing is not ready.
    fn status(&self) -> PoolStatus {
        PoolStatus::default()
    }
}

/// What grades are made by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Version of the lab.
    pub lab_version: i64,
    /// Version of the engine, and of a script's interpreter.
    pub engine: String,
    /// Version of the meter's price table.
    pub meter: String,
}

/// Why a module has no grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GradeFailure {
    /// The module's own fault, and final.
    Problem(Problem),
    /// Not the module's fault: the worker died, or was stopped.
    Retry(String),
}

/// A problem (RFC 9457) to show to whoever handed in the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: &'static Kind,
    /// What happened here, and what to do.
    pub detail: String,
    /// Every single reason, where the module was refused.
    pub errors: Vec<Refusal>,
}

impl Problem {
    fn to_json(&self) -> String {
        let mut document = json!({
            "type": format!("/problems/{}", self.kind.code),
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        });
        if !self.errors.is_empty() {
            document["errors"] = json!(self.errors);
        }
        document.to_string()
    }
}

/// The job; see the module.
pub struct GradeSubmission {
    grader: Arc<dyn Grader>,
}

/// Which submission to grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Id of the submission.
    pub submission: Id,
}

impl GradeSubmission {
    /// The job, with this grader.
    #[must_use]
    pub fn new(grader: Arc<dyn Grader>) -> Self {
        Self { grader }
    }

    /// Queues the grading of a submission, in the transaction that inserts it.
    pub async fn enqueue(
        tx: &mut Tx,
        ids: &Ids,
        (submission, owner): (Id, &str),
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let how = Enqueue {
            unique_key: Some(format!("grade:{submission}")),
            owner: owner.to_owned(),
            ..Enqueue::at_once(ids.next(), now_ms)
        };
        enqueue::<Self>(tx, &Payload { submission }, how).await
    }
}

#[async_trait]
impl Job for GradeSubmission {
    const KIND: &'static str = "grade-submission";
    const LIMITS: Limits = Limits {
        max_failures: 5,
        lease_ms: 30_000,
        backoff_ms: 1_000,
        backoff_max_ms: 60_000,
    };
    type Payload = Payload;

    async fn run(&self, ctx: &Ctx, payload: &Payload) -> Result<Finished, JobError> {
        let mut tx = ctx.db.read().await?;
        let Some(submission) = submissions::by_id(&mut tx, payload.submission).await? else {
            return Err(JobError::Dead("the submission is gone".into()));
        };
        if matches!(submission.status, Status::Graded | Status::Failed) {
            drop(tx);
            return ctx.finish().await?.commit().await;
        }
        let (lab, language) = (&submission.lab, submission.language.as_deref());
        let Some(edition) = self.grader.edition(lab, language) else {
            drop(tx);
            return settle_failed(ctx, submission.id, &lab_gone(lab)).await;
        };
        let key = GradeKey {
            module_sha256: submission.module_sha256.clone(),
            lab: lab.clone(),
            lab_version: edition.lab_version,
            engine: edition.engine,
            meter: edition.meter,
        };
        if let Some(grade) = grades::by_key(&mut tx, &key).await? {
            drop(tx);
            return settle_graded(ctx, submission.id, &key, &grade.findings).await;
        }
        let module = modules::by_sha256(&mut tx, &key.module_sha256).await?;
        // No connection is held while the grader works, nor while another is asked for.
        drop(tx);
        let module = module.ok_or_else(|| JobError::Dead("the module is gone".into()))?;
        let graded = self.grader.grade(lab, language, &module);
        match graded.instrument(spans::part("grade")).await {
            Ok(findings) => settle_graded(ctx, submission.id, &key, &findings).await,
            Err(GradeFailure::Problem(problem)) => {
                settle_failed(ctx, submission.id, &problem).await
            }
            Err(GradeFailure::Retry(reason)) => Err(JobError::Retry(reason)),
        }
    }

    async fn moved(
        &self,
        tx: &mut Tx,
        payload: &Payload,
        step: Step<'_>,
        (ids, now_ms): (&Ids, i64),
    ) -> Result<(), StoreError> {
        let id = payload.submission;
        match step {
            Step::Claimed => submissions::update_running(tx, id, true, now_ms).await,
            Step::Queued => submissions::update_running(tx, id, false, now_ms).await,
            // The reason is ours and in the logs; the learner is told what to do.
            Step::Dead(_) => {
                let problem = given_up().to_json();
                if submissions::update_failed(tx, id, &problem, now_ms).await? {
                    webhooks::settled(tx, ids, id, now_ms).await?;
                }
                Ok(())
            }
        }
    }
}

async fn settle_graded(
    ctx: &Ctx,
    id: Id,
    key: &GradeKey,
    findings: &Findings,
) -> Result<Finished, JobError> {
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.finish().await?;
    let grade = grades::insert(&mut tx, ctx.ids.next(), key, findings, now_ms).await?;
    if submissions::update_graded(&mut tx, id, grade, key.lab_version, now_ms).await? {
        webhooks::settled(&mut tx, &ctx.ids, id, now_ms).await?;
    }
    tx.commit().await
}

async fn settle_failed(ctx: &Ctx, id: Id, problem: &Problem) -> Result<Finished, JobError> {
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.finish().await?;
    if submissions::update_failed(&mut tx, id, &problem.to_json(), now_ms).await? {
        webhooks::settled(&mut tx, &ctx.ids, id, now_ms).await?;
    }
    tx.commit().await
}

fn lab_gone(lab: &str) -> Problem {
    Problem {
        kind: const { Kind::named("lab-not-found") },
        detail: format!("The lab {lab:?} was withdrawn before this submission was graded."),
        errors: Vec::new(),
    }
}

/// The problem, as JSON, of a submission that was taken back.
#[must_use]
pub fn cancelled() -> String {
    let problem = Problem {
        kind: const { Kind::named("submission-cancelled") },
        detail: "It was taken back before it was graded.".into(),
        errors: Vec::new(),
    };
    problem.to_json()
}

fn given_up() -> Problem {
    Problem {
        kind: const { Kind::named("grading-failed") },
        detail: "The server could not grade this submission, through no fault of yours. \
                 Submit it again; if that fails too, tell the operator."
            .into(),
        errors: Vec::new(),
    }
}
