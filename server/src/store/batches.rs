//! Submissions that were handed in together.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Id of the row.
    pub id: Id,
    /// Whose it is: a digest.
    pub client: String,
    /// Who handed it in.
    pub user_id: Option<Id>,
    /// `Idempotency-Key` of the request, if it had one.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the request's body, to tell a repetition from a reused key.
    pub body_sha256: String,
    /// What is kept of each item beside its submission, as JSON, in order.
    pub items_json: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When the last of its submissions came to its end, Unix milliseconds.
    pub finished_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    client: String,
    user_id: Option<String>,
    idempotency_key: Option<String>,
    body_sha256: String,
    items_json: String,
    created_at: i64,
    finished_at: Option<i64>,
}

impl TryFrom<Row> for Batch {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let user_id: Option<Result<Id, _>> = row.user_id.map(|id| id.parse());
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            client: row.client,
            user_id: user_id.transpose().map_err(StoreError::corrupt)?,
            idempotency_key: row.idempotency_key,
            body_sha256: row.body_sha256,
            items_json: row.items_json,
            created_at: row.created_at,
            finished_at: row.finished_at,
        })
    }
}

/// Makes a batch, or answers the one that this client made with this key before.
pub async fn insert(tx: &mut Tx, new: &Batch) -> Result<Option<Batch>, StoreError> {
    const SQL: &str = "INSERT INTO batches (id, client, user_id, idempotency_key, body_sha256, \
         items_json, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (client, idempotency_key) DO NOTHING";
    const EARLIER: &str = "SELECT * FROM batches WHERE client = $1 AND idempotency_key = $2";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(new.id.to_string())
        .bind(&new.client)
        .bind(new.user_id.map(|id| id.to_string()))
        .bind(&new.idempotency_key)
        .bind(&new.body_sha256)
        .bind(&new.items_json)
        .bind(new.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if made == 1 {
        return Ok(None);
    }
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(EARLIER)
        .bind(&new.client)
        .bind(&new.idempotency_key)
        .fetch_optional(c)
        .await)?;
    let refused = || StoreError::Conflict("a batch was refused and is not there".into());
    row.ok_or_else(refused)?.try_into().map(Some)
}

/// A batch by its id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<Batch>, StoreError> {
    const SQL: &str = "SELECT * FROM batches WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Batch::try_from).transpose()
}

/// Every submission of it has come to its end. Answers whether that was news.
pub async fn update_finished(tx: &mut Tx, id: Id, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE batches SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}
