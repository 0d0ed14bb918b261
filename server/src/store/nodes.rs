//! The processes that work on this database, as they say of themselves.

use super::{StoreError, Tx, on};

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Node {
    /// Its id, new with each start.
    pub id: String,
    /// `serve` or `worker`.
    pub role: String,
    /// Name of its machine.
    pub host: String,
    /// Version of the program.
    pub version: String,
    /// Unix milliseconds.
    pub started_at: i64,
    /// When it last said that it lives, Unix milliseconds.
    pub seen_at: i64,
}

/// Says that a process lives.
pub async fn upsert(tx: &mut Tx, node: &Node) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO nodes (id, role, host, version, started_at, seen_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET seen_at = $6";
    on!(tx, |c| sqlx::query(SQL)
        .bind(&node.id)
        .bind(&node.role)
        .bind(&node.host)
        .bind(&node.version)
        .bind(node.started_at)
        .bind(node.seen_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Every process that is known, the longest running first.
pub async fn all(tx: &mut Tx) -> Result<Vec<Node>, StoreError> {
    const SQL: &str = "SELECT * FROM nodes ORDER BY started_at, id";
    Ok(on!(tx, |c| sqlx::query_as(SQL).fetch_all(c).await)?)
}

/// Forgets a process that ends.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM nodes WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL).bind(id).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets processes that were last seen before `until_ms` (Unix milliseconds).
pub async fn delete_unseen(tx: &mut Tx, until_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM nodes WHERE seen_at < $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(until_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
