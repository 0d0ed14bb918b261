//! Addresses that are told of what was graded, and what they were told.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// An address that is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Id of the row.
    pub id: Id,
    /// Whose it is.
    pub user_id: Id,
    /// Where it is.
    pub url: String,
    /// What deliveries are signed with.
    pub secret: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Something to be told.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Id of the row.
    pub id: Id,
    /// Whom to tell.
    pub webhook_id: Id,
    /// What kind of news it is.
    pub event: String,
    /// JSON, as it is sent.
    pub body: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// What was or is to be told.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Delivery {
    /// Id of the row.
    pub id: String,
    /// Who is told.
    pub webhook_id: String,
    /// What kind of news it is.
    pub event: String,
    /// JSON, as it is sent.
    pub body: String,
    /// `queued`, `delivered` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub tries: i64,
    /// How the last try ended.
    pub last_answer: Option<String>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it was delivered or given up, Unix milliseconds.
    pub finished_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    url: String,
    secret: String,
    created_at: i64,
}

impl TryFrom<Row> for Webhook {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            user_id: row.user_id.parse().map_err(StoreError::corrupt)?,
            url: row.url,
            secret: row.secret,
            created_at: row.created_at,
        })
    }
}

/// Makes a webhook.
pub async fn insert(tx: &mut Tx, new: &Webhook) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO webhooks (id, user_id, url, secret, created_at) \
         VALUES ($1, $2, $3, $4, $5)";
    on!(tx, |c| sqlx::query(SQL)
        .bind(new.id.to_string())
        .bind(new.user_id.to_string())
        .bind(&new.url)
        .bind(&new.secret)
        .bind(new.created_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Somebody's webhooks, the oldest first.
pub async fn list_by_user(tx: &mut Tx, user: Id) -> Result<Vec<Webhook>, StoreError> {
    const SQL: &str = "SELECT * FROM webhooks WHERE user_id = $1 ORDER BY created_at, id";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(user.to_string())
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Webhook::try_from).collect()
}

/// A webhook by its id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<Webhook>, StoreError> {
    const SQL: &str = "SELECT * FROM webhooks WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Webhook::try_from).transpose()
}

/// Deletes a webhook of somebody's, with what it was told. Answers whether they had it.
pub async fn delete(tx: &mut Tx, user: Id, id: Id) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM webhooks WHERE id = $1 AND user_id = $2";
    let gone = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(user.to_string())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Writes down what is to be told.
pub async fn insert_delivery(tx: &mut Tx, new: &NewDelivery) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO deliveries (id, webhook_id, event, body, status, tries, \
         created_at) VALUES ($1, $2, $3, $4, 'queued', 0, $5)";
    on!(tx, |c| sqlx::query(SQL)
        .bind(new.id.to_string())
        .bind(new.webhook_id.to_string())
        .bind(&new.event)
        .bind(&new.body)
        .bind(new.created_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A delivery by its id.
pub async fn delivery_by_id(tx: &mut Tx, id: Id) -> Result<Option<Delivery>, StoreError> {
    const SQL: &str = "SELECT * FROM deliveries WHERE id = $1";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    Ok(found)
}

/// What a webhook was told, the newest first.
pub async fn list_deliveries(
    tx: &mut Tx,
    webhook: Id,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    const SQL: &str = "SELECT * FROM deliveries WHERE webhook_id = $1 \
         ORDER BY created_at DESC, id DESC LIMIT $2";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(webhook.to_string())
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(found)
}

/// Notes a try and how it ended; `status` is `queued`, `delivered` or `failed`.
pub async fn update_tried(
    tx: &mut Tx,
    id: Id,
    (status, answer): (&str, &str),
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE deliveries SET status = $2, tries = tries + 1, last_answer = $3, \
         finished_at = $4 WHERE id = $1";
    let finished_at = (status != "queued").then_some(now_ms);
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(status)
        .bind(answer)
        .bind(finished_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Gives a delivery up.
pub async fn update_given_up(tx: &mut Tx, id: Id, now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE deliveries SET status = 'failed', finished_at = $2 \
         WHERE id = $1 AND status = 'queued'";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
