//! Who reads the newsletter, and what they agreed to.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Asked for, and not confirmed from the address itself.
    Pending,
    /// Confirmed.
    Confirmed,
    /// Ended by its owner.
    Ended,
}

impl Status {
    const ALL: [Self; 3] = [Self::Pending, Self::Confirmed, Self::Ended];

    /// The name used in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Ended => "ended",
        }
    }
}

/// Somebody who reads the newsletter, or wanted to.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Id of the row.
    pub id: Id,
    /// Address, in lower case.
    pub email: String,
    /// Where the subscription stands.
    pub status: Status,
    /// Names of topics, with spaces between them.
    pub topics: String,
    /// `each`, `weekly` or `monthly`.
    pub frequency: String,
    /// What stands in every message to them.
    pub key: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Why nothing is sent although the subscription stands, if so.
    pub suppressed: Option<String>,
}

impl std::fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscriber")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    status: String,
    topics: String,
    frequency: String,
    key: String,
    created_at: i64,
    suppressed_because: Option<String>,
}

impl TryFrom<Row> for Subscriber {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let mut all = Status::ALL.into_iter();
        let status = all.find(|status| status.as_str() == row.status);
        let wrong = || StoreError::corrupt(format!("status of a subscriber {:?}", row.status));
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            status: status.ok_or_else(wrong)?,
            email: row.email,
            topics: row.topics,
            frequency: row.frequency,
            key: row.key,
            created_at: row.created_at,
            suppressed: row.suppressed_because,
        })
    }
}

/// Somebody asked to subscribe: makes the row, or brings one that is not confirmed up to date, with
/// the digest of the secret that confirms. A confirmed one stays as it is.
pub async fn upsert_asked(
    tx: &mut Tx,
    new: &Subscriber,
    (confirm_sha256, confirm_until): (&str, i64),
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO subscribers (id, email, status, topics, frequency, key, \
         confirm_sha256, confirm_until, created_at) \
         VALUES ($1, $2, 'pending', $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (email) DO UPDATE SET status = 'pending', topics = excluded.topics, \
         frequency = excluded.frequency, confirm_sha256 = excluded.confirm_sha256, \
         confirm_until = excluded.confirm_until WHERE subscribers.status <> 'confirmed'";
    on!(tx, |c| sqlx::query(SQL)
        .bind(new.id.to_string())
        .bind(&new.email)
        .bind(&new.topics)
        .bind(&new.frequency)
        .bind(&new.key)
        .bind(confirm_sha256)
        .bind(confirm_until)
        .bind(new.created_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The subscriber of this address, which is in lower case.
pub async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<Subscriber>, StoreError> {
    const SQL: &str = "SELECT * FROM subscribers WHERE email = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(email)
        .fetch_optional(c)
        .await)?;
    row.map(Subscriber::try_from).transpose()
}

/// The subscriber with this id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<Subscriber>, StoreError> {
    const SQL: &str = "SELECT * FROM subscribers WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Subscriber::try_from).transpose()
}

/// Subscribers after the one with the id `after`, oldest first, whose address contains `part`,
/// which is in lower case.
pub async fn list(
    tx: &mut Tx,
    part: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Subscriber>, StoreError> {
    const SQL: &str = "SELECT * FROM subscribers WHERE id > $1 AND email LIKE $2 ESCAPE '!' \
         ORDER BY id LIMIT $3";
    let part = part
        .replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_");
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(after)
        .bind(format!("%{part}%"))
        .bind(limit)
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Subscriber::try_from).collect()
}

/// How many subscribe, how many have not confirmed, how many have left, and to how many of those
/// who subscribe nothing is sent because it does not arrive.
pub async fn count(tx: &mut Tx) -> Result<[i64; 4], StoreError> {
    const SQL: &str = "SELECT status, COUNT(*), COUNT(suppressed_at) FROM subscribers \
         GROUP BY status";
    let rows: Vec<(String, i64, i64)> = on!(tx, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    let of = |status: Status| {
        let found = rows.iter().find(|(name, ..)| name == status.as_str());
        found.map_or((0, 0), |(_, all, suppressed)| (*all, *suppressed))
    };
    let (confirmed, suppressed) = of(Status::Confirmed);
    Ok([
        confirmed,
        of(Status::Pending).0,
        of(Status::Ended).0,
        suppressed,
    ])
}

/// Makes a confirmed subscriber of somebody who agreed elsewhere. Answers false if the address is
/// known: whoever has left stays away.
pub async fn insert_confirmed(tx: &mut Tx, new: &Subscriber) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO subscribers (id, email, status, topics, frequency, key, \
         created_at, confirmed_at) VALUES ($1, $2, 'confirmed', $3, $4, $5, $6, $6) \
         ON CONFLICT (email) DO NOTHING";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(new.id.to_string())
        .bind(&new.email)
        .bind(&new.topics)
        .bind(&new.frequency)
        .bind(&new.key)
        .bind(new.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made == 1)
}

/// Nothing is sent to somebody any more, for this reason.
pub async fn update_suppressed(
    tx: &mut Tx,
    id: Id,
    because: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE subscribers SET suppressed_at = $2, suppressed_because = $3 \
         WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .bind(because)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets an address. What was agreed to stays, under its digest; what was sent stays, under a
/// number. Answers whether it was there.
pub async fn delete(tx: &mut Tx, id: Id) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM subscribers WHERE id = $1";
    let gone = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(gone == 1)
}

/// Whose messages this key stands in.
pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<Subscriber>, StoreError> {
    const SQL: &str = "SELECT * FROM subscribers WHERE key = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(key)
        .fetch_optional(c)
        .await)?;
    row.map(Subscriber::try_from).transpose()
}

/// Who is confirmed by the secret with this digest, unless its time is over.
pub async fn by_confirmation(
    tx: &mut Tx,
    confirm_sha256: &str,
    now_ms: i64,
) -> Result<Option<Subscriber>, StoreError> {
    const SQL: &str = "SELECT * FROM subscribers WHERE confirm_sha256 = $1 AND confirm_until > $2";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(confirm_sha256)
        .bind(now_ms)
        .fetch_optional(c)
        .await)?;
    row.map(Subscriber::try_from).transpose()
}

