//! What caps are owed, where several processes count together. The arithmetic is that of the
//! rate-limiter lab's reference (GCRA, ITU-T I.371), as one statement.

use super::{StoreError, Tx, dialect, on};

/// What somebody asks of a cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Name of the cap.
    pub cap: &'static str,
    /// Number of whoever is capped.
    pub tenant: i64,
    /// What it costs, nanoseconds of the cap's rate.
    pub cost_ns: i64,
    /// What may be owed at most, nanoseconds.
    pub depth_ns: i64,
}

/// Whether a claim fits. Either way, when nothing will be owed any more, Unix nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It fits, and is counted.
    Counted(i64),
    /// It does not, and nothing was counted.
    TooMuch(i64),
}

/// Nobody owes more than the depth of a cap. What is on record beyond it and this, nanoseconds, was
/// written before the clock was set back; less is what clocks of several machines differ by.
const APART_NS: i64 = 60_000_000_000;

/// Counts a claim if it fits at `now_ns` (Unix nanoseconds). A debt that cannot be is none: else
/// everybody would be refused for as long as the clock was set back.
pub async fn take(tx: &mut Tx, claim: Claim, now_ns: i64) -> Result<Taken, StoreError> {
    const SQL: &str = "INSERT INTO limits AS known (cap, tenant, owed_until) \
         VALUES ($1, $2, $3 + $4) ON CONFLICT (cap, tenant) DO UPDATE SET owed_until = \
         CASE WHEN known.owed_until BETWEEN $3 AND $6 THEN known.owed_until ELSE $3 END + $4 \
         WHERE CASE WHEN known.owed_until BETWEEN $3 AND $6 THEN known.owed_until - $3 ELSE 0 END \
         + $4 <= $5 RETURNING owed_until";
    let latest = now_ns
        .saturating_add(claim.depth_ns)
        .saturating_add(APART_NS);
    if claim.cost_ns <= claim.depth_ns {
        let counted: Option<i64> = on!(tx, |c| sqlx::query_scalar(SQL)
            .bind(claim.cap)
            .bind(claim.tenant)
            .bind(now_ns)
            .bind(claim.cost_ns)
            .bind(claim.depth_ns)
            .bind(latest)
            .fetch_optional(c)
            .await)?;
        if let Some(owed_until) = counted {
            return Ok(Taken::Counted(owed_until));
        }
    }
    let owed_until = by_tenant(tx, claim.cap, claim.tenant).await?;
    let owed_until = owed_until.filter(|until| (now_ns..=latest).contains(until));
    Ok(Taken::TooMuch(owed_until.unwrap_or(now_ns)))
}

async fn by_tenant(tx: &mut Tx, cap: &str, tenant: i64) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT owed_until FROM limits WHERE cap = $1 AND tenant = $2";
    let owed_until = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(cap)
        .bind(tenant)
        .fetch_optional(c)
        .await)?;
    Ok(owed_until)
}

/// Forgets those who owe nothing at `now_ns` (Unix nanoseconds). Answers how many.
pub async fn delete_rested(tx: &mut Tx, now_ns: i64) -> Result<u64, StoreError> {
    let sql = dialect::forget_rested(&tx.engine);
    let deleted = on!(tx, |c| sqlx::query(sql)
        .bind(now_ns)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted)
}
