//! Keys with which programs act for somebody.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// A key, without its secret: nobody can read that again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Id of the row.
    pub id: Id,
    /// Whose it is.
    pub user_id: Id,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for: names of scopes, with spaces between them.
    pub scopes: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// From then on it opens nothing, Unix milliseconds.
    pub expires_at: i64,
    /// When it was last used, to the hour, Unix milliseconds.
    pub last_used_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<Row> for Key {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            user_id: row.user_id.parse().map_err(StoreError::corrupt)?,
            name: row.name,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        })
    }
}

/// Makes a key, with the digest of its secret.
pub async fn insert(tx: &mut Tx, key: &Key, secret_sha256: &str) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO api_keys (id, user_id, name, secret_sha256, scopes, \
         created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on!(tx, |c| sqlx::query(SQL)
        .bind(key.id.to_string())
        .bind(key.user_id.to_string())
        .bind(&key.name)
        .bind(secret_sha256)
        .bind(&key.scopes)
        .bind(key.created_at)
        .bind(key.expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The key with this secret, unless it has expired.
pub async fn by_secret(
    tx: &mut Tx,
    secret_sha256: &str,
    now_ms: i64,
) -> Result<Option<Key>, StoreError> {
    const SQL: &str = "SELECT * FROM api_keys WHERE secret_sha256 = $1 AND expires_at > $2";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(secret_sha256)
        .bind(now_ms)
        .fetch_optional(c)
        .await)?;
    row.map(Key::try_from).transpose()
}

/// Somebody's keys, the newest first; those that have expired too.
pub async fn list_by_user(tx: &mut Tx, user: Id) -> Result<Vec<Key>, StoreError> {
    const SQL: &str = "SELECT * FROM api_keys WHERE user_id = $1 ORDER BY created_at DESC, id DESC";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(user.to_string())
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Gives somebody's key another secret and another end. Answers the key, if they have it.
pub async fn update_secret(
    tx: &mut Tx,
    (user, id): (Id, Id),
    secret_sha256: &str,
    expires_at: i64,
) -> Result<Option<Key>, StoreError> {
    const SQL: &str = "UPDATE api_keys SET secret_sha256 = $3, expires_at = $4 \
         WHERE id = $1 AND user_id = $2 RETURNING *";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .bind(user.to_string())
        .bind(secret_sha256)
        .bind(expires_at)
        .fetch_optional(c)
        .await)?;
    row.map(Key::try_from).transpose()
}

/// Notes that a key was used.
pub async fn update_used(tx: &mut Tx, id: Id, now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes a key of somebody's away. Answers whether they had it.
pub async fn delete(tx: &mut Tx, user: Id, id: Id) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM api_keys WHERE id = $1 AND user_id = $2";
    let gone = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(user.to_string())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}