/// The owner of the address wants it. Answers whether that was news.
pub async fn update_confirmed(tx: &mut Tx, id: Id, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE subscribers SET status = 'confirmed', confirmed_at = $2, \
         ended_at = NULL, bounces = 0, suppressed_at = NULL, suppressed_because = NULL \
         WHERE id = $1 AND (status <> 'confirmed' OR suppressed_at IS NOT NULL)";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Its owner ended it. What would confirm it again is void. Answers whether that was news.
pub async fn update_ended(tx: &mut Tx, id: Id, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE subscribers SET status = 'ended', ended_at = $2, \
         confirm_sha256 = NULL, confirm_until = NULL WHERE id = $1 AND status <> 'ended'";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// An issue bounced: with the `most`th in a row the address gets no more, for this reason.
pub async fn update_bounced(
    tx: &mut Tx,
    id: Id,
    (most, because): (i64, &str),
    now_ms: i64,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE subscribers SET bounces = bounces + 1, \
         suppressed_at = CASE WHEN bounces + 1 >= $2 THEN COALESCE(suppressed_at, $3) \
         ELSE suppressed_at END, \
         suppressed_because = CASE WHEN bounces + 1 >= $2 THEN COALESCE(suppressed_because, $4) \
         ELSE suppressed_because END WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(most)
        .bind(now_ms)
        .bind(because)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Changes what somebody wants to read, and how often.
pub async fn update_wishes(
    tx: &mut Tx,
    id: Id,
    (topics, frequency): (&str, &str),
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE subscribers SET topics = $2, frequency = $3 WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(topics)
        .bind(frequency)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What somebody did about a subscription.
#[derive(Debug, Clone)]
pub struct Consent<'a> {
    /// Id of the row.
    pub id: Id,
    /// SHA-256 of the address.
    pub email_sha256: String,
    /// `asked`, `confirmed`, `changed` or `ended`.
    pub event: &'static str,
    /// The words they saw, or what they chose.
    pub words: String,
    /// Where they did it.
    pub source: &'a str,
    /// Unix milliseconds.
    pub at: i64,
}

/// Keeps the proof.
pub async fn insert_consent(tx: &mut Tx, consent: &Consent<'_>) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO consents (id, email_sha256, event, words, source, at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    on!(tx, |c| sqlx::query(SQL)
        .bind(consent.id.to_string())
        .bind(&consent.email_sha256)
        .bind(consent.event)
        .bind(&consent.words)
        .bind(consent.source)
        .bind(consent.at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What somebody did, in order: event, words, source.
pub async fn list_consents(
    tx: &mut Tx,
    email_sha256: &str,
) -> Result<Vec<(String, String, String)>, StoreError> {
    const SQL: &str = "SELECT event, words, source FROM consents WHERE email_sha256 = $1 \
         ORDER BY at, id";
    let found = on!(tx, |c| sqlx::query_as(SQL)
        .bind(email_sha256)
        .fetch_all(c)
        .await)?;
    Ok(found)
}
