//! Every row of one database into another, from each engine to each.

use std::collections::BTreeSet;

use headroom::store::copy::{self, Cell, Shape, Writer};
use headroom::store::{Db, StoreError, modules};
use sqlx::{Connection as _, PgConnection};

use crate::harness::{START_MS, World, clean, on_postgres, on_sqlite, stories};
use crate::rows::{count, count_but, fill};

stories! {
    every_row_goes_to_either_engine_and_back,
    rows_are_not_added_to_others,
    many_rows_go_in_many_statements,
    a_schema_that_is_not_known_is_not_read,
}

async fn every_row_goes_to_either_engine_and_back(world: World) -> World {
    fill(&world.db).await;
    let wanted = count(&world.db).await;
    let mut targets = vec![on_sqlite().await];
    targets.extend(on_postgres().await);
    targets.push(on_sqlite().await);
    let mut from = world.db.clone();
    for target in &targets {
        let counted = copy::copy(&from, &target.db).await.unwrap();
        assert_eq!(counted, count(&from).await);
        // A job that ran is queued in a copy.
        assert_eq!(
            count_but(&target.db, &["jobs"]).await,
            count_but(&world.db, &["jobs"]).await
        );
        from = target.db.clone();
    }
    assert_eq!(count(&world.db).await, wanted);
    for target in targets {
        let mut tx = target.db.read().await.unwrap();
        tx.check_integrity().await.unwrap();
        let jobs = headroom::store::jobs::count(&mut tx, "grade")
            .await
            .unwrap();
        assert_eq!((jobs.queued, jobs.running), (1, 0));
        let module = modules::by_sha256(&mut tx, "m1").await.unwrap();
        assert_eq!(module.unwrap(), [0, 1, 2, 3, 255]);
        drop(tx);
        clean(target).await;
    }
    world
}

async fn rows_are_not_added_to_others(world: World) -> World {
    let source = on_sqlite().await;
    fill(&source.db).await;
    let mut tx = world.db.write().await.unwrap();
    modules::insert(&mut tx, b"module", 1).await.unwrap();
    tx.commit().await.unwrap();
    let before = count(&world.db).await;
    let refused = copy::copy(&source.db, &world.db).await;
    assert!(
        matches!(&refused, Err(StoreError::NotEmpty(table)) if table == "modules"),
        "{refused:?}"
    );
    assert_eq!(count(&world.db).await, before);
    clean(source).await;
    world
}

async fn many_rows_go_in_many_statements(world: World) -> World {
    let shape = Shape::newest().await.unwrap();
    let of = |name: &str| {
        shape
            .tables
            .iter()
            .find(|table| table.name == name)
            .unwrap()
    };
    let mut tx = world.db.write().await.unwrap();
    let mut writer = Writer::new(of("limits"));
    for tenant in 0..5_000 {
        let row = vec![
            Cell::Text("submissions".into()),
            Cell::Integer(tenant),
            Cell::Integer(START_MS),
        ];
        writer.push(&mut tx, row).await.unwrap();
    }
    writer.finish(&mut tx).await.unwrap();
    for size in [0, 1, 3 << 20, 700_000, 700_001] {
        let bytes = vec![7; size];
        modules::insert(&mut tx, &bytes, 1).await.unwrap();
    }
    tx.commit().await.unwrap();
    let target = on_sqlite().await;
    copy::copy(&world.db, &target.db).await.unwrap();
    let counted = count(&target.db).await;
    assert_eq!(counted, count(&world.db).await);
    assert!(
        counted
            .iter()
            .any(|(name, facts)| name == "limits" && facts.rows == 5_000)
    );
    clean(target).await;
    world
}

async fn a_schema_that_is_not_known_is_not_read(world: World) -> World {
    let target = on_sqlite().await;
    let sql = "UPDATE _sqlx_migrations SET version = 9999 \
               WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    crate::opening::behind_its_back(&world.url, sql).await;
    let refused = copy::copy(&world.db, &target.db).await;
    assert!(matches!(refused, Err(StoreError::Schema(_))), "{refused:?}");
    clean(target).await;
    world
}

#[tokio::test]
async fn a_database_without_migrations_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let bare = Db::open(&folder.path().join("h.db").display().to_string())
        .await
        .unwrap();
    let target = on_sqlite().await;
    let refused = copy::copy(&bare, &target.db).await;
    assert!(matches!(refused, Err(StoreError::Schema(_))), "{refused:?}");
    clean(target).await;
}

#[tokio::test]
async fn what_postgres_cannot_keep_is_named() {
    let Some(target) = on_postgres().await else {
        return;
    };
    let source = on_sqlite().await;
    let shape = Shape::newest().await.unwrap();
    let table = shape
        .tables
        .iter()
        .find(|table| table.name == "announcements");
    let mut row = vec![Cell::Text("/odd".into())];
    row.extend(["topic", "a\0b", ""].map(|text| Cell::Text(text.into())));
    row.push(Cell::Integer(1));
    row.push(Cell::Text("everyone".into()));
    let mut tx = source.db.write().await.unwrap();
    let mut writer = Writer::new(table.unwrap());
    writer.push(&mut tx, row).await.unwrap();
    writer.finish(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let refused = copy::copy(&source.db, &target.db)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("announcements.title of row Text(\"/odd\")"),
        "{refused}"
    );
    clean(source).await;
    clean(target).await;
}

/// The shape is read from migrations on SQLite; PostgreSQL has the same tables and columns, and no
/// sequences that would have to be set.
#[tokio::test]
async fn postgres_has_the_same_tables() {
    const COLUMNS: &str = "SELECT table_name::text, column_name::text \
        FROM information_schema.columns \
        WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations'";
    const SEQUENCES: &str = "SELECT COUNT(*) FROM information_schema.sequences \
        WHERE sequence_schema = current_schema()";
    let Some(world) = on_postgres().await else {
        return;
    };
    let mut connection = PgConnection::connect(&world.url).await.unwrap();
    let found: Vec<(String, String)> = sqlx::query_as(COLUMNS)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let sequences: i64 = sqlx::query_scalar(SEQUENCES)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let shape = Shape::newest().await.unwrap();
    let known = shape.tables.into_iter().flat_map(|table| {
        let name = table.name;
        table
            .columns
            .into_iter()
            .map(move |c| (name.clone(), c.name))
    });
    assert_eq!(
        found.into_iter().collect::<BTreeSet<_>>(),
        known.collect::<BTreeSet<_>>()
    );
    assert_eq!(sequences, 0);
    clean(world).await;
}
