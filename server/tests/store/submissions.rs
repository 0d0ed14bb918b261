//! Handing in: modules kept once, idempotency keys, and the way to a grade.

use headroom::store::grades::{self, Findings, GradeKey};
use headroom::store::submissions::{self, Inserted, Status};
use headroom::store::{Db, StoreError, modules};

use crate::harness::{World, stories};

stories! {
    a_module_is_kept_once_and_comes_back_byte_for_byte,
    a_submission_needs_its_module,
    an_uncommitted_transaction_leaves_nothing,
    a_read_cannot_write,
    a_repeated_request_makes_nothing_new,
    many_at_once_with_one_key_make_one_submission,
    fifty_at_once_are_all_kept,
    a_grade_settles_a_submission_once,
    a_problem_settles_a_submission_once,
    submissions_of_a_client_are_counted,
}

async fn a_module_is_kept_once_and_comes_back_byte_for_byte(world: World) -> World {
    let every_byte: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    // Text and digits: what a column of the wrong affinity would turn into something else.
    for bytes in [
        every_byte.as_slice(),
        b"",
        b"123",
        b"1e3",
        "żółw".as_bytes(),
        b"\0asm",
    ] {
        let mut tx = world.db.write().await.unwrap();
        let first = modules::insert(&mut tx, bytes, 1).await.unwrap();
        let second = modules::insert(&mut tx, bytes, 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(first, second);
        let mut tx = world.db.read().await.unwrap();
        assert_eq!(
            modules::by_sha256(&mut tx, &first)
                .await
                .unwrap()
                .as_deref(),
            Some(bytes)
        );
    }
    let mut tx = world.db.read().await.unwrap();
    assert_eq!(modules::by_sha256(&mut tx, "nothing").await.unwrap(), None);
    drop(tx);
    world
}

async fn a_submission_needs_its_module(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let refused = submissions::insert(&mut tx, &world.submission("absent", None)).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    drop(tx);
    world
}

async fn an_uncommitted_transaction_leaves_nothing(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let sha256 = modules::insert(&mut tx, b"module", 1).await.unwrap();
    drop(tx);
    let mut tx = world.db.read().await.unwrap();
    assert_eq!(modules::by_sha256(&mut tx, &sha256).await.unwrap(), None);
    drop(tx);
    // The writer is free again.
    world.db.write().await.unwrap().commit().await.unwrap();
    world
}

async fn a_read_cannot_write(world: World) -> World {
    let mut tx = world.db.read().await.unwrap();
    assert!(modules::insert(&mut tx, b"module", 1).await.is_err());
    drop(tx);
    world
}

async fn a_repeated_request_makes_nothing_new(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let sha256 = modules::insert(&mut tx, b"module", 1).await.unwrap();
    let first = world.submission(&sha256, Some("key"));
    assert!(is_new(&submissions::insert(&mut tx, &first).await.unwrap()));
    tx.commit().await.unwrap();

    let mut tx = world.db.write().await.unwrap();
    let again = world.submission(&sha256, Some("key"));
    let Inserted::Repeated(found) = submissions::insert(&mut tx, &again).await.unwrap() else {
        panic!("a repetition was not noticed")
    };
    assert_eq!((found.id, found.status), (first.id, Status::Queued));

    let mut other = world.submission(&sha256, Some("key"));
    other.body_sha256 = modules::digest(b"another body");
    assert_eq!(
        submissions::insert(&mut tx, &other).await.unwrap(),
        Inserted::KeyReused
    );
    other.client = "another client".into();
    assert!(is_new(&submissions::insert(&mut tx, &other).await.unwrap()));
    for _ in 0..2 {
        let keyless = world.submission(&sha256, None);
        assert!(is_new(
            &submissions::insert(&mut tx, &keyless).await.unwrap()
        ));
    }
    assert_eq!(submissions::by_id(&mut tx, again.id).await.unwrap(), None);
    tx.commit().await.unwrap();
    world
}

async fn many_at_once_with_one_key_make_one_submission(world: World) -> World {
    let made = hand_in_at_once(&world, 20, Some("key")).await;
    assert_eq!(made.iter().filter(|made| is_new(made)).count(), 1);
    assert!(made.iter().all(|made| *made != Inserted::KeyReused));
    world
}

async fn fifty_at_once_are_all_kept(world: World) -> World {
    let made = hand_in_at_once(&world, 50, None).await;
    assert!(made.iter().all(is_new));
    let mut tx = world.db.read().await.unwrap();
    let (count, _) = submissions::count_by_client(&mut tx, "client", 0)
        .await
        .unwrap();
    assert_eq!(count, 50);
    drop(tx);
    world
}

fn is_new(made: &Inserted) -> bool {
    matches!(made, Inserted::New(_))
}

async fn hand_in_at_once(world: &World, times: usize, key: Option<&str>) -> Vec<Inserted> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..times {
        let (db, mut new) = (world.db.clone(), world.submission("", key));
        tasks.spawn(async move {
            let mut tx = db.write().await.unwrap();
            // Reading before writing is what a deferred transaction could not survive.
            submissions::count_by_client(&mut tx, "client", 0)
                .await
                .unwrap();
            new.module_sha256 = modules::insert(&mut tx, b"module", 1).await.unwrap();
            let made = submissions::insert(&mut tx, &new).await.unwrap();
            tx.commit().await.unwrap();
            made
        });
    }
    tasks.join_all().await
}

