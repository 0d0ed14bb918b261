//! Every row of a database, out of it and into another: what backups and moves between engines are
//! made of. Both engines give the same rows in the same order as the same bytes, so that a digest
//! says whether two databases hold the same.

mod read;
mod row;
mod shape;
mod write;

pub use read::{facts, rows};
pub use row::{Cell, Facts, Row, Tally, decode, encode};
pub use shape::{Column, Kind, Shape, Table};
pub use write::Writer;

use super::{Db, StoreError, Tx, dialect, jobs, migrations, on};

/// A table and what is in it.
pub type Counted = (String, Facts);

/// The shape of the database, which must be one that this program knows: at the newest migration
/// or at an older one.
pub async fn shape(tx: &mut Tx) -> Result<Shape, StoreError> {
    let none = || StoreError::Schema("it has none: Headroom never used this database".into());
    let version = version(tx).await?.ok_or_else(none)?;
    Shape::of(version).await
}

/// Copies every row, and reads both sides to see that they hold the same: otherwise nothing is
/// kept. `to` must be empty. Its schema is that of `from` until all is there, then the newest.
/// Jobs that were running are queued.
pub async fn copy(from: &Db, to: &Db) -> Result<Vec<Counted>, StoreError> {
    let mut source = from.read().await?;
    source.check_integrity().await?;
    let shape = shape(&mut source).await?;
    prepare(to, shape.version).await?;
    let mut target = to.write().await?;
    let mut counted = Vec::new();
    for table in &shape.tables {
        let mut tally = Tally::default();
        let mut writer = Writer::new(table);
        rows(&mut source, table, async |row| {
            tally.add_row(&row);
            writer.push(&mut target, row).await
        })
        .await?;
        writer.finish(&mut target).await?;
        counted.push((table.name.clone(), tally.finish()));
    }
    check(&mut target, &shape, &counted).await?;
    finish(to, target).await?;
    Ok(counted)
}

/// Makes an empty database ready for rows of a schema version. Refuses one that holds rows, or
/// whose schema is newer.
pub async fn prepare(db: &Db, version: i64) -> Result<(), StoreError> {
    let mut tx = db.read().await?;
    if let Some(found) = self::version(&mut tx).await? {
        for table in Shape::of(found).await?.tables {
            if !read::is_empty(&mut tx, &table).await? {
                return Err(StoreError::NotEmpty(table.name));
            }
        }
        if found > version {
            return Err(StoreError::Schema(format!(
                "the database is empty, but its schema {found} is newer than that of the rows, \
                 {version}; give one without tables"
            )));
        }
    }
    drop(tx);
    db.migrate_to(version).await
}

/// Reads again what was written, and compares. Tables that are not named must be empty.
pub async fn check(tx: &mut Tx, shape: &Shape, written: &[Counted]) -> Result<(), StoreError> {
    for table in &shape.tables {
        let wanted = written.iter().find(|(name, _)| *name == table.name);
        let wanted = wanted.map_or_else(|| Tally::default().finish(), |(_, facts)| facts.clone());
        let found = facts(tx, table).await?;
        if found != wanted {
            return Err(StoreError::Corrupt(format!(
                "table {}: {} rows with digest {} were written, {} with {} are there",
                table.name, wanted.rows, wanted.sha256, found.rows, found.sha256
            )));
        }
    }
    Ok(())
}

/// Queues jobs that were running, commits, and brings the schema up to date.
pub async fn finish(db: &Db, mut tx: Tx) -> Result<(), StoreError> {
    jobs::update_expired(&mut tx, i64::MAX).await?;
    tx.commit().await?;
    db.migrate().await
}

/// The newest migration that was applied, if there is one.
pub async fn version(tx: &mut Tx) -> Result<Option<i64>, StoreError> {
    const SQL: &str = "SELECT version, checksum FROM _sqlx_migrations \
         WHERE success ORDER BY version";
    let is_there = dialect::is_migrated(&tx.engine);
    let is_there: bool = on!(tx, |c| sqlx::query_scalar(is_there).fetch_one(c).await)?;
    if !is_there {
        return Ok(None);
    }
    let applied: Vec<(i64, Vec<u8>)> = on!(tx, |c| sqlx::query_as(SQL).fetch_all(c).await)?;
    migrations::check_applied(&applied)?;
    Ok(applied.last().map(|(version, _)| *version))
}
