//! What is forgotten after its time, and what is not.

use headroom::newsletter::{self, office};
use headroom::store::mailings::{self, State};
use headroom::store::subscribers::{self, Consent, Status, Subscriber};
use headroom::store::{Tx, issues, modules, retention};

use crate::harness::{World, stories};
use crate::newsletter::issue;

stories! {
    a_wish_that_nobody_confirmed_is_forgotten,
    whoever_left_before_stays_gone,
    an_old_issue_forgets_its_readers_and_keeps_its_counts,
    proof_outlives_a_subscription_and_not_for_ever,
}

const ADA: &str = "ada@example.org";

/// Somebody asks; the link ends at `until`.
async fn ask(world: &World, tx: &mut Tx, email: &str, until: i64) {
    let new = subscriber(world, email);
    let secret = format!("secret of {email} {until}");
    subscribers::upsert_asked(tx, &new, (secret.as_str(), until))
        .await
        .unwrap();
    prove(world, tx, email, "asked", until - 7).await;
}

fn subscriber(world: &World, email: &str) -> Subscriber {
    Subscriber {
        id: world.ids.next(),
        email: email.into(),
        status: Status::Confirmed,
        topics: "labs".into(),
        frequency: "each".into(),
        key: format!("key of {email}"),
        created_at: 1,
        suppressed: None,
    }
}

async fn prove(world: &World, tx: &mut Tx, email: &str, event: &'static str, at: i64) {
    let consent = Consent {
        id: world.ids.next(),
        email_sha256: modules::digest(email.as_bytes()),
        event,
        words: String::new(),
        source: "test",
        at,
    };
    subscribers::insert_consent(tx, &consent).await.unwrap();
}

async fn proofs(tx: &mut Tx, email: &str) -> usize {
    let digest = modules::digest(email.as_bytes());
    subscribers::list_consents(tx, &digest).await.unwrap().len()
}

async fn a_wish_that_nobody_confirmed_is_forgotten(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    for (email, until) in [
        (ADA, 100),
        ("bob@example.org", 101),
        ("eve@example.org", 500),
    ] {
        ask(&world, &mut tx, email, until).await;
    }
    let sure = subscriber(&world, "sure@example.org");
    assert!(subscribers::insert_confirmed(&mut tx, &sure).await.unwrap());
    assert_eq!(
        retention::delete_unconfirmed(&mut tx, 500, 1)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        retention::delete_unconfirmed(&mut tx, 500, 9)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        retention::delete_unconfirmed(&mut tx, 500, 9)
            .await
            .unwrap(),
        0
    );
    assert_eq!(subscribers::count(&mut tx).await.unwrap(), [1, 1, 0, 0]);
    assert!(subscribers::by_email(&mut tx, ADA).await.unwrap().is_none());
    assert_eq!(
        (
            proofs(&mut tx, ADA).await,
            proofs(&mut tx, "eve@example.org").await
        ),
        (0, 1)
    );
    tx.commit().await.unwrap();
    world
}

async fn whoever_left_before_stays_gone(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let ada = subscriber(&world, ADA);
    assert!(subscribers::insert_confirmed(&mut tx, &ada).await.unwrap());
    newsletter::leave(&mut tx, &world.ids, &ada, "test", 50)
        .await
        .unwrap();
    ask(&world, &mut tx, ADA, 100).await;
    assert_eq!(
        retention::delete_unconfirmed(&mut tx, 500, 9)
            .await
            .unwrap(),
        1
    );
    let found = subscribers::by_email(&mut tx, ADA).await.unwrap().unwrap();
    assert_eq!((found.id, found.status), (ada.id, Status::Ended));
    assert!(
        !subscribers::insert_confirmed(&mut tx, &subscriber(&world, ADA))
            .await
            .unwrap()
    );
    // That she left is still proven; that she asked again, and then did not want it, is not.
    assert_eq!(proofs(&mut tx, ADA).await, 1);
    assert_eq!(
        retention::delete_unconfirmed(&mut tx, 500, 9)
            .await
            .unwrap(),
        0
    );
    tx.commit().await.unwrap();
    world
}

async fn an_old_issue_forgets_its_readers_and_keeps_its_counts(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let mut readers = Vec::new();
    for name in ["a", "b", "c"] {
        let reader = subscriber(&world, &format!("{name}@example.org"));
        assert!(
            subscribers::insert_confirmed(&mut tx, &reader)
                .await
                .unwrap()
        );
        readers.push(reader);
    }
    let number = issue(&world, &mut tx).await;
    // Not before it has ended, and some time has passed.
    assert_eq!(
        retention::update_nameless(&mut tx, i64::MAX, 9)
            .await
            .unwrap(),
        0
    );
    issues::update_finished(&mut tx, number, 400).await.unwrap();
    assert_eq!(
        retention::update_nameless(&mut tx, 400, 9).await.unwrap(),
        0
    );
    let before = mailings::count(&mut tx, number).await.unwrap();
    assert_eq!(before.of(State::Queued), 3);
    assert_eq!(
        retention::update_nameless(&mut tx, 401, 2).await.unwrap(),
        2
    );
    let first = mailings::subscriber(&mut tx, (number, 1)).await.unwrap();
    assert_eq!(first, Some(readers[0].id));
    assert_eq!(
        retention::update_nameless(&mut tx, 401, 2).await.unwrap(),
        1
    );
    assert_eq!(
        retention::update_nameless(&mut tx, 401, 2).await.unwrap(),
        0
    );
    for (at, reader) in (1..).zip(&readers) {
        assert_eq!(
            mailings::subscriber(&mut tx, (number, at)).await.unwrap(),
            None
        );
        assert!(
            mailings::list_of(&mut tx, reader.id, 9)
                .await
                .unwrap()
                .is_empty()
        );
    }
    assert_eq!(mailings::count(&mut tx, number).await.unwrap(), before);
    assert_eq!(office::list(&mut tx, 9).await.unwrap()[0].1, before);
    tx.commit().await.unwrap();
    world
}

async fn proof_outlives_a_subscription_and_not_for_ever(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let (back, here) = ("back@example.org", "here@example.org");
    for (email, event, at) in [
        (ADA, "asked", 10),
        (ADA, "confirmed", 20),
        (ADA, "ended", 30),
        (back, "ended", 30),
        (back, "confirmed", 40),
        (here, "confirmed", 5),
    ] {
        prove(&world, &mut tx, email, event, at).await;
    }
    assert_eq!(retention::delete_consents(&mut tx, 30, 9).await.unwrap(), 0);
    assert_eq!(retention::delete_consents(&mut tx, 31, 9).await.unwrap(), 1);
    assert_eq!(proofs(&mut tx, ADA).await, 0);
    // Who came back, or never left, agrees still.
    assert_eq!(
        retention::delete_consents(&mut tx, i64::MAX, 9)
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        (proofs(&mut tx, back).await, proofs(&mut tx, here).await),
        (2, 1)
    );
    tx.commit().await.unwrap();
    world
}
