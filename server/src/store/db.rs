//! The database and its transactions. Every statement runs in a [`Tx`].

use std::fs::File;
use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Row as _, Sqlite, SqlitePool, Transaction};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::StoreError;
use super::signals::{Queued, Relay, Signals, Touched};
use super::{lock, migrations};
use crate::telemetry::spans;

/// How long a statement or a request for a connection waits before it is refused.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a write waits for another process that holds the lock: whoever asked hears of it within
/// two seconds.
const PATIENCE_LOCKED: Duration = Duration::from_millis(1_500);
/// The same for the command line beside a server that writes all the time.
const PATIENCE_BESIDE: Duration = Duration::from_secs(60);
const SQLITE_READERS: u32 = 4;
/// Connections of a process to PostgreSQL; one of them listens.
const POSTGRES_CONNECTIONS: u32 = 10;

/// A database: SQLite by default, PostgreSQL when several nodes share the work. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    signals: Arc<Signals>,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite(SqlitePools),
    Postgres(PgPool),
}

/// The writer pool holds one connection: its queue of waiters, first come, first served, is the
/// queue of writers. So writers of this process never see `SQLITE_BUSY` from each other, and a
/// transaction dropped half way is rolled back before the next one starts.
#[derive(Debug, Clone)]
struct SqlitePools {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Locked for as long as the database is open: one process owns it. Nothing where that is
    /// another.
    _owner: Option<Arc<File>>,
}

/// A transaction. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub struct Tx {
    pub(super) engine: Engine,
    pub(super) touched: Touched,
    signals: Arc<Signals>,
}

/// The engine a transaction runs on; see `on!`.
#[derive(Debug)]
pub(super) enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one statement on whichever engine the transaction has:
/// `on!(tx, |c| query.execute(c).await)`.
macro_rules! on {
    ($tx:expr, |$c:ident| $body:expr) => {
        match &mut $tx.engine {
            $crate::store::db::Engine::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::store::db::Engine::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}
pub(super) use on;

impl Db {
    /// Opens `postgres://…`, `sqlite:PATH` or a plain path. The schema is not looked at:
    /// [`Db::migrate`] does that.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, true).await
    }

    /// Opens a database that another process may own, a server that runs. For small changes from
    /// the command line: jobs of that server are left alone.
    pub async fn open_beside(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, false).await
    }

    /// The file of a database that is SQLite. Opening one that is absent makes it.
    #[must_use]
    pub fn file(url: &str) -> Option<&Path> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return None;
        }
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
    }

    async fn connect(url: &str, owns: bool) -> Result<Self, StoreError> {
        let pools = match Self::file(url) {
            Some(path) => Pools::Sqlite(open_sqlite(path, owns).await?),
            None => Pools::Postgres(open_postgres(url).await?),
        };
        Ok(Self {
            pools,
            signals: Arc::default(),
        })
    }

    /// Applies the migrations that are missing. Refuses a database that has migrations this
    /// program does not know, or knows in another form.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.migrate_to(migrations::newest()).await
    }

    /// The same, up to the migration with this version.
    pub async fn migrate_to(&self, version: i64) -> Result<(), StoreError> {
        let migrator = migrations::migrator();
        match &self.pools {
            Pools::Sqlite(pools) => migrator.run_to(version, &pools.writer).await?,
            Pools::Postgres(pool) => migrator.run_to(version, pool).await?,
        }
        Ok(())
    }

    /// A transaction that sees one moment and cannot write. It is meant to be dropped.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let engine = match &self.pools {
            Pools::Sqlite(pools) => Engine::Sqlite(begin(&pools.readers, "BEGIN").await?),
            Pools::Postgres(pool) => Engine::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        };
        Ok(self.tx(engine))
    }

    /// A transaction that writes; on SQLite the only one at its time.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let begun = async {
            Ok::<_, StoreError>(match &self.pools {
                Pools::Sqlite(pools) => {
                    Engine::Sqlite(begin(&pools.writer, "BEGIN IMMEDIATE").await?)
                }
                Pools::Postgres(pool) => Engine::Postgres(pool.begin().await?),
            })
        };
        let begun = begun.instrument(spans::part("begin to write")).await?;
        Ok(self.tx(begun))
    }

    /// Whether this process is the only one that works on the database.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(self.pools, Pools::Sqlite(_))
    }

    /// Tells the other processes on the same PostgreSQL what is committed here, and hears from
    /// them, until `stop`. On SQLite there is nobody to tell, and this ends at once.
    pub async fn relay(&self, stop: CancellationToken) {
        if let Pools::Postgres(pool) = &self.pools {
            let relay = Relay::new(pool.clone(), Arc::clone(&self.signals));
            relay.run(&stop).await;
        }
    }

    /// Counters that rise when new jobs were committed, here or, while [`Db::relay`] runs,
    /// elsewhere.
    #[must_use]
    pub fn watch_jobs(&self) -> watch::Receiver<Queued> {
        self.signals.jobs.subscribe()
    }

    /// A counter of the same kind for changes to submissions.
    #[must_use]
    pub fn watch_submissions(&self) -> watch::Receiver<u64> {
        self.signals.submissions.subscribe()
    }

    /// Closes every connection, after those in use have come back.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite(pools) => {
                pools.readers.close().await;
                pools.writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    fn tx(&self, engine: Engine) -> Tx {
        Tx {
            engine,
            touched: Touched::default(),
            signals: Arc::clone(&self.signals),
        }
    }
}

