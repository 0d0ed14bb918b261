//! Whose turn it is in the course by mail, and that a turn is taken once, whatever dies.

use std::collections::HashSet;

use headroom::ids::Id;
use headroom::newsletter::course::{self, Lesson, send_due};
use headroom::newsletter::{calendar, office, roll};
use headroom::store::course_readers::{self, State};
use headroom::store::mailings::{self, Entry, Line};
use headroom::store::{Tx, issues, subscribers};

use crate::harness::{World, stories};

stories! {
    a_reader_gets_a_lesson_a_week_until_nothing_is_heard,
    a_turn_and_its_row_are_one_commit,
    who_pauses_leaves_or_has_left_the_list_gets_nothing,
    a_lesson_that_was_never_handed_over_is_not_had,
}

const LIST: &str = "email,topics,frequency\n\
    a@example.org,course,each\nb@example.org,course labs,weekly\nc@example.org,labs,each\n";

fn lessons(names: &[&str]) -> Vec<Lesson> {
    let lesson = |name: &&str| Lesson {
        path: format!("/lessons/a/{name}"),
        title: (*name).to_owned(),
        ..Lesson::default()
    };
    names.iter().map(lesson).collect()
}

async fn subscribe(world: &World) {
    let makes = (&world.ids, &world.random);
    let table = LIST.as_bytes();
    roll::import(&world.db, makes, table, "on paper", world.now())
        .await
        .unwrap();
}

async fn id(tx: &mut Tx, name: &str) -> Id {
    let email = format!("{name}@example.org");
    let found = subscribers::by_email(tx, &email).await.unwrap();
    found.unwrap().id
}

