//! People with an account.

use super::{StoreError, Tx, on};
use crate::ids::Id;

/// Somebody with an account. Their address is verified: the account was made by opening a link
/// sent to it, or by an operator.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Id of the row.
    pub id: Id,
    /// Address, in lower case.
    pub email: String,
    /// PHC string of the password; `None` for who signs in by mailed links only.
    pub password_hash: Option<String>,
    /// Whether they may administer this instance.
    pub is_admin: bool,
    /// Their own cap on submissions per minute; nothing where the instance's applies.
    pub submissions_per_minute: Option<i64>,
    /// Unix milliseconds.
    pub created_at: i64,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither address nor hash belongs in a log.
        f.debug_struct("User")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    password_hash: Option<String>,
    is_admin: bool,
    submissions_per_minute: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for User {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.parse().map_err(StoreError::corrupt)?,
            email: row.email,
            password_hash: row.password_hash,
            is_admin: row.is_admin,
            submissions_per_minute: row.submissions_per_minute,
            created_at: row.created_at,
        })
    }
}

/// Makes an account. Answers false if the address has one.
pub async fn insert(tx: &mut Tx, user: &User) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO users (id, email, password_hash, is_admin, created_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING";
    let made = on!(tx, |c| sqlx::query(SQL)
        .bind(user.id.to_string())
        .bind(&user.email)
        .bind(&user.password_hash)
        .bind(user.is_admin)
        .bind(user.created_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(made == 1)
}

/// The account with this id.
pub async fn by_id(tx: &mut Tx, id: Id) -> Result<Option<User>, StoreError> {
    const SQL: &str = "SELECT * FROM users WHERE id = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(id.to_string())
        .fetch_optional(c)
        .await)?;
    row.map(User::try_from).transpose()
}

/// The account of this address, which is in lower case.
pub async fn by_email(tx: &mut Tx, email: &str) -> Result<Option<User>, StoreError> {
    const SQL: &str = "SELECT * FROM users WHERE email = $1";
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(email)
        .fetch_optional(c)
        .await)?;
    row.map(User::try_from).transpose()
}

/// Accounts by address, after the address `after`, at most `limit`.
pub async fn list(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<User>, StoreError> {
    const SQL: &str = "SELECT * FROM users WHERE email > $1 ORDER BY email LIMIT $2";
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(SQL)
        .bind(after)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(User::try_from).collect()
}

/// How many accounts there are.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM users";
    let count = on!(tx, |c| sqlx::query_scalar(SQL).fetch_one(c).await)?;
    Ok(count)
}

/// Gives an account another password.
pub async fn update_password(tx: &mut Tx, id: Id, hash: &str) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE users SET password_hash = $2 WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(hash)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Gives an account another address. Answers false if that address has an account.
pub async fn update_email(tx: &mut Tx, id: Id, email: &str) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE users SET email = $2 WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM users other WHERE other.email = $2)";
    let changed = on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(email)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed == 1)
}

/// Lets somebody administer this instance, or no longer.
pub async fn update_admin(tx: &mut Tx, id: Id, is_admin: bool) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE users SET is_admin = $2 WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(is_admin)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Gives somebody a cap of their own on submissions per minute, or the instance's.
pub async fn update_quota(tx: &mut Tx, id: Id, per_minute: Option<i64>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE users SET submissions_per_minute = $2 WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .bind(per_minute)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Deletes an account with its sessions, links and progress. Its submissions go first, by
/// `submissions::delete_by_user`.
pub async fn delete(tx: &mut Tx, id: Id) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM users WHERE id = $1";
    on!(tx, |c| sqlx::query(SQL)
        .bind(id.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
