//! What the embedded database does when the machine is not kind: another process that keeps it
//! locked, and a log whose tail did not reach the disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use headroom::store::{Db, StoreError, modules};
use sqlx::{Connection as _, SqliteConnection};

use crate::harness::on_sqlite;

/// A refusal must not keep a client waiting longer.
const REFUSED_WITHIN: Duration = Duration::from_secs(2);
/// What a log consists of: no write to a disk is torn within less.
const SECTOR: usize = 512;

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_lasts_refuses_writes_and_lets_reads_go_on() {
    let world = on_sqlite().await;
    let mut tx = world.db.write().await.unwrap();
    let known = modules::insert(&mut tx, b"before", 1).await.unwrap();
    tx.commit().await.unwrap();

    let mut other = SqliteConnection::connect(&world.url).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE")
        .execute(&mut other)
        .await
        .unwrap();
    let start = tokio::time::Instant::now();
    let refused = match world.db.write().await {
        Err(error) => Err(error),
        Ok(mut tx) => modules::insert(&mut tx, b"during", 2).await,
    };
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    let took = start.elapsed();
    assert!(took <= REFUSED_WITHIN, "refused after {took:?}");
    let mut tx = world.db.read().await.unwrap();
    assert!(modules::by_sha256(&mut tx, &known).await.unwrap().is_some());
    drop(tx);

    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    modules::insert(&mut tx, b"after", 3).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_torn_log_loses_its_tail_and_nothing_else() {
    const FACTS: u8 = 12;
    let world = on_sqlite().await;
    // From here on everything is in the log.
    let mut beside = SqliteConnection::connect(&world.url).await.unwrap();
    let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
    sqlx::query(truncate).execute(&mut beside).await.unwrap();
    let mut digests = Vec::new();
    for fact in 0..FACTS {
        let mut tx = world.db.write().await.unwrap();
        digests.push(modules::insert(&mut tx, &[fact], 1).await.unwrap());
        tx.commit().await.unwrap();
    }
    let file = PathBuf::from(world.url.trim_start_matches("sqlite:"));
    let main = fs::read(&file).unwrap();
    let log = fs::read(beside_it(&file)).unwrap();
    assert!(
        log.len() > usize::from(FACTS) * SECTOR,
        "nothing is in the log"
    );

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let mut kept_before = 0;
    for end in (0..=log.len()).step_by(SECTOR).chain([log.len()]) {
        fs::write(&copy, &main).unwrap();
        fs::write(beside_it(&copy), &log[..end]).unwrap();
        let db = Db::open(&format!("sqlite://{}", copy.display()))
            .await
            .unwrap();
        let mut tx = db.read().await.unwrap();
        let mut kept = 0;
        for (index, digest) in digests.iter().enumerate() {
            let found = modules::by_sha256(&mut tx, digest).await.unwrap();
            let Some(module) = found else { continue };
            assert_eq!(
                kept, index,
                "a fact without the one before it, cut at {end}"
            );
            assert_eq!(module, [u8::try_from(index).unwrap()]);
            kept += 1;
        }
        drop(tx);
        db.close().await;
        assert!(kept >= kept_before, "a longer log kept less, cut at {end}");
        kept_before = kept;
        let _gone = fs::remove_file(shared(&copy));
    }
    assert_eq!(kept_before, digests.len(), "the whole log keeps everything");
}

fn beside_it(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", file.display()))
}

fn shared(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}-shm", file.display()))
}
