//! What can go wrong in the store. That something is absent is not an error but an `Option`.

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::migrate::MigrateError;

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique or foreign key refused the write.
    #[error("conflict in the database: {0}")]
    Conflict(String),
    /// The database cannot be reached, is locked, full or restarting: worth another try later.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// What was read is not what this program writes, or the file is damaged.
    #[error("corrupt data in the database: {0}")]
    Corrupt(String),
    /// Rows were to come into a database that has some.
    #[error("the database is not empty: table {0} has rows; give one without")]
    NotEmpty(String),
    /// The schema is not one this program knows.
    #[error("database schema: {0}")]
    Schema(String),
    /// A fault of ours: a statement or a value the database does not understand.
    #[error("database error: {0}")]
    Internal(#[source] sqlx::Error),
}

impl StoreError {
    pub(crate) fn corrupt(what: impl ToString) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(error) => of_database(error),
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            // A connection that a restarting server cut off in the middle of a message.
            E::Protocol(_) | E::BeginFailed => Self::Unavailable(error.to_string()),
            E::ColumnDecode { .. } | E::Decode(_) => Self::Corrupt(error.to_string()),
            E::Migrate(error) => Self::from(*error),
            other => Self::Internal(other),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) => Self::from(error),
            MigrateError::VersionMissing(version) => Self::Schema(format!(
                "migration {version} was applied by a newer release; \
                 start that release or restore a backup"
            )),
            MigrateError::VersionMismatch(version) => Self::Schema(format!(
                "migration {version} was applied in a different form; \
                 this database was made by another build"
            )),
            other => Self::Schema(other.to_string()),
        }
    }
}

fn of_database(error: Box<dyn DatabaseError>) -> StoreError {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation => StoreError::Conflict(text),
        _ => match error.code().as_deref().map_or(Fault::Other, fault) {
            Fault::Passing => StoreError::Unavailable(text),
            Fault::Damage => StoreError::Corrupt(text),
            Fault::Other => StoreError::Internal(sqlx::Error::Database(error)),
        },
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Passing,
    Damage,
    Other,
}

/// Sorts SQLite's result codes (decimal, the low byte is the primary code) and PostgreSQL's
/// SQLSTATEs (five characters, the first two are the class).
fn fault(code: &str) -> Fault {
    if code.len() == 5 {
        return match &code[..2] {
            // Connection, transaction rolled back, resources, operator intervention, I/O.
            "08" | "25" | "40" | "53" | "55" | "57" | "58" => Fault::Passing,
            "XX" => Fault::Damage,
            _ => Fault::Other,
        };
    }
    match code.parse::<i64>().unwrap_or(0) & 0xff {
        // BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL.
        5 | 6 | 7 | 8 | 9 | 10 | 13 | 14 | 15 => Fault::Passing,
        // CORRUPT, NOTADB.
        11 | 26 => Fault::Damage,
        _ => Fault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, fault};

    #[test]
    fn codes_of_both_engines_are_sorted() {
        for passing in ["5", "517", "13", "778", "40001", "40P01", "57P01", "53300"] {
            assert_eq!(fault(passing), Fault::Passing, "{passing}");
        }
        for damage in ["11", "26", "XX001"] {
            assert_eq!(fault(damage), Fault::Damage, "{damage}");
        }
        for other in ["1", "42601", "nonsense", ""] {
            assert_eq!(fault(other), Fault::Other, "{other}");
        }
    }
}
