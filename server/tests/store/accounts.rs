//! People, their links and their progress.

use futures_util::future::join_all;
use headroom::ids::Id;
use headroom::store::links::{self, Link, Purpose};
use headroom::store::submissions::Range;
use headroom::store::users::{self, User};
use headroom::store::{modules, progress, sessions, setup, submissions};

use crate::harness::{World, stories};

stories! {
    an_address_has_one_account,
    a_link_is_used_once,
    a_link_expires,
    progress_is_written_over_what_was_read,
    submissions_are_listed_and_deleted_with_what_nobody_else_needs,
    an_account_takes_its_rows_along,
    of_those_who_close_the_setup_at_once_one_did,
}

fn user(world: &World, email: &str) -> User {
    User {
        id: world.ids.next(),
        email: email.to_owned(),
        password_hash: Some("$argon2id$".to_owned()),
        is_admin: false,
        submissions_per_minute: None,
        created_at: world.now(),
    }
}

async fn made(world: &World, email: &str) -> Id {
    let user = user(world, email);
    let mut tx = world.db.write().await.unwrap();
    assert!(users::insert(&mut tx, &user).await.unwrap());
    tx.commit().await.unwrap();
    user.id
}

fn link(world: &World, user_id: Option<Id>) -> Link {
    Link {
        id: world.ids.next(),
        purpose: Purpose::SignIn,
        email: "ada@example.org".to_owned(),
        user_id,
        created_at: world.now(),
        expires_at: world.now() + Purpose::SignIn.lives_ms(),
        used_at: None,
    }
}

