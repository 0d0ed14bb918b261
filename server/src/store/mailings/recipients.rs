//! Whom an issue goes to.

use super::super::{StoreError, Tx, on};

/// The name of the audience that the subscriber `s` is in, `everyone` where nobody asks: where the
/// parameter, from when on somebody practises, is null. See `crate::newsletter::audience`.
macro_rules! audience {
    ($since:literal) => {
        concat!(
            "CASE WHEN CAST(",
            $since,
            " AS BIGINT) IS NULL THEN 'everyone' WHEN EXISTS (SELECT 1 FROM users u \
             JOIN progress p ON p.user_id = u.id WHERE u.email = s.email AND p.updated_at >= ",
            $since,
            ") OR EXISTS (SELECT 1 FROM users u JOIN submissions h ON h.user_id = u.id \
             WHERE u.email = s.email AND h.created_at >= ",
            $since,
            ") THEN 'practising' WHEN EXISTS (SELECT 1 FROM users u JOIN progress p \
             ON p.user_id = u.id WHERE u.email = s.email) OR EXISTS (SELECT 1 FROM users u \
             JOIN submissions h ON h.user_id = u.id WHERE u.email = s.email) THEN 'away' \
             ELSE 'reading' END"
        )
    };
}
pub(super) use audience;

/// Subscribers of one frequency who want a part of an issue and are in its audience.
macro_rules! recipients {
    ($frequency:literal, $until:literal, $after:literal, $parts:literal, $since:literal) => {
        concat!(
            "(SELECT id FROM (SELECT s.id, s.topics, ",
            audience!($since),
            " AS audience FROM subscribers s WHERE s.status = 'confirmed' AND s.frequency = ",
            $frequency,
            " AND s.confirmed_at <= ",
            $until,
            " AND s.id > ",
            $after,
            " AND s.suppressed_at IS NULL) AS asked WHERE ",
            recipients!("lessons", $parts),
            " OR ",
            recipients!("labs", $parts),
            " OR ",
            recipients!("articles", $parts),
            ")"
        )
    };
    ($topic:literal, $parts:literal) => {
        concat!(
            "(topics LIKE '%",
            $topic,
            "%' AND (",
            $parts,
            " LIKE '%",
            $topic,
            ":everyone%' OR ",
            $parts,
            " LIKE '%",
            $topic,
            ":' || audience || '%'))"
        )
    };
}

/// Whom an issue is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// Those who read at this frequency.
    pub frequency: String,
    /// For each part the names of its topic and its audience, as in `labs:everyone lessons:away`.
    pub parts: String,
    /// From when on somebody practises, Unix milliseconds; nothing where all parts are for
    /// everyone.
    pub since: Option<i64>,
}

/// Writes the next `limit` recipients of an issue into the ledger: confirmed until `until`.
/// Answers how many; none once all are in.
pub async fn insert_recipients(
    tx: &mut Tx,
    issue: i64,
    whom: &Whom,
    until: i64,
    limit: i64,
) -> Result<u64, StoreError> {
    const LAST: &str = "SELECT position, subscriber_id FROM mailings WHERE issue = $1 \
         ORDER BY position DESC LIMIT 1";
    const SQL: &str = concat!(
        "INSERT INTO mailings (issue, position, subscriber_id, state) \
         SELECT $1, $2 + ROW_NUMBER() OVER (ORDER BY id), id, 'queued' FROM (SELECT id FROM ",
        recipients!("$4", "$5", "$3", "$6", "$8"),
        " AS fitting ORDER BY id LIMIT $7) AS next"
    );
    let last: Option<(i64, String)> = on!(tx, |c| sqlx::query_as(LAST)
        .bind(issue)
        .fetch_optional(c)
        .await)?;
    let (position, id) = last.unwrap_or_default();
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(issue)
        .bind(position)
        .bind(&id)
        .bind(&whom.frequency)
        .bind(until)
        .bind(&whom.parts)
        .bind(limit)
        .bind(whom.since)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made)
}

/// How many an issue would go to, as in [`insert_recipients`].
pub async fn count_recipients(tx: &mut Tx, whom: &Whom, until: i64) -> Result<i64, StoreError> {
    const SQL: &str = concat!(
        "SELECT COUNT(*) FROM ",
        recipients!("$1", "$2", "''", "$3", "$4"),
        " AS fitting"
    );
    let count = on!(tx, |c| sqlx::query_scalar(SQL)
        .bind(&whom.frequency)
        .bind(until)
        .bind(&whom.parts)
        .bind(whom.since)
        .fetch_one(c)
        .await)?;
    Ok(count)
}
