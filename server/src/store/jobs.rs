//! Background jobs, as rows. What they do and when they are tried again is in `crate::jobs`.
//!
//! A claim lends a job out until `lease_until` and counts `attempt` up. Everything a worker says
//! about the job afterwards names that attempt and is refused once it is no longer the current
//! one: a worker that was too slow, or was thought dead, cannot settle a job twice.

mod counts;

pub use counts::{Counts, Queue, count, queues};

use super::{StoreError, Tx, dialect, on};
use crate::ids::Id;

/// A job to do.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Id of the job to make.
    pub id: Id,
    /// Which job it is.
    pub kind: &'static str,
    /// Its parameters, as JSON.
    pub payload: String,
    /// At most one queued or running job has this key.
    pub unique_key: Option<String>,
    /// Whose it is: owners take turns. Jobs of nobody, an empty name, go first come, first served.
    pub owner: String,
    /// Not before this time, Unix milliseconds.
    pub run_at: i64,
    /// After this many failures it is not tried again.
    pub max_failures: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// The place in a trace of whoever queues it, as a W3C `traceparent`.
    pub trace: Option<String>,
    /// Its virtual start, where the caller has looked at the [`line`].
    pub start: Option<i64>,
    /// A worker has it already, by [`NewJob::claimed`], until then: Unix milliseconds.
    pub lease_until: Option<i64>,
}

/// A claim on a job: which job, and which attempt at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// Id of the job.
    pub id: Id,
    /// The attempt the claim began.
    pub attempt: i64,
}

/// A job that is lent to this worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Names this claim.
    pub fence: Fence,
    /// Its parameters, as JSON.
    pub payload: String,
    /// How often it has failed so far.
    pub failures: i64,
    /// After this many failures it is not tried again.
    pub max_failures: i64,
    /// When it was queued, Unix milliseconds.
    pub created_at: i64,
    /// The place in a trace of whoever queued it, as a W3C `traceparent`.
    pub trace: Option<String>,
}

impl NewJob {
    /// The first claim on it.
    #[must_use]
    pub fn claimed(&self) -> Claimed {
        Claimed {
            fence: Fence {
                id: self.id,
                attempt: 1,
            },
            payload: self.payload.clone(),
            failures: 0,
            max_failures: self.max_failures,
            created_at: self.created_at,
            trace: self.trace.clone(),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    payload: String,
    attempt: i64,
    failures: i64,
    max_failures: i64,
    created_at: i64,
    trace: Option<String>,
}

/// Queues a job; it exists once the caller's transaction commits. Answers false if its unique key
/// is taken.
pub async fn insert(tx: &mut Tx, job: &NewJob) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO jobs (id, kind, payload, unique_key, state, run_at, attempt, \
         failures, max_failures, created_at, owner, start, trace, lease_until) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (unique_key) WHERE state IN ('queued', 'running') DO NOTHING";
    let start = match (job.start, job.owner.as_str()) {
        (Some(start), _) => start,
        (None, "") => 0,
        (None, owner) => line(tx, job.kind, owner).await?.start,
    };
    let (state, attempt) = match job.lease_until {
        Some(_) => ("running", 1_i64),
        None => ("queued", 0),
    };
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(job.id.to_string())
        .bind(job.kind)
        .bind(&job.payload)
        .bind(&job.unique_key)
        .bind(state)
        .bind(job.run_at)
        .bind(attempt)
        .bind(job.max_failures)
        .bind(job.created_at)
        .bind(&job.owner)
        .bind(start)
        .bind(&job.trace)
        .bind(job.lease_until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if job.lease_until.is_none() {
        tx.touched.jobs.kinds.insert(job.kind);
    }
    Ok(made == 1)
}

/// A queue, as whoever joins it finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Jobs that wait.
    pub queued: i64,
    /// The virtual start of the owner's next job.
    pub start: i64,
}

// lesson: fair-queue
/// The line that an owner's next job joins. Its virtual start is by start-time fair queueing
/// (Goyal, Vin and Cheng, 1996) with jobs of equal length: one after the owner's last, but not
/// before the present, which is the start of what runs now. So who hands in five hundred waits for
/// their own, and who hands in one waits for one of each other owner.
pub async fn line(tx: &mut Tx, kind: &str, owner: &str) -> Result<Line, StoreError> {
    const SQL: &str = "SELECT (SELECT COUNT(*) FROM jobs WHERE kind = $1 AND state = 'queued'), \
         COALESCE((SELECT MAX(start) FROM jobs WHERE kind = $1 AND state = 'running'), \
         (SELECT MIN(start) FROM jobs WHERE kind = $1 AND state = 'queued'), 0), \
         COALESCE((SELECT MAX(start) FROM jobs \
         WHERE kind = $1 AND owner = $2 AND state IN ('queued', 'running')), -1)";
    let (queued, now, last): (i64, i64, i64) = on!(tx, |c| sqlx::query_as(SQL)
        .bind(kind)
        .bind(owner)
        .fetch_one(c)
        .await)?;
    let start = now.max(last + 1);
    Ok(Line { queued, start })
}
// lesson: end

/// When the next queued job of a kind is due, Unix milliseconds. A read, so that an idle server
/// does not write.
pub async fn by_due(tx: &mut Tx, kind: &str) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT MIN(run_at) FROM jobs WHERE kind = $1 AND state = 'queued'";
    let due = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(kind)
        .fetch_one(c)
        .await)?;
    Ok(due)
}

