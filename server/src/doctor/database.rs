//! The database: whether it answers, what it is, how far its schema is, and whether its clock is
//! ours.

use super::Finding;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::{Db, StoreError, copy, migrations};

const ABOUT: &str = "database";
const CLOCK: &str = "clock";
/// Clocks of several processes that differ by more end each other's leases early, milliseconds.
const APART_MS: i64 = 2_000;

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let url = config.database_url();
    if let Some(file) = Db::file(&url).filter(|file| !file.exists()) {
        let words = format!("SQLite, {}, is made at the first start", file.display());
        return vec![Finding::fine(ABOUT, words)];
    }
    let looked = match Db::open_beside(&url).await {
        Ok(db) => {
            let looked = look(&db).await;
            db.close().await;
            looked
        }
        Err(error) => Err(error),
    };
    looked.unwrap_or_else(|error| vec![refused(&error)])
}

/// The same of one that is open.
pub(super) async fn examine_open(db: &Db) -> Vec<Finding> {
    let looked = look(db).await;
    looked.unwrap_or_else(|error| vec![refused(&error)])
}

fn refused(error: &StoreError) -> Finding {
    let remedy = match error {
        StoreError::Schema(_) => "run the program that wrote it, or a newer one",
        _ => "see that database.url is right, the database runs, and its account may sign in",
    };
    Finding::broken(ABOUT, error.to_string(), remedy)
}

async fn look(db: &Db) -> Result<Vec<Finding>, StoreError> {
    let mut tx = db.read().await?;
    let (name, its_ms) = tx.about().await?;
    let version = copy::version(&mut tx).await?;
    drop(tx);
    let newest = migrations::newest();
    let schema = match version {
        Some(version) if version == newest => format!("schema {version}, the newest"),
        Some(version) => format!("schema {version}; the next start brings it to {newest}"),
        None => "empty; the first start makes its tables".to_owned(),
    };
    let mut all = vec![Finding::fine(ABOUT, format!("{name}, {schema}"))];
    if let Some(its_ms) = its_ms {
        all.push(clocks(Clock::System.now_ms() - its_ms));
    }
    Ok(all)
}

fn clocks(apart_ms: i64) -> Finding {
    let words = format!("{apart_ms} ms from the database's");
    match apart_ms.abs() {
        apart if apart > APART_MS => Finding::mind(
            CLOCK,
            words,
            "set both machines' clocks by NTP: leases of jobs end by the clock of whoever looks",
        ),
        _ => Finding::fine(CLOCK, words),
    }
}
