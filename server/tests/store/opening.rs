//! Opening a database: one owner, known migrations only, and what is kept over a restart.

use std::fs;
use std::path::Path;

use headroom::store::{Db, StoreError, migrations, modules};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use crate::harness::{World, on_postgres, on_sqlite, stories};

stories! {
    what_is_committed_survives_a_restart,
    an_altered_migration_is_refused,
    an_unknown_migration_is_refused,
}

async fn what_is_committed_survives_a_restart(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let sha256 = modules::insert(&mut tx, b"module", 1).await.unwrap();
    tx.commit().await.unwrap();
    let world = world.restart().await;
    let mut tx = world.db.read().await.unwrap();
    assert!(
        modules::by_sha256(&mut tx, &sha256)
            .await
            .unwrap()
            .is_some()
    );
    tx.ping().await.unwrap();
    drop(tx);
    world
}

async fn an_altered_migration_is_refused(world: World) -> World {
    refuses_after(
        world,
        "UPDATE _sqlx_migrations SET checksum = CAST('x' AS BYTEA)",
    )
    .await
}

async fn an_unknown_migration_is_refused(world: World) -> World {
    refuses_after(
        world,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, CAST('x' AS BYTEA), 1)",
    )
    .await
}

async fn refuses_after(world: World, sql: &str) -> World {
    behind_its_back(&world.url, sql).await;
    let refused = world.db.migrate().await;
    assert!(matches!(refused, Err(StoreError::Schema(_))), "{refused:?}");
    world
}

pub async fn behind_its_back(url: &str, sql: &str) {
    if url.starts_with("sqlite:") {
        let sql = sql.replace("BYTEA", "BLOB");
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_second_owner_of_a_sqlite_file_is_refused() {
    let world = on_sqlite().await;
    let refused = Db::open(&world.url).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    world.restart().await;
}

#[tokio::test]
async fn two_nodes_share_a_postgres() {
    let Some(world) = on_postgres().await else {
        return;
    };
    let other = Db::open(&world.url).await.unwrap();
    other.migrate().await.unwrap();
    assert!(!other.is_embedded());
    other.close().await;
    crate::harness::clean(world).await;
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable() {
    let refused = Db::open("postgres://nobody@127.0.0.1:1/nothing").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
}

#[test]
fn every_file_is_listed_and_portable() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    files.sort();
    let listed: Vec<String> = migrations::ALL
        .iter()
        .map(|(version, name, _)| format!("{version:04}_{name}.sql"))
        .collect();
    assert_eq!(files, listed);
    for (_, name, sql) in migrations::ALL {
        let sql = sql.to_lowercase();
        for word in [
            "autoincrement",
            "serial",
            "now()",
            "jsonb",
            "blob",
            "timestamp",
            "varchar",
        ] {
            assert!(
                !sql.contains(word),
                "{name} says {word}: see migrations/README.md"
            );
        }
    }
}