async fn a_grade_settles_a_submission_once(world: World) -> World {
    let id = world.hand_in(b"module").await;
    let key = key(&modules::digest(b"module"));
    let findings = findings();
    let mut tx = world.db.write().await.unwrap();
    submissions::update_running(&mut tx, id, true, 5)
        .await
        .unwrap();
    let grade = grades::insert(&mut tx, world.ids.next(), &key, &findings, 7)
        .await
        .unwrap();
    let same = grades::insert(&mut tx, world.ids.next(), &key, &findings, 8)
        .await
        .unwrap();
    assert_eq!(grade, same);
    assert!(
        submissions::update_graded(&mut tx, id, grade, 2, 9)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        submissions::update_graded(&mut tx, id, grade, 3, 10)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        submissions::update_failed(&mut tx, id, "{}", 11)
            .await
            .unwrap()
            .is_none()
    );
    submissions::update_running(&mut tx, id, true, 12)
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let mut tx = world.db.read().await.unwrap();
    let found = submissions::by_id(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((found.status, found.lab_version), (Status::Graded, 2));
    assert_eq!((found.started_at, found.finished_at), (Some(5), Some(9)));
    let found = grades::by_id(&mut tx, found.grade_id.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (&found.key, &found.findings, found.created_at),
        (&key, &findings, 7)
    );
    assert_eq!(
        grades::id_by_key(&mut tx, &key).await.unwrap(),
        Some(found.id)
    );
    let other = GradeKey {
        engine: "engine/2".into(),
        ..key
    };
    assert_eq!(grades::id_by_key(&mut tx, &other).await.unwrap(), None);
    drop(tx);
    world
}

async fn a_problem_settles_a_submission_once(world: World) -> World {
    let id = world.hand_in(b"module").await;
    let mut tx = world.db.write().await.unwrap();
    assert!(
        submissions::update_failed(&mut tx, id, r#"{"title":"Żle"}"#, 9)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        submissions::update_failed(&mut tx, id, "{}", 10)
            .await
            .unwrap()
            .is_none()
    );
    tx.commit().await.unwrap();
    let mut tx = world.db.read().await.unwrap();
    let found = submissions::by_id(&mut tx, id).await.unwrap().unwrap();
    assert_eq!(found.status, Status::Failed);
    assert_eq!(found.problem_json.as_deref(), Some(r#"{"title":"Żle"}"#));
    drop(tx);
    world
}

async fn submissions_of_a_client_are_counted(world: World) -> World {
    count(&world.db, 0, (0, None)).await;
    world.hand_in(b"a").await;
    world.clock.advance_ms(1_000);
    world.hand_in(b"b").await;
    let now = world.now();
    count(&world.db, 0, (2, Some(now - 1_000))).await;
    count(&world.db, now, (1, Some(now))).await;
    count(&world.db, now + 1, (0, None)).await;
    world
}

async fn count(db: &Db, since_ms: i64, expected: (i64, Option<i64>)) {
    let mut tx = db.read().await.unwrap();
    let counted = submissions::count_by_client(&mut tx, "client", since_ms)
        .await
        .unwrap();
    assert_eq!(counted, expected);
}

fn key(module_sha256: &str) -> GradeKey {
    GradeKey {
        module_sha256: module_sha256.into(),
        lab: "rate_limiter".into(),
        lab_version: 2,
        engine: "engine/1".into(),
        meter: "meter/1".into(),
    }
}

fn findings() -> Findings {
    Findings {
        report: b"{\"score\":934000}".to_vec(),
        digest: modules::digest(b"report"),
        score_ppm: 934_000,
        stars: 3,
        hidden_json: Some("{\"quality\":900000}".into()),
    }
}
