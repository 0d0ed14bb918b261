//! tower-sessions on our store.

use std::collections::HashMap;

use headroom::sessions::Sessions;
use headroom::store::sessions as rows;
use serde_json::json;
use time::OffsetDateTime;
use tower_sessions::SessionStore as _;
use tower_sessions::session::{Id, Record};

use crate::harness::{World, stories};

stories! {
    a_session_is_created_loaded_saved_and_deleted,
    a_deleted_session_does_not_come_back,
    an_expired_session_is_not_loaded,
    a_clock_that_is_set_back_revives_no_session,
    a_colliding_id_is_replaced,
    the_id_is_not_stored,
}

fn sessions(world: &World) -> Sessions {
    Sessions::new(world.db.clone(), world.clock.clone())
}

fn record(world: &World, lives_ms: i64) -> Record {
    let expires_ns = i128::from(world.now() + lives_ms) * 1_000_000;
    Record {
        id: Id::default(),
        data: HashMap::from([("user".into(), json!({"id": 7, "name": "Zoë"}))]),
        expiry_date: OffsetDateTime::from_unix_timestamp_nanos(expires_ns).unwrap(),
    }
}

async fn a_session_is_created_loaded_saved_and_deleted(world: World) -> World {
    let (store, mut record) = (sessions(&world), record(&world, 1_000));
    assert_eq!(store.load(&record.id).await.unwrap(), None);
    store.create(&mut record).await.unwrap();
    assert_eq!(
        store.load(&record.id).await.unwrap().as_ref(),
        Some(&record)
    );
    record.data.insert("theme".into(), json!("dark"));
    record.expiry_date += time::Duration::minutes(5);
    store.save(&record).await.unwrap();
    assert_eq!(
        store.load(&record.id).await.unwrap().as_ref(),
        Some(&record)
    );
    store.delete(&record.id).await.unwrap();
    assert_eq!(store.load(&record.id).await.unwrap(), None);
    world
}

async fn a_deleted_session_does_not_come_back(world: World) -> World {
    let (store, mut record) = (sessions(&world), record(&world, 1_000));
    store.create(&mut record).await.unwrap();
    store.delete(&record.id).await.unwrap();
    store.save(&record).await.unwrap();
    assert_eq!(store.load(&record.id).await.unwrap(), None);
    world
}

async fn an_expired_session_is_not_loaded(world: World) -> World {
    let (store, mut short, mut long) = (
        sessions(&world),
        record(&world, 1_000),
        record(&world, 2_000),
    );
    store.create(&mut short).await.unwrap();
    store.create(&mut long).await.unwrap();
    world.clock.advance_ms(999);
    assert!(store.load(&short.id).await.unwrap().is_some());
    assert_eq!(store.delete_expired().await.unwrap(), 0);
    world.clock.advance_ms(1);
    assert_eq!(store.load(&short.id).await.unwrap(), None);
    assert!(store.load(&long.id).await.unwrap().is_some());
    // It was forgotten when it was asked for.
    assert_eq!(store.delete_expired().await.unwrap(), 0);
    world.clock.advance_ms(1_000);
    assert_eq!(store.delete_expired().await.unwrap(), 1);
    world
}

async fn a_clock_that_is_set_back_revives_no_session(world: World) -> World {
    for set_ms in [3_600_000, 24 * 3_600_000] {
        let (store, mut ended, mut lives) = (
            sessions(&world),
            record(&world, 1_000),
            record(&world, 2 * set_ms),
        );
        store.create(&mut ended).await.unwrap();
        store.create(&mut lives).await.unwrap();
        world.clock.advance_ms(1_000);
        assert_eq!(store.load(&ended.id).await.unwrap(), None);
        world.clock.set_ms(-set_ms);
        assert_eq!(store.load(&ended.id).await.unwrap(), None);
        assert!(store.load(&lives.id).await.unwrap().is_some());
        // Set right again, and then too far: what lives is only what was not over yet.
        world.clock.set_ms(set_ms);
        assert!(store.load(&lives.id).await.unwrap().is_some());
        world.clock.set_ms(2 * set_ms);
        assert_eq!(store.load(&lives.id).await.unwrap(), None);
        world.clock.set_ms(-2 * set_ms);
        assert_eq!(store.load(&lives.id).await.unwrap(), None);
    }
    world
}

async fn a_colliding_id_is_replaced(world: World) -> World {
    let (store, mut first, mut second) = (
        sessions(&world),
        record(&world, 1_000),
        record(&world, 1_000),
    );
    second.id = first.id;
    store.create(&mut first).await.unwrap();
    store.create(&mut second).await.unwrap();
    assert_ne!(first.id, second.id);
    assert!(store.load(&second.id).await.unwrap().is_some());
    world
}

async fn the_id_is_not_stored(world: World) -> World {
    let (store, mut record) = (sessions(&world), record(&world, 1_000));
    store.create(&mut record).await.unwrap();
    let mut tx = world.db.read().await.unwrap();
    for clear in [
        record.id.to_string(),
        format!("{:x}", record.id.0),
        record.id.0.to_string(),
    ] {
        assert_eq!(rows::by_id(&mut tx, &clear).await.unwrap(), None);
    }
    let hashed = headroom::store::modules::digest(&record.id.0.to_le_bytes());
    let kept = rows::by_id(&mut tx, &hashed).await.unwrap().unwrap();
    let data = kept.data_json;
    assert!(!data.contains(&record.id.to_string()), "{data}");
    drop(tx);
    world
}
