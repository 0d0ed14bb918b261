//! What a database says of itself.

use super::{StoreError, Tx, dialect, on};

impl Tx {
    /// What the database calls itself, and its clock, Unix milliseconds, where it has its own.
    pub async fn about(&mut self) -> Result<(String, Option<i64>), StoreError> {
        let sql = dialect::about(&self.engine);
        Ok(on!(self, |c| sqlx::query_as(sql).fetch_one(c).await)?)
    }
}
