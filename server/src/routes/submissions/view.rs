//! A submission as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::Error;
use crate::store::grades::Grade;
use crate::store::submissions::{Listed, Status, Submission};

/// Where a submission stands: `graded` and `failed` are ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Waits for a grader.
    Queued,
    /// A grader has it.
    Running,
    /// It has a grade.
    Graded,
    /// It has a problem instead.
    Failed,
}

/// What was handed in, and what became of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmissionDocument {
    /// Whoever knows it may read the submission.
    pub id: String,
    #[schema(example = "rate_limiter")]
    pub lab: String,
    /// Version of the lab.
    pub version: i64,
    pub status: Standing,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds; none before the end.
    pub finished_at: Option<i64>,
    /// SHA-256 of the module, in hexadecimal.
    pub module_sha256: String,
    /// Language of the source, if it was given.
    pub language: Option<String>,
    /// The batch it came in, if it came in one.
    pub batch: Option<String>,
    pub grade: Option<GradeDocument>,
    /// Why there is no grade (RFC 9457).
    #[schema(value_type = Option<crate::routes::openapi::ProblemDocument>)]
    pub problem: Option<Value>,
}

/// A grade.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct GradeDocument {
    /// The report; its exact bytes are at `/report`.
    pub report: Value,
    /// SHA-256 over the report without itself: equal digests are equal runs.
    pub digest: String,
    /// 0 to 3, hidden scenarios considered.
    pub stars: i64,
    /// What the hidden scenarios said: quality in parts per million, and a verdict.
    pub hidden: Option<Value>,
}

/// A submission in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmissionEntry {
    pub id: String,
    pub lab: String,
    pub version: i64,
    pub status: String,
    /// Unix milliseconds.
    pub created_at: i64,
    pub language: Option<String>,
    pub module_sha256: String,
    /// Parts per million of 100 points; none without a grade.
    pub score: Option<i64>,
    /// 0 to 3; none without a grade.
    pub stars: Option<i64>,
    pub digest: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SubmissionPage {
    /// The newest first.
    pub items: Vec<SubmissionEntry>,
    /// What to send as `after` to get the next page; none on the last.
    pub next: Option<String>,
}

impl From<Listed> for SubmissionEntry {
    fn from(listed: Listed) -> Self {
        Self {
            id: listed.id,
            lab: listed.lab,
            version: listed.lab_version,
            status: listed.status,
            created_at: listed.created_at,
            language: listed.language,
            module_sha256: listed.module_sha256,
            score: listed.score_ppm,
            stars: listed.stars,
            digest: listed.digest,
        }
    }
}

impl Submission {
    /// True once it is graded or failed.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.status, Status::Graded | Status::Failed)
    }
}

/// The document of `GET /api/v1/submissions/{id}`.
pub fn document(
    submission: &Submission,
    grade: Option<&Grade>,
) -> Result<SubmissionDocument, Error> {
    let problem = submission.problem_json.as_deref().map(read).transpose()?;
    Ok(SubmissionDocument {
        id: submission.id.to_string(),
        lab: submission.lab.clone(),
        version: submission.lab_version,
        status: match submission.status {
            Status::Queued => Standing::Queued,
            Status::Running => Standing::Running,
            Status::Graded => Standing::Graded,
            Status::Failed => Standing::Failed,
        },
        created_at: submission.created_at,
        finished_at: submission.finished_at,
        module_sha256: submission.module_sha256.clone(),
        language: submission.language.clone(),
        batch: submission.batch_id.map(|id| id.to_string()),
        grade: grade.map(grade_document).transpose()?,
        problem,
    })
}

fn grade_document(grade: &Grade) -> Result<GradeDocument, Error> {
    let findings = &grade.findings;
    let hidden = findings.hidden_json.as_deref().map(read).transpose()?;
    Ok(GradeDocument {
        report: read(&String::from_utf8_lossy(&findings.report))?,
        digest: findings.digest.clone(),
        stars: findings.stars,
        hidden,
    })
}

fn read(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.into()))
}
