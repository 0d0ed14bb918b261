//! The ledger: who gets which issue, and what became of it. See `crate::newsletter::sending`.

mod counts;
mod recipients;

pub use counts::{Counts, count, count_since};
use recipients::audience;
pub use recipients::{Whom, count_recipients, insert_recipients};

use super::{StoreError, Tx, dialect, on};
use crate::ids::Id;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits.
    Queued,
    /// A sender has it.
    InFlight,
    /// The mail server took it.
    Sent,
    /// The mail server asked for another try, later.
    Deferred,
    /// The mail server refused it for good, or for a whole day.
    Bounced,
    /// It was handed over more than once and no answer came: nobody knows whether it arrived.
    Uncertain,
    /// Its reader left before it was their turn.
    Dropped,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::InFlight,
        Self::Sent,
        Self::Deferred,
        Self::Bounced,
        Self::Uncertain,
        Self::Dropped,
    ];

    /// The name used in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InFlight => "in_flight",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Bounced => "bounced",
            Self::Uncertain => "uncertain",
            Self::Dropped => "dropped",
        }
    }
}

/// Somebody whose turn comes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Waiting {
    /// Place in the list of recipients, from 1.
    pub position: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// How often nobody knows whether it left.
    pub uncertain: i64,
    /// When it was tried first, Unix milliseconds.
    pub first_at: Option<i64>,
    /// Where to; nothing where the reader is gone or wants no more.
    pub email: Option<String>,
    /// What stands in every message to them.
    pub key: Option<String>,
    /// Names of the topics they want.
    pub topics: Option<String>,
    /// Name of their audience; `everyone` where it was not asked for.
    pub audience: String,
}

/// What became of a delivery, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the list.
    pub position: i64,
    /// Where it stands now.
    pub state: State,
    /// How often it was tried.
    pub attempts: i64,
    /// How often nobody knows whether it left.
    pub uncertain: i64,
    /// Not before this time, Unix milliseconds.
    pub due_at: i64,
    /// When it was tried first, Unix milliseconds; nothing where it was not.
    pub first_at: Option<i64>,
    /// When this happened, Unix milliseconds.
    pub at: i64,
    /// What the mail server said.
    pub reply: String,
}

/// Which rows of the ledger a sender works on: every `lanes`th, from `lane`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The issue.
    pub issue: i64,
    /// Number of the lane, from 0.
    pub lane: i64,
    /// How many lanes there are.
    pub lanes: i64,
}

/// The next `limit` of a lane that have not been tried, after `position`; with the audience of
/// each, where `since` says from when on somebody practises, Unix milliseconds.
pub async fn list_queued(
    tx: &mut Tx,
    lane: Lane,
    position: i64,
    (limit, since): (i64, Option<i64>),
) -> Result<Vec<Waiting>, StoreError> {
    const SQL: &str = concat!(
        "SELECT d.position, d.attempts, d.uncertain, d.first_at, s.email, s.key, \
         s.topics, ",
        audience!("$6"),
        " AS audience FROM mailings d LEFT JOIN subscribers s ON s.id = d.subscriber_id \
         AND s.status = 'confirmed' AND s.suppressed_at IS NULL \
         WHERE d.issue = $1 AND d.state = 'queued' AND d.due_at = 0 AND d.position > $2 \
         AND d.position % $3 = $4 ORDER BY d.position LIMIT $5"
    );
    let rows = on!(tx, |c| sqlx::query_as(SQL)
        .bind(lane.issue)
        .bind(position)
        .bind(lane.lanes)
        .bind(lane.lane)
        .bind(limit)
        .bind(since)
        .fetch_all(c)
        .await)?;
    Ok(rows)
}

/// The next `limit` of a lane that were put off and are due; `since` as in [`list_queued`].
pub async fn list_deferred(
    tx: &mut Tx,
    lane: Lane,
    now_ms: i64,
    (limit, since): (i64, Option<i64>),
) -> Result<Vec<Waiting>, StoreError> {
    const SQL: &str = concat!(
        "SELECT d.position, d.attempts, d.uncertain, d.first_at, s.email, s.key, \
         s.topics, ",
        audience!("$6"),
        " AS audience FROM mailings d LEFT JOIN subscribers s ON s.id = d.subscriber_id \
         AND s.status = 'confirmed' AND s.suppressed_at IS NULL \
         WHERE d.issue = $1 AND d.state = 'deferred' AND d.due_at <= $2 \
         AND d.position % $3 = $4 ORDER BY d.due_at, d.position LIMIT $5"
    );
    let rows = on!(tx, |c| sqlx::query_as(SQL)
        .bind(lane.issue)
        .bind(now_ms)
        .bind(lane.lanes)
        .bind(lane.lane)
        .bind(limit)
        .bind(since)
        .fetch_all(c)
        .await)?;
    Ok(rows)
}

/// When the next delivery of a lane that was put off is due, Unix milliseconds.
pub async fn next_due(tx: &mut Tx, lane: Lane) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT MIN(due_at) FROM mailings WHERE issue = $1 \
         AND state = 'deferred' AND position % $2 = $3";
    let due = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(lane.issue)
        .bind(lane.lanes)
        .bind(lane.lane)
        .fetch_one(c)
        .await)?;
    Ok(due)
}

