//! What is sent to many: issues of the newsletter and digests, and what has appeared on the site.

use super::{StoreError, Tx, on};

/// Where an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Waits for its time.
    Scheduled,
    /// Its time passed while nobody could send it, and it was too late.
    Missed,
    /// The list of recipients is being written.
    Collecting,
    /// On its way.
    Sending,
    /// Held up by hand, or because it could not go on.
    Paused,
    /// Everybody has it, or will not get it.
    Sent,
    /// Given up by hand; who had it has it.
    Cancelled,
}

impl State {
    const ALL: [Self; 8] = [
        Self::Draft,
        Self::Scheduled,
        Self::Missed,
        Self::Collecting,
        Self::Sending,
        Self::Paused,
        Self::Sent,
        Self::Cancelled,
    ];

    /// The name used in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Missed => "missed",
            Self::Collecting => "collecting",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether its text may still be changed, and it may be sent or scheduled.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Scheduled | Self::Missed)
    }
}

/// An issue, or a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number: 1 is the first.
    pub number: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Whether it is a digest: made by the program, and not in the archive.
    pub is_digest: bool,
    /// Path of the lesson of the course by mail that it brings, if it does.
    pub lesson: Option<String>,
    /// For whom it is: those who want things `each`, `weekly` or `monthly`.
    pub frequency: String,
    /// Its subject.
    pub subject: String,
    /// A sentence about it.
    pub summary: String,
    /// Its parts, as JSON.
    pub parts: String,
    /// Where it stands.
    pub state: State,
    /// When it is to be sent, Unix milliseconds.
    pub send_at: Option<i64>,
    /// How much later than that it may still be sent, milliseconds.
    pub late_ms: i64,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When its sending began, Unix milliseconds.
    pub started_at: Option<i64>,
    /// When its sending ended, Unix milliseconds.
    pub finished_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    slug: String,
    kind: String,
    frequency: String,
    subject: String,
    summary: String,
    parts: String,
    state: String,
    send_at: Option<i64>,
    late_ms: i64,
    created_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    lesson: Option<String>,
}

impl TryFrom<Row> for Issue {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let mut all = State::ALL.into_iter();
        let state = all.find(|state| state.as_str() == row.state);
        let wrong = || StoreError::corrupt(format!("state of an issue {:?}", row.state));
        Ok(Self {
            number: row.number,
            slug: row.slug,
            is_digest: row.kind == "digest",
            lesson: row.lesson,
            frequency: row.frequency,
            subject: row.subject,
            summary: row.summary,
            parts: row.parts,
            state: state.ok_or_else(wrong)?,
            send_at: row.send_at,
            late_ms: row.late_ms,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
    }
}

/// The number that the next issue gets.
pub async fn next_number(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COALESCE(MAX(number), 0) + 1 FROM issues";
    let next: i64 = on!(tx, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
    Ok(next)
}

/// Makes an issue. Answers false if there is one with its number or slug.
pub async fn insert(tx: &mut Tx, issue: &Issue) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO issues (number, slug, kind, frequency, subject, summary, parts, \
         state, send_at, late_ms, created_at, lesson) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    let kind = if issue.is_digest { "digest" } else { "issue" };
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(issue.number)
        .bind(&issue.slug)
        .bind(kind)
        .bind(&issue.frequency)
        .bind(&issue.subject)
        .bind(&issue.summary)
        .bind(&issue.parts)
        .bind(issue.state.as_str())
        .bind(issue.send_at)
        .bind(issue.late_ms)
        .bind(issue.created_at)
        .bind(&issue.lesson)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made == 1)
}

/// Changes the text of an issue that has not been sent. Answers whether there was one.
pub async fn update_text(tx: &mut Tx, issue: &Issue) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE issues SET slug = $2, subject = $3, summary = $4, parts = $5 \
         WHERE number = $1 AND state IN ('draft', 'scheduled', 'missed')";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(issue.number)
        .bind(&issue.slug)
        .bind(&issue.subject)
        .bind(&issue.summary)
        .bind(&issue.parts)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// The issue with this number.
pub async fn by_number(tx: &mut Tx, number: i64) -> Result<Option<Issue>, StoreError> {
    const SQL: &str = "SELECT * FROM issues WHERE number = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(number)
        .fetch_optional(c)
        .await)?;
    row.map(Issue::try_from).transpose()
}

/// Whether an issue stands there. Its text, which may be long, is not read.
pub async fn is_in(tx: &mut Tx, number: i64, state: State) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM issues WHERE number = $1 AND state = $2";
    let count: i64 = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(number)
        .bind(state.as_str())
        .fetch_one(c)
        .await)?;
    Ok(count == 1)
}