impl Tx {
    /// Makes it so, durably: once this returns `Ok`, a crash or a power cut loses nothing of it.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.engine {
            Engine::Sqlite(transaction) => transaction.commit().await?,
            Engine::Postgres(transaction) => transaction.commit().await?,
        }
        self.signals.committed(&self.touched);
        Ok(())
    }

    /// What this transaction writes may be lost in a crash of the database: its commit waits for
    /// no disk. Nothing else is less true of it.
    pub async fn relax(&mut self) -> Result<(), StoreError> {
        if let Engine::Postgres(transaction) = &mut self.engine {
            let lazily = "SET LOCAL synchronous_commit = off";
            sqlx::query(lazily).execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// As [`Db::is_embedded`].
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// Has SQLite look its file over: pages, indexes, constraints, and that every row that is
    /// referred to is there. PostgreSQL is not asked; it checks what it can as it goes.
    pub async fn check_integrity(&mut self) -> Result<(), StoreError> {
        let Engine::Sqlite(transaction) = &mut self.engine else {
            return Ok(());
        };
        let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(3)")
            .fetch_all(&mut **transaction)
            .await?;
        if said != ["ok"] {
            return Err(StoreError::Corrupt(said.join("; ")));
        }
        let stray = sqlx::query("PRAGMA foreign_key_check")
            .fetch_optional(&mut **transaction)
            .await?;
        match stray {
            None => Ok(()),
            Some(row) => {
                let (table, parent): (String, String) = (row.try_get(0)?, row.try_get(2)?);
                let text = format!("a row of {table} refers to one of {parent} that is not there");
                Err(StoreError::Corrupt(text))
            }
        }
    }

    /// Asks the database for an answer, any answer.
    pub async fn ping(&mut self) -> Result<(), StoreError> {
        on!(self, |c| sqlx::query("SELECT 1").execute(c).await.map(drop))?;
        Ok(())
    }
}

/// Begins a transaction on an embedded database. Where the disk is full or fails, SQLite ends the
/// transaction by itself; sqlx cannot roll back what is over, and keeps the connection for one in a
/// transaction for ever. Such a connection is closed, and another one opened.
async fn begin(
    pool: &SqlitePool,
    sql: &'static str,
) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    match pool.begin_with(sql).await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            tracing::warn!("a connection whose transaction the database ended is replaced");
            pool.acquire().await?.close().await?;
            pool.begin_with(sql).await
        }
        begun => begun,
    }
}

/// Makes the file of a new database, for its owner's eyes only; SQLite gives the files beside it
/// the same mode.
fn keep_private(path: &Path) -> Result<(), StoreError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(
            StoreError::Unavailable(format!("{}: {error}", path.display())),
        ),
        _ => Ok(()),
    }
}

async fn open_sqlite(path: &Path, owns: bool) -> Result<SqlitePools, StoreError> {
    let owner = owns.then(|| lock::take(path)).transpose()?;
    keep_private(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: in WAL, NORMAL may lose the last commits in a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(if owns {
            PATIENCE_LOCKED
        } else {
            PATIENCE_BESIDE
        });
    // Connections to a file do not go stale: no tests, no lifetimes.
    let pool = || {
        SqlitePoolOptions::new()
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let writer = pool()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    let readers = pool()
        .max_connections(SQLITE_READERS)
        .connect_with(options.pragma("query_only", "ON"))
        .await?;
    Ok(SqlitePools {
        writer,
        readers,
        _owner: owner.map(Arc::new),
    })
}

async fn open_postgres(url: &str) -> Result<PgPool, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("headroom");
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    Ok(pool)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::modules;
    #[tokio::test]
    async fn a_full_disk_refuses_writes_until_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/h.db", folder.path().display());
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        let mut tx = db.write().await.unwrap();
        let known = modules::insert(&mut tx, b"before", 1).await.unwrap();
        // No page more than there are, as on a full disk; forgotten with the connection.
        let full = "PRAGMA max_page_count = 1";
        on!(tx, |c| sqlx::query(full).execute(c).await.map(drop)).unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.write().await.unwrap();
        let refused = modules::insert(&mut tx, &[7; 1 << 16], 2).await;
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
        drop(tx);

        let mut tx = db.write().await.unwrap();
        modules::insert(&mut tx, &[7; 1 << 16], 3).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        assert!(modules::by_sha256(&mut tx, &known).await.unwrap().is_some());
    }
}
