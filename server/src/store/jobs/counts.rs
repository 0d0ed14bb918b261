//! How many jobs stand where.

use crate::store::{StoreError, Tx, on};

/// How many jobs of a kind stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting.
    pub queued: i64,
    /// Lent to a worker.
    pub running: i64,
    /// Given up.
    pub dead: i64,
}

/// How many jobs of a kind stand where. What is done is not counted.
pub async fn count(tx: &mut Tx, kind: &str) -> Result<Counts, StoreError> {
    const SQL: &str = "SELECT state, COUNT(*) FROM jobs \
         WHERE kind = $1 AND state <> 'done' GROUP BY state";
    let rows: Vec<(String, i64)> = on!(tx, |c| sqlx::query_as(SQL).bind(kind).fetch_all(c).await)?;
    let mut counts = Counts::default();
    for (state, count) in rows {
        match state.as_str() {
            "queued" => counts.queued = count,
            "running" => counts.running = count,
            _ => counts.dead = count,
        }
    }
    Ok(counts)
}

/// A kind of job with its counts, and when the job of it that is queued longest was or is due, Unix
/// milliseconds.
pub type Queue = (String, Counts, Option<i64>);

/// The queues with anything in them. What is done is not counted.
pub async fn queues(tx: &mut Tx) -> Result<Vec<Queue>, StoreError> {
    const SQL: &str = "SELECT kind, state, COUNT(*), MIN(run_at) FROM jobs \
         WHERE state <> 'done' GROUP BY kind, state ORDER BY kind";
    let rows: Vec<(String, String, i64, i64)> =
        on!(tx, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    let mut all: Vec<Queue> = Vec::new();
    for (kind, state, count, due) in rows {
        if all.last().is_none_or(|last| last.0 != kind) {
            all.push((kind, Counts::default(), None));
        }
        let Some((_, counts, first_due)) = all.last_mut() else {
            continue;
        };
        match state.as_str() {
            "queued" => (counts.queued, *first_due) = (count, Some(due)),
            "running" => counts.running = count,
            _ => counts.dead = count,
        }
    }
    Ok(all)
}
