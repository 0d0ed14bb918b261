//! Browser sessions, under the digest of their id.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// A session as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// SHA-256 of its id.
    pub id_sha256: String,
    /// Whose it is, once somebody has signed in.
    pub user_id: Option<String>,
    /// What it remembers, as JSON.
    pub data_json: String,
    /// When it ends by itself, Unix milliseconds.
    pub expires_at: i64,
}

/// Keeps a new session. Answers false if the id is taken.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO sessions (id_sha256, user_id, data_json, expires_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (id_sha256) DO NOTHING";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(&session.id_sha256)
        .bind(&session.user_id)
        .bind(&session.data_json)
        .bind(session.expires_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made == 1)
}

/// Changes a session. Answers false if there is none: a session that was deleted meanwhile, by
/// signing out in another tab, stays deleted.
pub async fn update(tx: &mut Tx, session: &Session) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE sessions SET user_id = $2, data_json = $3, expires_at = $4 \
         WHERE id_sha256 = $1";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(&session.id_sha256)
        .bind(&session.user_id)
        .bind(&session.data_json)
        .bind(session.expires_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// A session, expired or not.
pub async fn by_id(tx: &mut Tx, id_sha256: &str) -> Result<Option<Session>, StoreError> {
    const SQL: &str = "SELECT * FROM sessions WHERE id_sha256 = $1";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id_sha256)
        .fetch_optional(c)
        .await)?;
    Ok(found)
}

/// The sessions of somebody that have not expired at `now_ms` (Unix milliseconds), in no order
/// that means anything.
pub async fn list_by_user(tx: &mut Tx, user: Id, now_ms: i64) -> Result<Vec<Session>, StoreError> {
    const SQL: &str = "SELECT * FROM sessions WHERE user_id = $1 AND expires_at > $2 \
         ORDER BY id_sha256";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(user.to_string())
        .bind(now_ms)
        .fetch_all(c)
        .await)?;
    Ok(found)
}

/// Ends one session of somebody. Answers false if it is not theirs.
pub async fn delete_of_user(tx: &mut Tx, user: Id, id_sha256: &str) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE user_id = $1 AND id_sha256 = $2";
    let deleted = on!(tx, |c| sqlx::query(SQL)
        .bind(user.to_string())
        .bind(id_sha256)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted == 1)
}

/// Ends every session of somebody but the one `kept`. Answers how many.
pub async fn delete_by_user(tx: &mut Tx, user: Id, kept: &str) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE user_id = $1 AND id_sha256 <> $2";
    let deleted = on!(tx, |c| sqlx::query(SQL)
        .bind(user.to_string())
        .bind(kept)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted)
}

/// Forgets a session.
pub async fn delete(tx: &mut Tx, id_sha256: &str) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE id_sha256 = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id_sha256)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets every session that has expired at `now_ms` (Unix milliseconds). Answers how many.
pub async fn delete_expired(tx: &mut Tx, now_ms: i64) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM sessions WHERE expires_at <= $1";
    let deleted = on!(tx, |c| sqlx::query(SQL)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted)
}
