//! What is forgotten after its time. Each function forgets up to `limit`, and answers how many it
//! was: fewer means that nothing is left.

use super::{StoreError, Tx, modules, on};

/// Wishes to subscribe whose link ended before `until`, Unix milliseconds, with the proof that they
/// were made. Whoever subscribed before, and left, has left again: an import must know that.
pub async fn delete_unconfirmed(tx: &mut Tx, until: i64, limit: i64) -> Result<u64, StoreError> {
    const FIND: &str = "SELECT id, email FROM subscribers WHERE status = 'pending' \
         AND COALESCE(confirm_until, created_at) < $1 ORDER BY id LIMIT $2";
    const BACK: &str = "UPDATE subscribers SET status = 'ended', confirm_sha256 = NULL, \
         confirm_until = NULL WHERE id = $1 AND ended_at IS NOT NULL";
    const DELETE: &str = "DELETE FROM subscribers WHERE id = $1";
    const PROOF: &str = "DELETE FROM consents WHERE email_sha256 = $1 AND event = 'asked' \
         AND at < $2";
    let found: Vec<(String, String)> = on!(tx, |c| sqlx::query_as(FIND)
        .bind(until)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    for (id, email) in &found {
        let back = on!(tx, |c| sqlx::query(BACK)
            .bind(id)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if back == 0 {
            on!(tx, |c| sqlx::query(DELETE)
                .bind(id)
                .execute(c)
                .await
                .map(drop))?;
        }
        on!(tx, |c| sqlx::query(PROOF)
            .bind(modules::digest(email.as_bytes()))
            .bind(until)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(found.len().try_into().unwrap_or(u64::MAX))
}

/// To whom an issue went that ended before `until`, and what the mail server said of each. Where
/// each delivery stands is kept: the counts stay true.
pub async fn update_nameless(tx: &mut Tx, until: i64, limit: i64) -> Result<u64, StoreError> {
    // The first of an issue is the last to go: whether anything is left is one look.
    const FIND: &str = "SELECT mailings.issue FROM issues JOIN mailings \
         ON mailings.issue = issues.number AND mailings.position = 1 \
         WHERE issues.finished_at < $1 AND mailings.subscriber_id <> '' \
         ORDER BY mailings.issue LIMIT 1";
    const SQL: &str = "UPDATE mailings SET subscriber_id = '', reply = NULL WHERE issue = $1 \
         AND position IN (SELECT position FROM mailings WHERE issue = $1 \
         AND subscriber_id <> '' ORDER BY position DESC LIMIT $2)";
    let issue: Option<i64> = on!(tx, |c| sqlx::query_scalar(FIND)
        .bind(until)
        .fetch_optional(c)
        .await)?;
    let Some(issue) = issue else {
        return Ok(0);
    };
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(issue)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed)
}

/// What those had agreed to who left before `until`, and did not come back. Answers of how many
/// people.
pub async fn delete_consents(tx: &mut Tx, until: i64, limit: i64) -> Result<u64, StoreError> {
    const FIND: &str = "SELECT email_sha256 FROM consents GROUP BY email_sha256 \
         HAVING MAX(at) < $1 \
         AND MAX(CASE WHEN event = 'ended' THEN at ELSE 0 END) = MAX(at) LIMIT $2";
    const SQL: &str = "DELETE FROM consents WHERE email_sha256 = $1";
    let found: Vec<String> = on!(tx, |c| sqlx::query_scalar(FIND)
        .bind(until)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    for digest in &found {
        on!(tx, |c| sqlx::query(SQL)
            .bind(digest)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(found.len().try_into().unwrap_or(u64::MAX))
}