/// Takes the turns that are due, and says who was written down for what.
async fn round(world: &World, names: &[&str]) -> Vec<String> {
    let mut tx = world.db.write().await.unwrap();
    let from = issues::next_number(&mut tx).await.unwrap();
    send_due(&mut tx, &world.ids, &lessons(names), world.now())
        .await
        .unwrap();
    let until = issues::next_number(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let mut written = Vec::new();
    for number in from..until {
        let mut tx = world.db.read().await.unwrap();
        let issue = issues::by_number(&mut tx, number).await.unwrap().unwrap();
        assert_eq!(issue.state, issues::State::Sending);
        for line in lines(&mut tx, number).await {
            let email = line.email.unwrap_or_default();
            written.push(format!(
                "{} {}",
                &email[..1],
                issue.lesson.as_deref().unwrap()
            ));
        }
    }
    written.sort();
    written
}

async fn lines(tx: &mut Tx, number: i64) -> Vec<Line> {
    mailings::list_lines(tx, number, ("", false), 0, 100)
        .await
        .unwrap()
}

fn week(world: &World) {
    world
        .clock
        .advance_ms(calendar::next_lesson(world.now()) - world.now());
}

async fn state(world: &World, name: &str) -> (State, i64) {
    let mut tx = world.db.read().await.unwrap();
    let id = id(&mut tx, name).await;
    let found = course_readers::by_subscriber(&mut tx, id).await.unwrap();
    found.map(|it| (it.state, it.unanswered)).unwrap()
}

async fn a_reader_gets_a_lesson_a_week_until_nothing_is_heard(world: World) -> World {
    subscribe(&world).await;
    let all = ["one", "two", "three", "four", "five"];
    assert_eq!(
        round(&world, &all).await,
        ["a /lessons/a/one", "b /lessons/a/one"]
    );
    assert!(round(&world, &all).await.is_empty());
    week(&world);
    assert_eq!(
        round(&world, &all).await,
        ["a /lessons/a/two", "b /lessons/a/two"]
    );
    // Ada says so, Bob does not. "three" is taken out of the course.
    let mut tx = world.db.write().await.unwrap();
    let ada = id(&mut tx, "a").await;
    course_readers::update_answered(&mut tx, ada).await.unwrap();
    tx.commit().await.unwrap();
    let all = ["one", "two", "four", "five"];
    week(&world);
    assert_eq!(
        round(&world, &all).await,
        ["a /lessons/a/four", "b /lessons/a/four"]
    );
    assert_eq!(state(&world, "a").await, (State::Reading, 1));
    assert_eq!(state(&world, "b").await, (State::Silent, 3));
    week(&world);
    assert_eq!(round(&world, &all).await, ["a /lessons/a/five"]);
    assert_eq!(state(&world, "a").await, (State::Finished, 2));
    week(&world);
    // Bob is heard of after weeks: his lesson is overdue, and he is where he was.
    let mut tx = world.db.write().await.unwrap();
    let bob = id(&mut tx, "b").await;
    course_readers::update_answered(&mut tx, bob).await.unwrap();
    let standing = course::standing(&mut tx, &lessons(&all), bob)
        .await
        .unwrap();
    let (number, lesson, due_at) = standing.unwrap().next.unwrap();
    assert_eq!((number, lesson.title.as_str()), (4, "five"));
    assert!(due_at <= world.now());
    tx.commit().await.unwrap();
    assert_eq!(round(&world, &all).await, ["b /lessons/a/five"]);
    // A digest's turn does not depend on lessons, and the list of issues does not show them.
    let mut tx = world.db.read().await.unwrap();
    assert_eq!(issues::last_digest(&mut tx, "each").await.unwrap(), None);
    assert!(issues::list(&mut tx, 9).await.unwrap().is_empty());
    drop(tx);
    world
}

async fn a_turn_and_its_row_are_one_commit(world: World) -> World {
    subscribe(&world).await;
    let all = lessons(&["one", "two"]);
    // Everything is written, and the process dies before it commits.
    let mut tx = world.db.write().await.unwrap();
    send_due(&mut tx, &world.ids, &all, world.now())
        .await
        .unwrap();
    drop(tx);
    let world = world.restart().await;
    assert_eq!(state(&world, "a").await, (State::Reading, 0));
    let written = round(&world, &["one", "two"]).await;
    assert_eq!(written.len(), 2);
    // And after the commit: nobody is written down again.
    let world = world.restart().await;
    assert!(round(&world, &["one", "two"]).await.is_empty());
    // Two that take turns at once: one of them finds that it was taken.
    week(&world);
    let mut tx = world.db.write().await.unwrap();
    let due = course_readers::list_due(&mut tx, world.now(), 9)
        .await
        .unwrap();
    let ada = due.first().unwrap();
    let had: HashSet<String> = ["/lessons/a/one".to_owned()].into();
    let turn = course::turn(&all, &had, ada, world.now()).unwrap();
    let mut taken = Vec::new();
    for _ in 0..2 {
        let is_taken = course_readers::update_turn(&mut tx, ada, &turn.reader).await;
        taken.push(is_taken.unwrap());
    }
    assert_eq!(taken, [true, false]);
    drop(tx);
    world
}

async fn who_pauses_leaves_or_has_left_the_list_gets_nothing(world: World) -> World {
    subscribe(&world).await;
    let mut tx = world.db.write().await.unwrap();
    let (ada, bob) = (id(&mut tx, "a").await, id(&mut tx, "b").await);
    course_readers::update_paused(&mut tx, ada).await.unwrap();
    subscribers::update_suppressed(&mut tx, bob, "550 gone", 1)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let all = ["one", "two"];
    assert!(round(&world, &all).await.is_empty());
    let mut tx = world.db.write().await.unwrap();
    course_readers::update_answered(&mut tx, ada).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(round(&world, &all).await, ["a /lessons/a/one"]);
    let mut tx = world.db.write().await.unwrap();
    let found = subscribers::by_id(&mut tx, ada).await.unwrap().unwrap();
    headroom::newsletter::leave(&mut tx, &world.ids, &found, "test", world.now())
        .await
        .unwrap();
    let gone = course_readers::by_subscriber(&mut tx, ada).await.unwrap();
    assert_eq!(gone, None);
    assert!(subscribers::delete(&mut tx, bob).await.unwrap());
    let gone = course_readers::by_subscriber(&mut tx, bob).await.unwrap();
    assert_eq!(gone, None);
    // Ada comes back: she goes on where she was.
    assert!(
        subscribers::update_confirmed(&mut tx, ada, world.now())
            .await
            .unwrap()
    );
    course_readers::insert(&mut tx, ada, world.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(round(&world, &all).await, ["a /lessons/a/two"]);
    assert_eq!(state(&world, "a").await, (State::Finished, 1));
    world
}

async fn a_lesson_that_was_never_handed_over_is_not_had(world: World) -> World {
    subscribe(&world).await;
    round(&world, &["one", "two"]).await;
    let mut tx = world.db.write().await.unwrap();
    let (ada, bob) = (id(&mut tx, "a").await, id(&mut tx, "b").await);
    let number = issues::next_number(&mut tx).await.unwrap() - 1;
    let position = lines(&mut tx, number).await;
    let position = position
        .iter()
        .find(|line| line.email.as_deref() == Some("a@example.org"));
    let sent = Entry {
        position: position.unwrap().position,
        state: mailings::State::Sent,
        attempts: 1,
        uncertain: 0,
        due_at: 0,
        first_at: Some(1),
        at: 1,
        reply: "250 ok".into(),
    };
    mailings::update_landed(&mut tx, number, &[sent])
        .await
        .unwrap();
    // Bob's still waits when the issue is given up: he has not had it, she has.
    office::cancel(&mut tx, number, world.now()).await.unwrap();
    let had = course_readers::list_had(&mut tx, ada).await.unwrap();
    assert_eq!(had, ["/lessons/a/one"]);
    assert!(
        course_readers::list_had(&mut tx, bob)
            .await
            .unwrap()
            .is_empty()
    );
    tx.commit().await.unwrap();
    week(&world);
    assert_eq!(
        round(&world, &["one", "two"]).await,
        ["a /lessons/a/two", "b /lessons/a/one"]
    );
    world
}
