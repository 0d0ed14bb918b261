//! Submissions in lists: somebody's, a batch's, those that wait.

use crate::ids::Id;
use crate::store::db::on;
use crate::store::{StoreError, Tx};

/// A submission in somebody's list.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct Listed {
    /// Id of the row.
    pub id: String,
    /// Lab id.
    pub lab: String,
    /// Version of the lab.
    pub lab_version: i64,
    /// SHA-256 of the module.
    pub module_sha256: String,
    /// The source it was built from, if it was sent.
    pub source: Option<String>,
    /// Language of the source, if given.
    pub language: Option<String>,
    /// Where it stands: `queued`, `running`, `graded` or `failed`.
    pub status: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Its score in parts per million, once graded.
    pub score_ppm: Option<i64>,
    /// Its stars, once graded.
    pub stars: Option<i64>,
    /// Digest of its report, once graded.
    pub digest: Option<String>,
}

/// Which of somebody's submissions a list holds.
#[derive(Debug, Clone, Copy)]
pub struct Range<'a> {
    /// Of this lab; of every lab where empty.
    pub lab: &'a str,
    /// Made before the submission with this id; from the newest on where empty.
    pub before: &'a str,
    /// At most so many.
    pub limit: i64,
}

/// What somebody handed in, the newest first.
pub async fn list_by_user(
    tx: &mut Tx,
    user: Id,
    range: Range<'_>,
) -> Result<Vec<Listed>, StoreError> {
    const SQL: &str = "SELECT s.id, s.lab, s.lab_version, s.module_sha256, s.source, s.language, \
         s.status, s.created_at, g.score_ppm, g.stars, g.digest \
         FROM submissions s LEFT JOIN grades g ON g.id = s.grade_id \
         WHERE s.user_id = $1 AND ($2 = '' OR s.lab = $2) AND ($3 = '' OR s.id < $3) \
         ORDER BY s.id DESC LIMIT $4";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(user.to_string())
        .bind(range.lab)
        .bind(range.before)
        .bind(range.limit)
        .fetch_all(c)
        .await)?;
    Ok(found)
}

/// What came in a batch, in the order of its items.
pub async fn list_by_batch(tx: &mut Tx, batch: Id) -> Result<Vec<Listed>, StoreError> {
    const SQL: &str = "SELECT s.id, s.lab, s.lab_version, s.module_sha256, s.source, s.language, \
         s.status, s.created_at, g.score_ppm, g.stars, g.digest \
         FROM submissions s LEFT JOIN grades g ON g.id = s.grade_id \
         WHERE s.batch_id = $1 ORDER BY s.id";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(batch.to_string())
        .fetch_all(c)
        .await)?;
    Ok(found)
}

/// A submission as a list shows it.
pub async fn listed(tx: &mut Tx, id: Id) -> Result<Option<Listed>, StoreError> {
    const SQL: &str = "SELECT s.id, s.lab, s.lab_version, s.module_sha256, s.source, s.language, \
         s.status, s.created_at, g.score_ppm, g.stars, g.digest \
         FROM submissions s LEFT JOIN grades g ON g.id = s.grade_id WHERE s.id = $1";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    Ok(found)
}

/// How many submissions of a batch have not come to their end.
pub async fn count_open_by_batch(tx: &mut Tx, batch: Id) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM submissions \
         WHERE batch_id = $1 AND status IN ('queued', 'running')";
    let count = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(batch.to_string())
        .fetch_one(c)
        .await)?;
    Ok(count)
}

/// What of a client's still waits for a lab, but for one.
pub async fn list_waiting(
    tx: &mut Tx,
    client: &str,
    lab: &str,
    but: Id,
) -> Result<Vec<Id>, StoreError> {
    const SQL: &str = "SELECT id FROM submissions \
         WHERE client = $1 AND lab = $2 AND status = 'queued' AND id <> $3";
    let ids: Vec<String> = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(client)
        .bind(lab)
        .bind(but.to_string())
        .fetch_all(c)
        .await)?;
    let ids = ids.iter().map(|id| id.parse().map_err(StoreError::corrupt));
    ids.collect()
}
