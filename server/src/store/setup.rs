//! Whether an instance still waits for its first administrator.

use super::{StoreError, Tx, on};

/// Whether nobody administers the instance, and nobody ever did so far as is known.
pub async fn is_open(tx: &mut Tx) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT NOT EXISTS (SELECT 1 FROM setup) \
         AND NOT EXISTS (SELECT 1 FROM users WHERE is_admin)";
    let is_open = on!(tx, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
    Ok(is_open)
}

/// Says that the first administrator is made. Answers false if that was said before; of several
/// transactions that say it at once, one is answered true.
pub async fn close(tx: &mut Tx, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO setup (id, done_at) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    let said = on!(tx, |c| sqlx::query(SQL)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(said == 1)
}
