//! Grades a submission: asks the grader, and records grade and job as done in one transaction.

mod desk;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Instrument as _;

pub use self::desk::Desk;
use super::queue::{Ctx, Enqueue, Finished, Job, JobError, Limits, Step, enqueue};
use crate::grader::{PublicCase, Refusal, Replay, Status as PoolStatus};
use crate::ids::{Id, Ids};
use crate::problem::Kind;
use crate::store::grades::{self, Findings, GradeKey};
use crate::store::submissions::{self, Submission};
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

    /// Runs one case again, to look at it.
    async fn replay(
        &self,
        _lab: &str,
        _language: Option<&str>,
        _bytes: &[u8],
        _case: PublicCase,
    ) -> Result<Replay, GradeFailure> {
        Err(GradeFailure::Retry("this process does not grade".into()))
    }

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

impl Edition {
    /// What decides the grade of a module of this lab.
    #[must_use]
    pub fn key(self, lab: &str, module_sha256: &str) -> GradeKey {
        GradeKey {
            module_sha256: module_sha256.to_owned(),
            lab: lab.to_owned(),
            lab_version: self.lab_version,
            engine: self.engine,
            meter: self.meter,
        }
    }
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
    desk: Desk,
}

/// Which submission to grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Id of the submission.
    pub submission: Id,
}

impl GradeSubmission {
    /// The job, with this grader; it finds at the desk what is handed over with a submission.
    #[must_use]
    pub fn new(grader: Arc<dyn Grader>, desk: Desk) -> Self {
        Self { grader, desk }
    }

    /// Queues the grading of a submission, in the transaction that inserts it. `start` is its place
    /// in the line, where the caller has looked.
    pub async fn enqueue(
        tx: &mut Tx,
        ids: &Ids,
        (submission, owner, start): (Id, &str, Option<i64>),
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let how = Self::how(ids, (submission, owner, start), now_ms);
        enqueue::<Self>(tx, &Payload { submission }, how).await
    }

    fn how(ids: &Ids, (submission, owner, start): (Id, &str, Option<i64>), now_ms: i64) -> Enqueue {
        Enqueue {
            unique_key: Some(format!("grade:{submission}")),
            owner: owner.to_owned(),
            start,
            ..Enqueue::at_once(ids.next(), now_ms)
        }
    }

    /// Reads what there is to do, or ends where nothing is left to do.
    async fn look(&self, ctx: &Ctx, id: Id) -> Result<Look, JobError> {
        let mut tx = ctx.db.read().await?;
        let Some(submission) = submissions::by_id(&mut tx, id).await? else {
            return Err(JobError::Dead("the submission is gone".into()));
        };
        if submission.is_settled() {
            // No connection is held while another is asked for.
            drop(tx);
            return ctx.finish().await?.commit().await.map(Look::Ended);
        }
        let Some(key) = self.key(&submission) else {
            drop(tx);
            let problem = lab_gone(&submission.lab);
            return settle_failed(ctx, id, &problem).await.map(Look::Ended);
        };
        if let Some(grade) = grades::id_by_key(&mut tx, &key).await? {
            drop(tx);
            let settled = settle_graded(ctx, id, &key, Found::Before(grade)).await;
            return settled.map(Look::Ended);
        }
        let module = modules::by_sha256(&mut tx, &key.module_sha256).await?;
        let module = module.ok_or_else(|| JobError::Dead("the module is gone".into()))?;
        let language = submission.language;
        Ok(Look::Work(key, language, module.into()))
    }

    fn key(&self, submission: &Submission) -> Option<GradeKey> {
        let (lab, language) = (&submission.lab, submission.language.as_deref());
        let edition = self.grader.edition(lab, language)?;
        Some(edition.key(lab, &submission.module_sha256))
    }

    async fn grade(&self, key: &GradeKey, language: Option<&str>, module: &[u8]) -> Graded {
        let graded = self.grader.grade(&key.lab, language, module);
        graded.instrument(spans::part("grade")).await
    }
}

type Graded = Result<Findings, GradeFailure>;

/// What there is to do.
enum Look {
    /// Grade this module, in this language if it is a script.
    Work(GradeKey, Option<String>, Bytes),
    /// Nothing more.
    Ended(Finished),
}

/// Where a grade comes from.
enum Found<'a> {
    /// It is on record.
    Before(Id),
    /// A grader found it just now.
    Now(&'a Findings),
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
        let id = payload.submission;
        let (key, graded) = if let Some(handed) = self.desk.take(id) {
            let language = handed.language.as_deref();
            let graded = self.grade(&handed.key, language, &handed.module).await;
            // Nothing can be settled that is not written. Whether it ever was, the claim tells.
            let _over = handed.writing.await;
            (handed.key, graded)
        } else {
            let (key, language, module) = match self.look(ctx, id).await? {
                Look::Work(key, language, module) => (key, language, module),
                Look::Ended(finished) => return Ok(finished),
            };
            let graded = self.grade(&key, language.as_deref(), &module).await;
            (key, graded)
        };
        match graded {
            Ok(findings) => settle_graded(ctx, id, &key, Found::Now(&findings)).await,
            Err(GradeFailure::Problem(problem)) => settle_failed(ctx, id, &problem).await,
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
                if let Some(failed) = submissions::update_failed(tx, id, &problem, now_ms).await? {
                    webhooks::settled(tx, ids, &failed, now_ms).await?;
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
    found: Found<'_>,
) -> Result<Finished, JobError> {
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.finish().await?;
    let grade = match found {
        Found::Before(grade) => grade,
        Found::Now(findings) => {
            grades::insert(&mut tx, ctx.ids.next(), key, findings, now_ms).await?
        }
    };
    let graded = submissions::update_graded(&mut tx, id, grade, key.lab_version, now_ms).await?;
    if let Some(graded) = graded {
        webhooks::settled(&mut tx, &ctx.ids, &graded, now_ms).await?;
    }
    tx.commit().await
}

async fn settle_failed(ctx: &Ctx, id: Id, problem: &Problem) -> Result<Finished, JobError> {
    let now_ms = ctx.clock.now_ms();
    let mut tx = ctx.finish().await?;
    let failed = submissions::update_failed(&mut tx, id, &problem.to_json(), now_ms).await?;
    if let Some(failed) = failed {
        webhooks::settled(&mut tx, &ctx.ids, &failed, now_ms).await?;
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