/// Keeps a link under the digest of `token`.
async fn mailed(world: &World, link: &Link, token: &str) {
    let mut tx = world.db.write().await.unwrap();
    links::insert(&mut tx, link).await.unwrap();
    let digest = modules::digest(token.as_bytes());
    links::update_token(&mut tx, link.id, &digest)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn an_address_has_one_account(world: World) -> World {
    let ada = user(&world, "ada@example.org");
    let mut tx = world.db.write().await.unwrap();
    assert!(users::insert(&mut tx, &ada).await.unwrap());
    let again = user(&world, "ada@example.org");
    assert!(!users::insert(&mut tx, &again).await.unwrap());
    let bob = user(&world, "bob@example.org");
    assert!(users::insert(&mut tx, &bob).await.unwrap());
    assert_eq!(
        users::by_id(&mut tx, ada.id).await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(
        users::by_email(&mut tx, &bob.email).await.unwrap(),
        Some(bob.clone())
    );
    let taken = users::update_email(&mut tx, bob.id, "ada@example.org").await;
    assert!(!taken.unwrap());
    let free = users::update_email(&mut tx, bob.id, "rob@example.org").await;
    assert!(free.unwrap());
    users::update_password(&mut tx, ada.id, "$new")
        .await
        .unwrap();
    users::update_admin(&mut tx, ada.id, true).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = world.db.read().await.unwrap();
    let all = users::list(&mut tx, "", 10).await.unwrap();
    let emails: Vec<_> = all.iter().map(|user| user.email.as_str()).collect();
    assert_eq!(emails, ["ada@example.org", "rob@example.org"]);
    assert_eq!(
        (all[0].password_hash.as_deref(), all[0].is_admin),
        (Some("$new"), true)
    );
    assert_eq!(users::list(&mut tx, emails[0], 10).await.unwrap().len(), 1);
    assert_eq!(users::count(&mut tx).await.unwrap(), 2);
    drop(tx);
    world
}

async fn a_link_is_used_once(world: World) -> World {
    let link = link(&world, None);
    mailed(&world, &link, "secret").await;
    let digest = modules::digest(b"secret");
    let mut tx = world.db.read().await.unwrap();
    let found = links::by_token(&mut tx, &digest, world.now())
        .await
        .unwrap();
    assert_eq!(found.map(|found| found.id), Some(link.id));
    assert!(
        links::by_token(&mut tx, "secret", world.now())
            .await
            .unwrap()
            .is_none()
    );
    drop(tx);
    let uses = (0..50).map(|_| async {
        let mut tx = world.db.write().await.unwrap();
        let used = links::update_used(&mut tx, link.id, world.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        used
    });
    let used = join_all(uses)
        .await
        .into_iter()
        .filter(|used| *used)
        .count();
    assert_eq!(used, 1);
    let mut tx = world.db.read().await.unwrap();
    assert!(
        links::by_token(&mut tx, &digest, world.now())
            .await
            .unwrap()
            .is_none()
    );
    drop(tx);
    world
}

async fn a_link_expires(world: World) -> World {
    mailed(&world, &link(&world, None), "secret").await;
    let digest = modules::digest(b"secret");
    let lives_ms = Purpose::SignIn.lives_ms();
    let mut tx = world.db.write().await.unwrap();
    let last = world.now() + lives_ms - 1;
    assert!(
        links::by_token(&mut tx, &digest, last)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        links::by_token(&mut tx, &digest, last + 1)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(links::delete_expired(&mut tx, last).await.unwrap(), 0);
    assert_eq!(links::delete_expired(&mut tx, last + 1).await.unwrap(), 1);
    drop(tx);
    world
}

async fn progress_is_written_over_what_was_read(world: World) -> World {
    let ada = made(&world, "ada@example.org").await;
    let write = |version: i64, document: &'static str| {
        let db = world.db.clone();
        async move {
            let mut tx = db.write().await.unwrap();
            let written = progress::update(&mut tx, ada, version, document, 1)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            written
        }
    };
    assert!(!write(1, "{}").await, "nothing is at version 1 yet");
    // Of many who write over the same version, one does.
    for version in 0..3 {
        let written = join_all((0..20).map(|_| write(version, "{}"))).await;
        assert_eq!(
            written.into_iter().filter(|written| *written).count(),
            1,
            "{version}"
        );
    }
    assert!(write(3, r#"{"a":1}"#).await);
    let mut tx = world.db.read().await.unwrap();
    let kept = progress::by_user(&mut tx, ada).await.unwrap();
    assert_eq!(kept, Some((4, r#"{"a":1}"#.to_owned())));
    drop(tx);
    world
}

fn all(lab: &str) -> Range<'_> {
    Range {
        lab,
        before: "",
        limit: 10,
    }
}

async fn submissions_are_listed_and_deleted_with_what_nobody_else_needs(world: World) -> World {
    let ada = made(&world, "ada@example.org").await;
    let mut tx = world.db.write().await.unwrap();
    let own = modules::insert(&mut tx, b"own", world.now()).await.unwrap();
    let shared = modules::insert(&mut tx, b"shared", world.now())
        .await
        .unwrap();
    for (module, user) in [(&own, Some(ada)), (&shared, Some(ada)), (&shared, None)] {
        let mut new = world.submission(module, None);
        new.user_id = user;
        submissions::insert(&mut tx, &new).await.unwrap();
        world.clock.advance_ms(1);
    }
    let listed = submissions::list_by_user(&mut tx, ada, all(""))
        .await
        .unwrap();
    let digests: Vec<_> = listed
        .iter()
        .map(|found| found.module_sha256.as_str())
        .collect();
    assert_eq!(digests, [&shared, &own]);
    assert!(listed[0].score_ppm.is_none());
    let other = submissions::list_by_user(&mut tx, ada, all("retry"))
        .await
        .unwrap();
    assert!(other.is_empty());
    submissions::delete_by_user(&mut tx, ada).await.unwrap();
    assert!(
        submissions::list_by_user(&mut tx, ada, all(""))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(modules::by_sha256(&mut tx, &own).await.unwrap().is_none());
    assert!(
        modules::by_sha256(&mut tx, &shared)
            .await
            .unwrap()
            .is_some()
    );
    tx.commit().await.unwrap();
    world
}

async fn an_account_takes_its_rows_along(world: World) -> World {
    let ada = made(&world, "ada@example.org").await;
    let mut tx = world.db.write().await.unwrap();
    for name in ["here", "there"] {
        let session = sessions::Session {
            id_sha256: name.to_owned(),
            user_id: Some(ada.to_string()),
            data_json: "{}".to_owned(),
            expires_at: world.now() + 1_000,
        };
        assert!(sessions::insert(&mut tx, &session).await.unwrap());
    }
    assert_eq!(
        sessions::list_by_user(&mut tx, ada, world.now())
            .await
            .unwrap()
            .len(),
        2
    );
    let nobody = world.ids.next();
    assert!(
        !sessions::delete_of_user(&mut tx, nobody, "here")
            .await
            .unwrap()
    );
    assert_eq!(
        sessions::delete_by_user(&mut tx, ada, "here")
            .await
            .unwrap(),
        1
    );
    let own = link(&world, Some(ada));
    links::insert(&mut tx, &own).await.unwrap();
    assert!(progress::update(&mut tx, ada, 0, "{}", 1).await.unwrap());

    users::delete(&mut tx, ada).await.unwrap();
    assert!(
        sessions::list_by_user(&mut tx, ada, 0)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(links::by_id(&mut tx, own.id).await.unwrap().is_none());
    assert_eq!(progress::by_user(&mut tx, ada).await.unwrap(), None);
    tx.commit().await.unwrap();
    world
}

async fn of_those_who_close_the_setup_at_once_one_did(world: World) -> World {
    let tries = (0..8).map(|i| {
        let world = &world;
        async move {
            let mut tx = world.db.write().await.unwrap();
            // On PostgreSQL all of them may come this far.
            let closed = setup::close(&mut tx, world.now()).await.unwrap();
            if !closed {
                return false;
            }
            let admin = User {
                is_admin: true,
                ..user(world, &format!("one{i}@example.org"))
            };
            assert!(users::insert(&mut tx, &admin).await.unwrap());
            // The first changes its mind: then it was not closed.
            let stays = i > 0;
            if stays {
                tx.commit().await.unwrap();
            }
            stays
        }
    });
    let closed = join_all(tries).await;
    assert_eq!(closed.iter().filter(|closed| **closed).count(), 1);
    let mut tx = world.db.read().await.unwrap();
    assert!(!setup::is_open(&mut tx).await.unwrap());
    assert_eq!(users::count(&mut tx).await.unwrap(), 1);
    drop(tx);
    world
}
