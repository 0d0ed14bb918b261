//! Submissions: who handed in which module for which lab, and what became of it.

mod list;

pub use list::{
    Listed, Range, count_open_by_batch, list_by_batch, list_by_user, list_waiting, listed,
};

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// Where a submission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Accepted, waiting for a grader.
    Queued,
    /// A grader has it.
    Running,
    /// It has a grade.
    Graded,
    /// It has a problem instead.
    Failed,
}

impl Status {
    /// The name used in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Graded => "graded",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Queued, Self::Running, Self::Graded, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| StoreError::corrupt(format!("submission status {text:?}")))
    }
}

/// What a client hands in. The module itself is inserted first, by `modules::insert`.
#[derive(Debug, Clone)]
pub struct NewSubmission {
    /// Id of the submission to make.
    pub id: Id,
    /// Lab id.
    pub lab: String,
    /// Version of the lab at the time.
    pub lab_version: i64,
    /// SHA-256 of the module, which is in `modules`.
    pub module_sha256: String,
    /// Source the module was built from, if the client sent it.
    pub source: Option<String>,
    /// Language of the source.
    pub language: Option<String>,
    /// Whose it is: a digest of session or address, never the address itself.
    pub client: String,
    /// Who handed it in, if they were signed in.
    pub user_id: Option<Id>,
    /// The batch it came in, if it came in one.
    pub batch_id: Option<Id>,
    /// `Idempotency-Key` of the request, if it had one.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the request's lab and body, to tell a repetition from a reused key.
    pub body_sha256: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// A grader has it already.
    pub is_running: bool,
}

/// A submission on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Id of the row.
    pub id: Id,
    /// Lab id.
    pub lab: String,
    /// Version of the lab it was handed in for or, once graded, was graded by.
    pub lab_version: i64,
    /// SHA-256 of the module.
    pub module_sha256: String,
    /// Language of the source, if given.
    pub language: Option<String>,
    /// Whose it is.
    pub client: String,
    /// Who handed it in, if they were signed in.
    pub user_id: Option<Id>,
    /// The batch it came in, if it came in one.
    pub batch_id: Option<Id>,
    /// SHA-256 of the request that made it.
    pub body_sha256: String,
    /// Where it stands.
    pub status: Status,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When a grader last took it, Unix milliseconds.
    pub started_at: Option<i64>,
    /// When it was graded or failed, Unix milliseconds.
    pub finished_at: Option<i64>,
    /// Its grade, when graded.
    pub grade_id: Option<Id>,
    /// Its problem document (RFC 9457), when failed.
    pub problem_json: Option<String>,
}

/// What came of handing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// A new submission was made.
    New(Box<Submission>),
    /// The same request was made before, and made this.
    Repeated(Box<Submission>),
    /// The key was used before, for another request.
    KeyReused,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    lab: String,
    lab_version: i64,
    module_sha256: String,
    language: Option<String>,
    client: String,
    user_id: Option<String>,
    batch_id: Option<String>,
    body_sha256: String,
    status: String,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    grade_id: Option<String>,
    problem_json: Option<String>,
}

impl TryFrom<Row> for Submission {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = |id: Option<String>| {
            let id: Option<Result<Id, _>> = id.map(|id| id.parse());
            id.transpose().map_err(StoreError::corrupt)
        };
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            lab: row.lab,
            lab_version: row.lab_version,
            module_sha256: row.module_sha256,
            language: row.language,
            client: row.client,
            user_id: id(row.user_id)?,
            batch_id: id(row.batch_id)?,
            body_sha256: row.body_sha256,
            status: Status::parse(&row.status)?,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            grade_id: id(row.grade_id)?,
            problem_json: row.problem_json,
        })
    }
}

/// Hands in. A key that this client used before makes nothing new.
pub async fn insert(tx: &mut Tx, new: &NewSubmission) -> Result<Inserted, StoreError> {
    const SQL: &str = "INSERT INTO submissions (id, lab, lab_version, module_sha256, source, \
         language, client, idempotency_key, body_sha256, status, created_at, user_id, batch_id, \
         started_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         ON CONFLICT (client, idempotency_key) DO NOTHING RETURNING *";
    let status = match new.is_running {
        true => Status::Running,
        false => Status::Queued,
    };
    let made: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(new.id.to_string())
        .bind(&new.lab)
        .bind(new.lab_version)
        .bind(&new.module_sha256)
        .bind(&new.source)
        .bind(&new.language)
        .bind(&new.client)
        .bind(&new.idempotency_key)
        .bind(&new.body_sha256)
        .bind(status.as_str())
        .bind(new.created_at)
        .bind(new.user_id.map(|id| id.to_string()))
        .bind(new.batch_id.map(|id| id.to_string()))
        .bind(new.is_running.then_some(new.created_at))
        .fetch_optional(c)
        .await)?;
    if let Some(made) = made {
        tx.touched.submissions = true;
        return Ok(Inserted::New(Box::new(made.try_into()?)));
    }
    let key = new.idempotency_key.as_deref().unwrap_or_default();
    match by_idempotency_key(tx, &new.client, key).await? {
        Some(earlier) if earlier.body_sha256 == new.body_sha256 => {
            Ok(Inserted::Repeated(Box::new(earlier)))
        }
        Some(_) => Ok(Inserted::KeyReused),
        None => Err(StoreError::Conflict(
            "a submission was refused and is not there".into(),
        )),
    }
}

