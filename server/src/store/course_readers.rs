//! Who gets the course by mail, and how far they are. See `crate::newsletter::course`.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// Where somebody stands with the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A lesson comes when it is due.
    Reading,
    /// The reader paused it.
    Paused,
    /// It paused by itself: nothing was heard of the reader.
    Silent,
    /// Every lesson has been sent.
    Finished,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Reading, Self::Paused, Self::Silent, Self::Finished];

    /// The name used in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Paused => "paused",
            Self::Silent => "silent",
            Self::Finished => "finished",
        }
    }
}

/// Somebody who gets the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Id of the subscriber.
    pub subscriber: Id,
    /// Where they stand.
    pub state: State,
    /// Lessons sent since they last said to go on.
    pub unanswered: i64,
    /// Path of the last lesson that was sent.
    pub lesson: Option<String>,
    /// When the next lesson may leave, Unix milliseconds.
    pub due_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    subscriber_id: String,
    state: String,
    unanswered: i64,
    lesson: Option<String>,
    due_at: i64,
}

impl TryFrom<Row> for Reader {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            subscriber: row.subscriber_id.parse().map_err(StoreError::corrupt)?,
            state: state(&row.state)?,
            unanswered: row.unanswered,
            lesson: row.lesson,
            due_at: row.due_at,
        })
    }
}

fn state(name: &str) -> Result<State, StoreError> {
    let found = State::ALL.into_iter().find(|state| state.as_str() == name);
    found.ok_or_else(|| StoreError::corrupt(format!("state of a reader {name:?}")))
}

/// Somebody wants the course: the next lesson is due now. Who has it already goes on as before.
pub async fn insert(tx: &mut Tx, subscriber: Id, now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO course_readers (subscriber_id, state, due_at) \
         VALUES ($1, 'reading', $2) ON CONFLICT (subscriber_id) DO NOTHING";
    on!(tx, |c| sqlx::query(SQL)
        .bind(subscriber.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Somebody wants it no more. What they have had stands in the ledger.
pub async fn delete(tx: &mut Tx, subscriber: Id) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM course_readers WHERE subscriber_id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(subscriber.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Where a subscriber stands; nothing where they do not get the course.
pub async fn by_subscriber(tx: &mut Tx, subscriber: Id) -> Result<Option<Reader>, StoreError> {
    const SQL: &str = "SELECT * FROM course_readers WHERE subscriber_id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(subscriber.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Reader::try_from).transpose()
}

/// The first `limit` of those whose lesson is due and who can be reached.
pub async fn list_due(tx: &mut Tx, now_ms: i64, limit: i64) -> Result<Vec<Reader>, StoreError> {
    const SQL: &str = "SELECT r.* FROM course_readers r JOIN subscribers s \
         ON s.id = r.subscriber_id AND s.status = 'confirmed' AND s.suppressed_at IS NULL \
         WHERE r.state = 'reading' AND r.due_at <= $1 ORDER BY r.due_at, r.subscriber_id LIMIT $2";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(now_ms)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Reader::try_from).collect()
}

/// Paths of the lessons that somebody was sent or is being sent, by the ledger.
pub async fn list_had(tx: &mut Tx, subscriber: Id) -> Result<Vec<String>, StoreError> {
    const SQL: &str = "SELECT DISTINCT i.lesson FROM mailings m JOIN issues i \
         ON i.number = m.issue WHERE m.subscriber_id = $1 AND i.lesson IS NOT NULL \
         AND m.state <> 'dropped' \
         AND (i.state <> 'cancelled' OR m.state NOT IN ('queued', 'deferred'))";
    let had = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(subscriber.to_string())
        .fetch_all(c)
        .await)?;
    Ok(had)
}

/// Moves a reader on, if they still stand where they were `read`. Answers whether they did.
pub async fn update_turn(tx: &mut Tx, read: &Reader, next: &Reader) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE course_readers SET state = $2, unanswered = $3, lesson = $4, \
         due_at = $5 WHERE subscriber_id = $1 AND state = $6 AND unanswered = $7 AND due_at = $8";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(read.subscriber.to_string())
        .bind(next.state.as_str())
        .bind(next.unanswered)
        .bind(&next.lesson)
        .bind(next.due_at)
        .bind(read.state.as_str())
        .bind(read.unanswered)
        .bind(read.due_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// The reader says to go on: from where it was, and as soon as a lesson is due.
pub async fn update_answered(tx: &mut Tx, subscriber: Id) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE course_readers SET state = 'reading', unanswered = 0 \
         WHERE subscriber_id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(subscriber.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The reader pauses it. One that is finished, or paused, stays so.
pub async fn update_paused(tx: &mut Tx, subscriber: Id) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE course_readers SET state = 'paused' \
         WHERE subscriber_id = $1 AND state IN ('reading', 'silent')";
    on!(tx, |c| sqlx::query(SQL)
        .bind(subscriber.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes down who gets a lesson, an issue, into the ledger, from position 1.
pub async fn insert_mailings(
    tx: &mut Tx,
    issue: i64,
    subscribers: &[Id],
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO mailings (issue, position, subscriber_id, state) \
         VALUES ($1, $2, $3, 'queued')";
    for (position, subscriber) in (1_i64..).zip(subscribers) {
        on!(tx, |c| sqlx::query(SQL)
            .bind(issue)
            .bind(position)
            .bind(subscriber.to_string())
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// How many stand where: state, last lesson, count.
pub async fn count(tx: &mut Tx) -> Result<Vec<(State, Option<String>, i64)>, StoreError> {
    const SQL: &str = "SELECT state, lesson, COUNT(*) FROM course_readers GROUP BY state, lesson";
    let rows: Vec<(String, Option<String>, i64)> =
        on!(tx, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    let rows = rows.into_iter();
    rows.map(|(name, lesson, count)| Ok((state(&name)?, lesson, count)))
        .collect()
}
