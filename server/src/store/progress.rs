//! What people have read, answered, noted and kept: one document each.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// Version (from 1) and document (JSON) of somebody's progress; `None` before the first writing.
pub async fn by_user(tx: &mut Tx, user: Id) -> Result<Option<(i64, String)>, StoreError> {
    const SQL: &str = "SELECT version, document_json FROM progress WHERE user_id = $1";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(user.to_string())
        .fetch_optional(c)
        .await)?;
    Ok(found)
}

/// Writes the document over `version`, which is 0 before the first writing. Answers false if it is
/// not at that version: another device has written meanwhile.
pub async fn update(
    tx: &mut Tx,
    user: Id,
    version: i64,
    document_json: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    const FIRST: &str = "INSERT INTO progress (user_id, version, document_json, updated_at) \
         VALUES ($1, $2 + 1, $3, $4) ON CONFLICT (user_id) DO NOTHING";
    const NEXT: &str = "UPDATE progress SET version = $2 + 1, document_json = $3, \
         updated_at = $4 WHERE user_id = $1 AND version = $2";
    let sql = if version == 0 { FIRST } else { NEXT };
    let written = on!(tx, |c| sqlx::query(sql)
        .bind(user.to_string())
        .bind(version)
        .bind(document_json)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(written == 1)
}
