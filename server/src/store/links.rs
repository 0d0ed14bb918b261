//! Links that were mailed, under the digest of their secret. Each works once.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Makes an account.
    SignUp,
    /// Signs in without a password.
    SignIn,
    /// Lets the owner of an account choose a new password.
    Reset,
    /// Gives an account the address that the link was sent to.
    Email,
}

impl Purpose {
    const ALL: [Self; 4] = [Self::SignUp, Self::SignIn, Self::Reset, Self::Email];

    /// The name used in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::SignIn => "sign-in",
            Self::Reset => "reset",
            Self::Email => "email",
        }
    }

    /// How long a link of this kind works, milliseconds. What opens an account lives ten minutes
    /// (OWASP ASVS 5.0, 6.5.5); making one gives nobody anything that was not theirs.
    #[must_use]
    pub fn lives_ms(self) -> i64 {
        const MINUTE_MS: i64 = 60_000;
        match self {
            Self::SignIn | Self::Reset => 10 * MINUTE_MS,
            Self::SignUp | Self::Email => 24 * 60 * MINUTE_MS,
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| StoreError::corrupt(format!("purpose of a link {text:?}")))
    }
}

/// A link that was asked for.
#[derive(Clone)]
pub struct Link {
    /// Id of the row.
    pub id: Id,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it goes, in lower case.
    pub email: String,
    /// Whose address is to change.
    pub user_id: Option<Id>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When it stops working, Unix milliseconds.
    pub expires_at: i64,
    /// When it was used, Unix milliseconds.
    pub used_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    purpose: String,
    email: String,
    user_id: Option<String>,
    created_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<Row> for Link {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let user_id = row.user_id.map(|id| id.parse()).transpose();
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            purpose: Purpose::parse(&row.purpose)?,
            email: row.email,
            user_id: user_id.map_err(StoreError::corrupt)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        })
    }
}

/// Records that a link was asked for. It has no secret until it is mailed.
pub async fn insert(tx: &mut Tx, link: &Link) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO links \
         (id, purpose, email, user_id, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)";
    on!(tx, |c| sqlx::query(SQL)
        .bind(link.id.to_string())
        .bind(link.purpose.as_str())
        .bind(&link.email)
        .bind(link.user_id.map(|id| id.to_string()))
        .bind(link.created_at)
        .bind(link.expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The link with this id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<Link>, StoreError> {
    const SQL: &str = "SELECT * FROM links WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(Link::try_from).transpose()
}

/// The link with this secret, if it still works at `now_ms`.
pub async fn by_token(
    tx: &mut Tx,
    token_sha256: &str,
    now_ms: i64,
) -> Result<Option<Link>, StoreError> {
    const SQL: &str = "SELECT * FROM links \
         WHERE token_sha256 = $1 AND used_at IS NULL AND expires_at > $2";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(token_sha256)
        .bind(now_ms)
        .fetch_optional(c)
        .await)?;
    row.map(Link::try_from).transpose()
}

/// Gives a link its secret, just before it is mailed. A repeated mailing has a new one, and the
/// mail before it no longer works.
pub async fn update_token(tx: &mut Tx, id: Id, token_sha256: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE links SET token_sha256 = $2 WHERE id = $1 AND used_at IS NULL";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(token_sha256)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Uses a link up. Answers false if it was used before: of two who come at once, one.
pub async fn update_used(tx: &mut Tx, id: Id, now_ms: i64) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE links SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Forgets the links that were sent to an address, used or not.
pub async fn delete_by_email(tx: &mut Tx, email: &str) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM links WHERE email = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(email)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets the links by which somebody wanted another address.
pub async fn delete_by_user(tx: &mut Tx, user: Id) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM links WHERE user_id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(user.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets every link that has expired at `now_ms` (Unix milliseconds). Answers how many.
pub async fn delete_expired(tx: &mut Tx, now_ms: i64) -> Result<u64, StoreError> {
    const SQL: &str = "DELETE FROM links WHERE expires_at <= $1";
    let deleted = on!(tx, |c| sqlx::query(SQL)
        .bind(now_ms)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(deleted)
}