/// Notes that a sender has these; what it was before is kept, but for the state.
pub async fn update_flying(tx: &mut Tx, issue: i64, positions: &[i64]) -> Result<(), StoreError> {
    let sql = dialect::fly(&tx.engine);
    let positions = serde_json::to_string(positions).map_err(StoreError::corrupt)?;
    on!(tx, |c| sqlx::query(sql)
        .bind(issue)
        .bind(&positions)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Notes what became of deliveries that were in flight.
pub async fn update_landed(tx: &mut Tx, issue: i64, entries: &[Entry]) -> Result<(), StoreError> {
    let sql = dialect::land(&tx.engine);
    let rows = entries.iter().map(|entry| {
        serde_json::json!([
            entry.position,
            entry.state.as_str(),
            entry.attempts,
            entry.uncertain,
            entry.due_at,
            entry.first_at,
            entry.at,
            entry.reply,
        ])
    });
    let rows = serde_json::Value::from_iter(rows).to_string();
    on!(tx, |c| sqlx::query(sql)
        .bind(issue)
        .bind(&rows)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The positions of what is in flight in a lane.
pub async fn list_in_flight(tx: &mut Tx, lane: Lane) -> Result<Vec<i64>, StoreError> {
    const SQL: &str = "SELECT position FROM mailings \
         WHERE issue = $1 AND state = 'in_flight' AND position % $2 = $3";
    let positions = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(lane.issue)
        .bind(lane.lanes)
        .bind(lane.lane)
        .fetch_all(c)
        .await)?;
    Ok(positions)
}

/// Writes that the mail server had taken these when their sender ended.
pub async fn update_noted(
    tx: &mut Tx,
    issue: i64,
    positions: &[i64],
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE mailings SET state = 'sent', attempts = attempts + 1, at = $3, \
         due_at = 0, first_at = COALESCE(first_at, $3), reply = 'taken; its sender ended then' \
         WHERE issue = $1 AND position = $2 AND state = 'in_flight'";
    for position in positions {
        on!(tx, |c| sqlx::query(SQL)
            .bind(issue)
            .bind(*position)
            .bind(now_ms)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Puts back into the queue what a sender that is gone had in flight: it may have left. Answers how
/// many.
pub async fn update_stranded(tx: &mut Tx, lane: Lane) -> Result<u64, StoreError> {
    const SQL: &str = "UPDATE mailings SET state = 'queued', due_at = 0, \
         uncertain = uncertain + 1 \
         WHERE issue = $1 AND state = 'in_flight' AND position % $2 = $3";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(lane.issue)
        .bind(lane.lanes)
        .bind(lane.lane)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed)
}

/// The mail system said later that a delivery did not arrive. Answers whether that was news.
pub async fn update_returned(
    tx: &mut Tx,
    (issue, position): (i64, i64),
    reply: &str,
    now_ms: i64,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE mailings SET state = 'bounced', reply = $3, at = $4 \
         WHERE issue = $1 AND position = $2 AND state IN ('sent', 'uncertain')";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(issue)
        .bind(position)
        .bind(reply)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Who a delivery goes to, unless that was forgotten.
pub async fn subscriber(
    tx: &mut Tx,
    (issue, position): (i64, i64),
) -> Result<Option<Id>, StoreError> {
    const SQL: &str = "SELECT subscriber_id FROM mailings WHERE issue = $1 AND position = $2";
    let id: Option<String> = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(issue)
        .bind(position)
        .fetch_optional(c)
        .await)?;
    let id = id.filter(|id| !id.is_empty());
    id.map(|id| id.parse().map_err(StoreError::corrupt))
        .transpose()
}

/// Whether any delivery of an issue has not come to its end.
pub async fn has_open(tx: &mut Tx, issue: i64) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM mailings WHERE issue = $1 \
         AND state IN ('queued', 'in_flight', 'deferred') LIMIT 1) AS open_";
    let count: i64 = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(issue)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// One line of who got what.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// The issue.
    pub issue: i64,
    /// Place in the list.
    pub position: i64,
    /// The address; nothing once its owner was erased.
    pub email: Option<String>,
    /// Where it stands.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// How often nobody knows whether it left.
    pub uncertain: i64,
    /// When it came to stand there, Unix milliseconds.
    pub at: Option<i64>,
    /// What the mail server said.
    pub reply: Option<String>,
}

/// Who got an issue, after `position`; with `state`, only those that stand there; with
/// `uncertain`, only those of whom nobody knows for sure.
pub async fn list_lines(
    tx: &mut Tx,
    issue: i64,
    (state, uncertain): (&str, bool),
    position: i64,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    const SQL: &str = "SELECT d.issue, d.position, s.email, d.state, d.attempts, d.uncertain, \
         d.at, d.reply FROM mailings d LEFT JOIN subscribers s ON s.id = d.subscriber_id \
         WHERE d.issue = $1 AND d.position > $2 AND ($3 = '' OR d.state = $3) \
         AND d.uncertain >= $4 ORDER BY d.position LIMIT $5";
    let rows = on!(tx, |c| sqlx::query_as(SQL)
        .bind(issue)
        .bind(position)
        .bind(state)
        .bind(i64::from(uncertain))
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows)
}

/// What somebody was sent, the newest first.
pub async fn list_of(tx: &mut Tx, subscriber: Id, limit: i64) -> Result<Vec<Line>, StoreError> {
    const SQL: &str = "SELECT d.issue, d.position, s.email, d.state, d.attempts, d.uncertain, \
         d.at, d.reply FROM mailings d LEFT JOIN subscribers s ON s.id = d.subscriber_id \
         WHERE d.subscriber_id = $1 ORDER BY d.issue DESC LIMIT $2";
    let rows = on!(tx, |c| sqlx::query_as(SQL)
        .bind(subscriber.to_string())
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows)
}
