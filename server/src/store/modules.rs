//! Learners' modules, each kept once under its digest.

use sha2::{Digest as _, Sha256};

use crate::hex::hex;

use super::{StoreError, Tx, on};

/// SHA-256 of `bytes`, in lower-case hexadecimal.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Keeps a module, unless it is here already. Answers its digest.
pub async fn insert(tx: &mut Tx, bytes: &[u8], now_ms: i64) -> Result<String, StoreError> {
    const SQL: &str = "INSERT INTO modules (sha256, bytes, size_bytes, created_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (sha256) DO NOTHING";
    let sha256 = digest(bytes);
    let size = i64::try_from(bytes.len()).map_err(StoreError::corrupt)?;
    on!(tx, |c| sqlx::query(SQL)
        .bind(&sha256)
        .bind(bytes)
        .bind(size)
        .bind(now_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(sha256)
}

/// The bytes of a module.
pub async fn by_sha256(tx: &mut Tx, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
    const SQL: &str = "SELECT bytes FROM modules WHERE sha256 = $1";
    let found = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(sha256)
        .fetch_optional(c)
        .await)?;
    Ok(found)
}
