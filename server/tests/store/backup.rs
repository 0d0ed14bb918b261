//! Backups: what is in them, what is refused, and that they are of one moment.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use headroom::backup::{self, Manifest, Source};
use headroom::store::{Db, StoreError, migrations};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::harness::{World, clean, on_postgres, on_sqlite, stories};
use crate::opening::behind_its_back;
use crate::rows::{count, count_but, fill};

stories! {
    a_backup_comes_back_on_either_engine,
    a_backup_beside_writers_is_of_one_moment,
    another_key_is_not_written_over,
}

/// A data folder.
struct Home {
    dir: TempDir,
}

impl Home {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    fn with_keys() -> Self {
        let home = Self::new();
        fs::write(home.dir.path().join("instance.key"), [7; 32]).unwrap();
        fs::write(home.dir.path().join("receipt-keys.json"), "{}").unwrap();
        fs::write(home.dir.path().join("headroom.db.lock"), "").unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

async fn pack(db: &Db, home: &Home) -> anyhow::Result<(PathBuf, Manifest)> {
    let path = home.path("backup.tar.gz");
    let source = Source {
        db,
        folder: home.dir.path(),
        made_at: "2027-01-15T08:00:00Z".into(),
    };
    let manifest = backup::pack(source, &path).await?;
    Ok((path, manifest))
}

async fn restore(path: &Path, db: &Db, folder: &Path) -> anyhow::Result<()> {
    backup::restore(path, &backup::verify(path)?, db, folder).await
}

async fn targets() -> Vec<World> {
    let mut targets = vec![on_sqlite().await];
    targets.extend(on_postgres().await);
    targets
}

async fn a_backup_comes_back_on_either_engine(world: World) -> World {
    const CHANGED: &[&str] = &["jobs", "nodes", "sessions"];
    fill(&world.db).await;
    let home = Home::with_keys();
    let (path, manifest) = pack(&world.db, &home).await.unwrap();
    assert_eq!(manifest.left_out, ["nodes", "sessions"]);
    assert_eq!(manifest.schema, migrations::newest());
    let files: Vec<&str> = manifest.files().collect();
    assert_eq!(files, ["instance.key", "receipt-keys.json"]);
    assert_eq!(backup::verify(&path).unwrap(), manifest);
    for target in targets().await {
        let to = Home::new();
        restore(&path, &target.db, to.dir.path()).await.unwrap();
        assert_eq!(
            count_but(&target.db, CHANGED).await,
            count_but(&world.db, CHANGED).await
        );
        let counted = count(&target.db).await;
        assert!(
            counted
                .iter()
                .any(|(name, facts)| name == "sessions" && facts.rows == 0)
        );
        let mut tx = target.db.read().await.unwrap();
        let jobs = headroom::store::jobs::count(&mut tx, "grade")
            .await
            .unwrap();
        assert_eq!((jobs.queued, jobs.running), (1, 0));
        drop(tx);
        assert_eq!(fs::read(to.path("instance.key")).unwrap(), [7; 32]);
        assert_eq!(fs::read(to.path("receipt-keys.json")).unwrap(), b"{}");
        assert_eq!(fs::read_dir(to.dir.path()).unwrap().count(), 2);
        let again = restore(&path, &target.db, to.dir.path()).await;
        assert_not_empty(&again);
        clean(target).await;
    }
    let (again, left) = (
        pack(&world.db, &home).await,
        home.path("backup.tar.gz.part"),
    );
    assert!(again.unwrap_err().to_string().contains("not overwritten"));
    assert!(!left.exists());
    world
}

/// Each transaction of the writers makes a module, a submission and its job. So whatever moment a
/// backup is of, there are as many of each.
async fn a_backup_beside_writers_is_of_one_moment(world: World) -> World {
    const WRITERS: u64 = 3;
    let (stop, committed) = (AtomicBool::new(false), AtomicU64::new(0));
    let (world, stop, committed) = (Arc::new(world), Arc::new(stop), Arc::new(committed));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (world, stop, committed) = (world.clone(), stop.clone(), committed.clone());
            tokio::spawn(async move {
                for turn in 0_u64.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let module = [writer.to_le_bytes(), turn.to_le_bytes()].concat();
                    world.hand_in(&module).await;
                    committed.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for least in [5, 60, 200] {
        while committed.load(Ordering::SeqCst) < least {
            tokio::task::yield_now().await;
        }
        let home = Home::with_keys();
        let before = committed.load(Ordering::SeqCst);
        let (path, manifest) = pack(&world.db, &home).await.unwrap();
        let after = committed.load(Ordering::SeqCst) + WRITERS;
        let rows = |name: &str| {
            let table = manifest.tables.iter().find(|table| table.name == name);
            table.unwrap().rows
        };
        assert!((before..=after).contains(&rows("submissions")));
        assert_eq!(rows("modules"), rows("submissions"));
        assert_eq!(rows("jobs"), rows("submissions"));
        let target = on_sqlite().await;
        let to = Home::new();
        restore(&path, &target.db, to.dir.path()).await.unwrap();
        let mut tx = target.db.read().await.unwrap();
        tx.check_integrity().await.unwrap();
        drop(tx);
        clean(target).await;
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    Arc::into_inner(world).unwrap()
}

async fn another_key_is_not_written_over(world: World) -> World {
    let source = on_sqlite().await;
    fill(&source.db).await;
    let home = Home::with_keys();
    let (path, _) = pack(&source.db, &home).await.unwrap();
    let to = Home::new();
    fs::write(to.path("instance.key"), [8; 32]).unwrap();
    let before = count(&world.db).await;
    let refused = restore(&path, &world.db, to.dir.path()).await;
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("instance.key is there and differs"),
        "{refused}"
    );
    assert_eq!(count(&world.db).await, before);
    assert_eq!(fs::read_dir(to.dir.path()).unwrap().count(), 1);
    clean(source).await;
    world
}

fn assert_not_empty(answer: &anyhow::Result<()>) {
    let error = answer.as_ref().unwrap_err().downcast_ref::<StoreError>();
    assert!(matches!(error, Some(StoreError::NotEmpty(_))), "{answer:?}");
}

#[tokio::test]
async fn a_byte_that_changed_anywhere_is_noticed() {
    /// What a gzip file begins with; only the first three bytes say anything.
    const HEADER: usize = 10;
    let world = on_sqlite().await;
    fill(&world.db).await;
    let home = Home::with_keys();
    let (path, manifest) = pack(&world.db, &home).await.unwrap();
    let whole = fs::read(&path).unwrap();
    let damaged = home.path("damaged.tar.gz");
    let refuses = |bytes: &[u8]| {
        fs::write(&damaged, bytes).unwrap();
        backup::verify(&damaged).is_err()
    };
    let step = (whole.len() / 500).max(1);
    for at in (0..3).chain((HEADER..whole.len()).step_by(step)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        assert!(refuses(&bytes), "byte {at} of {}", whole.len());
    }
    for length in (0..whole.len()).step_by(step) {
        assert!(refuses(&whole[..length]), "cut off at {length}");
    }
    assert!(refuses(&[&*whole, b"x"].concat()));
    assert!(!refuses(&whole));
    let newer = Manifest {
        schema: 9_999,
        ..manifest
    };
    let target = on_sqlite().await;
    let refused = backup::restore(&path, &newer, &target.db, home.dir.path()).await;
    assert!(refused.is_err());
    clean(target).await;
    clean(world).await;
}

#[tokio::test]
async fn an_older_schema_is_brought_up_to_date() {
    const OLD: i64 = 3;
    let home = Home::with_keys();
    let url = format!("sqlite:{}", home.path("old.db").display());
    let old = Db::open(&url).await.unwrap();
    old.migrate_to(OLD).await.unwrap();
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("INSERT INTO users VALUES ('u1', 'a@b.c', NULL, TRUE, 1, 60)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let (path, manifest) = pack(&old, &home).await.unwrap();
    assert_eq!(manifest.schema, OLD);
    let to = Home::new();
    let new = Db::open(&to.path("new.db").display().to_string())
        .await
        .unwrap();
    restore(&path, &new, to.dir.path()).await.unwrap();
    let counted = count(&new).await;
    assert!(
        counted
            .iter()
            .any(|(name, facts)| name == "users" && facts.rows == 1)
    );
    // An empty database that is newer than the rows cannot take them as they were.
    for target in targets().await {
        let refused = restore(&path, &target.db, to.dir.path()).await.unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("is newer than that of the rows"),
            "{refused}"
        );
        clean(target).await;
    }
    if let Some(target) = on_postgres().await {
        let drop_all = "DO $$ DECLARE name text; BEGIN \
             FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() \
             LOOP EXECUTE 'DROP TABLE ' || quote_ident(name) || ' CASCADE'; END LOOP; END $$";
        behind_its_back(&target.url, drop_all).await;
        restore(&path, &target.db, to.dir.path()).await.unwrap();
        assert_eq!(count(&target.db).await, counted);
        clean(target).await;
    }
    old.close().await;
    new.close().await;
}
