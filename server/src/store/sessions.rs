//! Browser sessions, under the digest of their id.

use super::{StoreError, Tx, on};

/// Keeps a new session. Answers false if the id is taken.
pub async fn insert(
    tx: &mut Tx,
    id_sha256: &str,
    data_json: &str,
    expires_at: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO sessions (id_sha256, data_json, expires_at) \
         VALUES ($1, $2, $3) ON CONFLICT (id_sha256) DO NOTHING";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(id_sha256)
        .bind(data_json)
        .bind(expires_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made == 1)
}

/// Changes a session. Answers false if there is none: a session that was deleted meanwhile, by
/// signing out in another tab, stays deleted.
pub async fn update(
    tx: &mut Tx,
    id_sha256: &str,
    data_json: &str,
    expires_at: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE sessions SET data_json = $2, expires_at = $3 WHERE id_sha256 = $1";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(id_sha256)
        .bind(data_json)
        .bind(expires_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Data (JSON) and expiry (Unix milliseconds) of a session that has not expired at `now_ms`.
pub async fn by_id(
    tx: &mut Tx,
    id_sha256: &str,
    now_ms: i64,
) -> Result<Option<(String, i64)>, StoreError> {
    const SQL: &str = "SELECT data_json, expires_at FROM sessions \
         WHERE id_sha256 = $1 AND expires_at > $2";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id_sha256)
        .bind(now_ms)
        .fetch_optional(c)
        .await)?;
    Ok(found)
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