/// A submission by its id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<Submission>, StoreError> {
    const SQL: &str = "SELECT * FROM submissions WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Submission::try_from).transpose()
}

/// The submission this client made with this key.
pub async fn by_idempotency_key(
    tx: &mut Tx,
    client: &str,
    key: &str,
) -> Result<Option<Submission>, StoreError> {
    const SQL: &str = "SELECT * FROM submissions WHERE client = $1 AND idempotency_key = $2";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(client)
        .bind(key)
        .fetch_optional(c)
        .await)?;
    row.map(Submission::try_from).transpose()
}

/// Deletes what somebody handed in, with the modules and grades that nobody else handed in.
pub async fn delete_by_user(tx: &mut Tx, user: Id) -> Result<(), StoreError> {
    const MODULES: &str = "SELECT DISTINCT module_sha256 FROM submissions WHERE user_id = $1";
    const SUBMISSIONS: &str = "DELETE FROM submissions WHERE user_id = $1";
    const BATCHES: &str = "DELETE FROM batches WHERE user_id = $1";
    const ORPHANED_GRADES: &str = "DELETE FROM grades WHERE module_sha256 = $1 AND NOT EXISTS \
         (SELECT 1 FROM submissions s WHERE s.module_sha256 = $1)";
    const ORPHANED_MODULE: &str = "DELETE FROM modules WHERE sha256 = $1 AND NOT EXISTS \
         (SELECT 1 FROM submissions s WHERE s.module_sha256 = $1)";
    let user = user.to_string();
    let modules: Vec<String> = on!(tx, |c| sqlx::query_scalar(MODULES)
        .bind(&user)
        .fetch_all(c)
        .await)?;
    for sql in [SUBMISSIONS, BATCHES] {
        on!(tx, |c| sqlx::query(sql)
            .bind(&user)
            .execute(c)
            .await
            .map(drop))?;
    }
    for module in modules {
        for sql in [ORPHANED_GRADES, ORPHANED_MODULE] {
            on!(tx, |c| sqlx::query(sql)
                .bind(&module)
                .execute(c)
                .await
                .map(drop))?;
        }
    }
    tx.touched.submissions = true;
    Ok(())
}

/// How many submissions this client made at or after `since_ms` (Unix milliseconds), and when the
/// oldest of them was made: what a rate limit asks.
pub async fn count_by_client(
    tx: &mut Tx,
    client: &str,
    since_ms: i64,
) -> Result<(i64, Option<i64>), StoreError> {
    const SQL: &str = "SELECT COUNT(*), MIN(created_at) FROM submissions \
         WHERE client = $1 AND created_at >= $2";
    let counted = on!(tx, |c| sqlx::query_as(SQL)
        .bind(client)
        .bind(since_ms)
        .fetch_one(c)
        .await)?;
    Ok(counted)
}

/// A grader took it, or gave it back to the queue.
pub async fn update_running(
    tx: &mut Tx,
    id: Id,
    running: bool,
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE submissions SET status = $2, started_at = COALESCE($3, started_at) \
         WHERE id = $1 AND status IN ('queued', 'running')";
    let status = if running {
        Status::Running
    } else {
        Status::Queued
    };
    let started_at = running.then_some(now_ms);
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(status.as_str())
        .bind(started_at)
        .execute(c)
        .await
        .map(drop))?;
    tx.touched.submissions = true;
    Ok(())
}

/// It has its grade. Answers how it stands now, if that is news: a settled one stays as it is.
pub async fn update_graded(
    tx: &mut Tx,
    id: Id,
    grade_id: Id,
    lab_version: i64,
    now_ms: i64,
) -> Result<Option<Submission>, StoreError> {
    const SQL: &str = "UPDATE submissions SET status = 'graded', grade_id = $2, lab_version = $3, \
         finished_at = $4 WHERE id = $1 AND status IN ('queued', 'running') RETURNING *";
    let changed: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .bind(grade_id.to_string())
        .bind(lab_version)
        .bind(now_ms)
        .fetch_optional(c)
        .await)?;
    tx.touched.submissions = true;
    changed.map(Submission::try_from).transpose()
}

/// It cannot be graded. Answers how it stands now, if that is news: a settled one stays as it is.
pub async fn update_failed(
    tx: &mut Tx,
    id: Id,
    problem_json: &str,
    now_ms: i64,
) -> Result<Option<Submission>, StoreError> {
    const SQL: &str = "UPDATE submissions SET status = 'failed', problem_json = $2, \
         finished_at = $3 WHERE id = $1 AND status IN ('queued', 'running') RETURNING *";
    let changed: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .bind(problem_json)
        .bind(now_ms)
        .fetch_optional(c)
        .await)?;
    tx.touched.submissions = true;
    changed.map(Submission::try_from).transpose()
}