/// The issue with this name that has been sent, or is being sent.
pub async fn by_slug(tx: &mut Tx, slug: &str) -> Result<Option<Issue>, StoreError> {
    const SQL: &str = "SELECT * FROM issues WHERE slug = $1 AND kind = 'issue' \
         AND started_at IS NOT NULL AND state <> 'cancelled'";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(slug)
        .fetch_optional(c)
        .await)?;
    row.map(Issue::try_from).transpose()
}

/// Issues and digests, the newest first; lessons of the course by mail are not among them.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<Issue>, StoreError> {
    const SQL: &str = "SELECT * FROM issues WHERE lesson IS NULL ORDER BY number DESC LIMIT $1";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Issue::try_from).collect()
}

/// What the archive shows: issues whose sending has begun, the newest first.
pub async fn list_published(tx: &mut Tx, limit: i64) -> Result<Vec<Issue>, StoreError> {
    const SQL: &str = "SELECT * FROM issues WHERE kind = 'issue' AND started_at IS NOT NULL \
         AND state <> 'cancelled' ORDER BY started_at DESC, number DESC LIMIT $1";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Issue::try_from).collect()
}

/// Issues whose time has come, Unix milliseconds.
pub async fn list_due(tx: &mut Tx, now_ms: i64) -> Result<Vec<Issue>, StoreError> {
    const SQL: &str = "SELECT * FROM issues WHERE state = 'scheduled' AND send_at <= $1 \
         ORDER BY send_at, number";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL).bind(now_ms).fetch_all(c).await)?;
    rows.into_iter().map(Issue::try_from).collect()
}

/// When the last digest for a frequency was made, Unix milliseconds.
pub async fn last_digest(tx: &mut Tx, frequency: &str) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT MAX(created_at) FROM issues WHERE kind = 'digest' \
         AND lesson IS NULL AND frequency = $1";
    let at = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(frequency)
        .fetch_one(c)
        .await)?;
    Ok(at)
}

/// Moves an issue on, if it stands in one of `from`. Answers whether it did.
pub async fn update_state(
    tx: &mut Tx,
    number: i64,
    from: &[State],
    to: State,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE issues SET state = $2 WHERE number = $1 AND state = $3";
    for from in from {
        let changed = on!(tx, |c| sqlx::query(SQL)
            .bind(number)
            .bind(to.as_str())
            .bind(from.as_str())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if changed == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Sets the time at which an issue is to be sent, and how much later it still may be.
pub async fn update_schedule(
    tx: &mut Tx,
    number: i64,
    (send_at, late_ms): (i64, i64),
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE issues SET state = 'scheduled', send_at = $2, late_ms = $3 \
         WHERE number = $1 AND state IN ('draft', 'scheduled', 'missed')";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(number)
        .bind(send_at)
        .bind(late_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Notes when the sending of an issue began; the first time counts.
pub async fn update_started(tx: &mut Tx, number: i64, now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE issues SET started_at = COALESCE(started_at, $2) WHERE number = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(number)
        .bind(now_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Notes when the sending of an issue ended.
pub async fn update_finished(tx: &mut Tx, number: i64, now_ms: i64) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE issues SET finished_at = $2 WHERE number = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(number)
        .bind(now_ms)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Something that has appeared.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Announcement {
    /// Where it is, a path of this site.
    pub path: String,
    /// Name of the topic it belongs to.
    pub topic: String,
    /// Name of the audience it is for.
    pub audience: String,
    /// Its title.
    pub title: String,
    /// What a digest says of it.
    pub markdown: String,
    /// When it appeared, Unix milliseconds.
    pub at: i64,
}

/// Notes that something has appeared; it does so once. Answers whether it was news.
pub async fn insert_announcement(tx: &mut Tx, new: &Announcement) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO announcements (path, topic, audience, title, markdown, at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(&new.path)
        .bind(&new.topic)
        .bind(&new.audience)
        .bind(&new.title)
        .bind(&new.markdown)
        .bind(new.at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made == 1)
}

/// What appeared after `from` and until `until`, Unix milliseconds, in order.
pub async fn list_announcements(
    tx: &mut Tx,
    from: i64,
    until: i64,
) -> Result<Vec<Announcement>, StoreError> {
    const SQL: &str = "SELECT * FROM announcements WHERE at > $1 AND at <= $2 ORDER BY at, path";
    let rows = on!(tx, |c| sqlx::query_as(SQL)
        .bind(from)
        .bind(until)
        .fetch_all(c)
        .await)?;
    Ok(rows)
}
