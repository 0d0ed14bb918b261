//! Submissions that are given to a grader that waits: begun before they are written, and graded
//! once or, where they never are written, not at all.

use std::sync::Arc;
use std::time::Duration;

use headroom::ids::Id;
use headroom::jobs::grade_submission::{Desk, Edition, GradeSubmission, Grader as _};
use headroom::jobs::{Called, Job as _, Running};
use headroom::store::jobs::Line;
use headroom::store::submissions::{self, NewSubmission, Status};
use headroom::store::{Tx, jobs, modules};
use tokio::sync::oneshot;

use crate::grading::{Fake, report, runner_at, submission};
use crate::harness::{World, stories};

stories! {
    a_grader_that_waits_begins_before_the_commit,
    what_is_never_written_is_never_graded,
    who_is_called_for_nothing_looks_in_the_queue,
    nobody_is_passed_in_the_line,
    what_is_given_to_a_killed_worker_is_tried_again,
}

const SOON: Duration = Duration::from_secs(20);

/// Two workers that wait at a desk.
fn open(world: &World, grader: &Arc<Fake>) -> (Desk, Running) {
    let desk = Desk::default();
    let running = runner_at(world, grader, desk.clone()).start();
    (desk, running)
}

/// One of them, as soon as it waits.
async fn called(desk: &Desk) -> Called {
    let nobody = Line {
        queued: 0,
        start: 0,
    };
    loop {
        if let Some(called) = desk.call(nobody) {
            return called;
        }
        tokio::task::yield_now().await;
    }
}

/// Writes a submission and gives it away.
async fn hand(
    world: &World,
    desk: &Desk,
    tx: &mut Tx,
    module: &'static [u8],
) -> (Id, oneshot::Sender<()>) {
    let sha256 = modules::insert(tx, module, world.now()).await.unwrap();
    let new = NewSubmission {
        is_running: true,
        ..world.submission(&sha256, None)
    };
    submissions::insert(tx, &new).await.unwrap();
    let edition: Edition = Fake::default().edition(&new.lab, None).unwrap();
    let what = (&new, edition.key(&new.lab, &sha256), module.into());
    let line = jobs::line(tx, GradeSubmission::KIND, &new.client).await;
    let called = called(desk).await;
    let until = desk.hand(called, tx, &world.ids, what, line.unwrap()).await;
    (new.id, until.unwrap())
}

async fn settled(world: &World, id: Id) {
    let look = async {
        let mut changes = world.db.watch_submissions();
        while submission(&world.db, id).await.finished_at.is_none() {
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(SOON, look).await.unwrap();
}

async fn counts(world: &World) -> jobs::Counts {
    let mut tx = world.db.read().await.unwrap();
    jobs::count(&mut tx, GradeSubmission::KIND).await.unwrap()
}

async fn a_grader_that_waits_begins_before_the_commit(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let (desk, running) = open(&world, &grader);
    // The writer of SQLite is one: the workers look whether there is something before.
    drop((called(&desk).await, called(&desk).await));
    let mut tx = world.db.write().await.unwrap();
    let (id, until) = hand(&world, &desk, &mut tx, b"good").await;
    let begun = tokio::time::timeout(SOON, grader.started.notified()).await;
    assert!(begun.is_ok(), "it waits for the commit");
    tx.commit().await.unwrap();
    let found = submission(&world.db, id).await;
    assert_eq!(found.started_at, Some(world.now()));
    drop(until);
    settled(&world, id).await;
    assert_eq!(report(&world.db, id).await, b"report of good");
    running.stop(SOON).await;
    assert_eq!(counts(&world).await, jobs::Counts::default());
    assert_eq!(grader.graded.lock().unwrap().len(), 1);
    world
}

async fn what_is_never_written_is_never_graded(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let (desk, running) = open(&world, &grader);
    let mut tx = world.db.write().await.unwrap();
    let (id, until) = hand(&world, &desk, &mut tx, b"good").await;
    drop(tx);
    drop(until);
    // Both workers are there again: the claim was void.
    let both = async { (called(&desk).await, called(&desk).await) };
    drop(tokio::time::timeout(SOON, both).await.unwrap());
    let mut tx = world.db.read().await.unwrap();
    assert_eq!(submissions::by_id(&mut tx, id).await.unwrap(), None);
    drop(tx);
    assert_eq!(counts(&world).await, jobs::Counts::default());
    running.stop(SOON).await;
    world
}

async fn who_is_called_for_nothing_looks_in_the_queue(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let (desk, running) = open(&world, &grader);
    let both = (called(&desk).await, called(&desk).await);
    let id = world.hand_in(b"good").await;
    assert_eq!(submission(&world.db, id).await.status, Status::Queued);
    drop(both);
    settled(&world, id).await;
    running.stop(SOON).await;
    world
}

async fn nobody_is_passed_in_the_line(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let (desk, running) = open(&world, &grader);
    drop(called(&desk).await);
    let (queued, start) = (1, 0);
    assert!(desk.call(Line { queued, start }).is_none());
    let mut tx = world.db.write().await.unwrap();
    for owner in ["a", "a", "b"] {
        let whose = (world.ids.next(), owner, None);
        let made = GradeSubmission::enqueue(&mut tx, &world.ids, whose, world.now());
        assert!(made.await.unwrap());
    }
    let line = async |tx: &mut Tx, owner| {
        let line = jobs::line(tx, GradeSubmission::KIND, owner).await.unwrap();
        (line.queued, line.start)
    };
    assert_eq!(line(&mut tx, "a").await, (3, 2));
    assert_eq!(line(&mut tx, "b").await, (3, 1));
    assert_eq!(line(&mut tx, "c").await, (3, 0));
    drop(tx);
    running.stop(SOON).await;
    world
}

async fn what_is_given_to_a_killed_worker_is_tried_again(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let (desk, running) = open(&world, &grader);
    let mut tx = world.db.write().await.unwrap();
    let (id, until) = hand(&world, &desk, &mut tx, b"hangs once").await;
    tx.commit().await.unwrap();
    drop(until);
    let begun = grader.started.notified();
    tokio::time::timeout(SOON, begun).await.unwrap();
    // No grace: it is cut off, and goes back to the queue.
    running.stop(Duration::ZERO).await;
    assert_eq!(submission(&world.db, id).await.status, Status::Queued);
    let runner = runner_at(&world, &grader, Desk::default());
    assert_eq!(runner.run_due().await.unwrap(), 1);
    assert_eq!(submission(&world.db, id).await.status, Status::Graded);
    world
}