/// Takes the due job of a kind whose turn it is, until `lease_until` (Unix milliseconds).
pub async fn claim(
    tx: &mut Tx,
    kind: &str,
    now_ms: i64,
    lease_until: i64,
) -> Result<Option<Claimed>, StoreError> {
    let sql = dialect::claim_job(&tx.engine);
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(sql)
        .bind(kind)
        .bind(now_ms)
        .bind(lease_until)
        .fetch_optional(c)
        .await)?;
    row.map(|row| {
        let id = row.id.parse().map_err(StoreError::corrupt)?;
        Ok(Claimed {
            fence: Fence {
                id,
                attempt: row.attempt,
            },
            payload: row.payload,
            failures: row.failures,
            max_failures: row.max_failures,
            created_at: row.created_at,
            trace: row.trace,
        })
    })
    .transpose()
}

/// Extends a lease. Answers false if the claim is no longer good.
pub async fn update_lease(tx: &mut Tx, fence: Fence, lease_until: i64) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE jobs SET lease_until = $3 \
         WHERE id = $1 AND attempt = $2 AND state = 'running'";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(fence.id.to_string())
        .bind(fence.attempt)
        .bind(lease_until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Settles a job as done. Answers false if the claim is no longer good: then nothing that the
/// caller's transaction wrote may be committed.
pub async fn update_done(tx: &mut Tx, fence: Fence, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE jobs SET state = 'done', lease_until = NULL, finished_at = $3 \
         WHERE id = $1 AND attempt = $2 AND state = 'running'";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(fence.id.to_string())
        .bind(fence.attempt)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Counts a failure and queues the job for `run_at`. Answers false if the claim is no longer good.
pub async fn update_failed(
    tx: &mut Tx,
    fence: Fence,
    error: &str,
    run_at: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE jobs SET state = 'queued', lease_until = NULL, run_at = $4, \
         failures = failures + 1, last_error = $3 \
         WHERE id = $1 AND attempt = $2 AND state = 'running'";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(fence.id.to_string())
        .bind(fence.attempt)
        .bind(error)
        .bind(run_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    tx.touched.jobs.any = true;
    Ok(changed == 1)
}

/// Gives a job up for good (a dead letter, kept). Answers false if the claim is no longer good.
pub async fn update_dead(
    tx: &mut Tx,
    fence: Fence,
    error: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE jobs SET state = 'dead', lease_until = NULL, finished_at = $4, \
         failures = failures + 1, last_error = $3 \
         WHERE id = $1 AND attempt = $2 AND state = 'running'";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(fence.id.to_string())
        .bind(fence.attempt)
        .bind(error)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Hands a job back without a failure, as a worker that stops does. Answers false if the claim is
/// no longer good.
pub async fn update_released(tx: &mut Tx, fence: Fence) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE jobs SET state = 'queued', lease_until = NULL \
         WHERE id = $1 AND attempt = $2 AND state = 'running'";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(fence.id.to_string())
        .bind(fence.attempt)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    tx.touched.jobs.any = true;
    Ok(changed == 1)
}

/// Queues again every job whose lease ended before `until_ms` (Unix milliseconds). A lost worker is
/// not the job's failure, so none is counted. Answers how many.
pub async fn update_expired(tx: &mut Tx, until_ms: i64) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE jobs SET state = 'queued', lease_until = NULL \
         WHERE state = 'running' AND lease_until < $1";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(until_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    tx.touched.jobs.any |= changed > 0;
    Ok(changed)
}

/// Ends leases on jobs of a kind at `lease_until` (Unix milliseconds) that would end later.
pub async fn update_leases_ahead(
    tx: &mut Tx,
    kind: &str,
    lease_until: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE jobs SET lease_until = $2 \
         WHERE kind = $1 AND state = 'running' AND lease_until > $2";
    on!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(lease_until)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Makes jobs of a kind due at `now_ms` that would be due after `latest` (Unix milliseconds). Those
/// that run may be queued again.
pub async fn update_waits_ahead(
    tx: &mut Tx,
    kind: &str,
    latest: i64,
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE jobs SET run_at = $3 \
         WHERE kind = $1 AND state IN ('queued', 'running') AND run_at > $2";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(kind)
        .bind(latest)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    tx.touched.jobs.any |= changed > 0;
    Ok(())
}

/// Whether some lease ended before `until_ms` (Unix milliseconds). A read, like [`by_due`].
pub async fn has_expired(tx: &mut Tx, until_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM jobs WHERE state = 'running' AND lease_until < $1";
    let count: i64 = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(until_ms)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// Forgets jobs that were done before `until_ms` (Unix milliseconds). Dead ones stay.
pub async fn delete_done(tx: &mut Tx, until_ms: i64) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM jobs WHERE state = 'done' AND finished_at < $1";
    let deleted = on!(tx, |c| sqlx::query(SQL)
        .bind(until_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted)
}
