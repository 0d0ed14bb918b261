//! Submissions through the queue: graded exactly once, whatever happens to the workers.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use headroom::ids::Id;
use headroom::jobs::grade_submission::{
    Desk, Edition, GradeFailure, GradeSubmission, Grader, Problem,
};
use headroom::jobs::{Runner, RunnerConfig};
use headroom::problem::Kind;
use headroom::store::grades::{self, Findings};
use headroom::store::submissions::{self, Status, Submission};
use headroom::store::{Db, jobs, modules};
use tokio::sync::Notify;

use crate::harness::{World, stories};

stories! {
    a_submission_is_graded_and_waiters_are_told,
    the_same_module_is_graded_once,
    a_problem_fails_the_submission_and_is_not_tried_again,
    a_killed_worker_is_tried_again,
    a_submission_that_cannot_be_graded_is_failed,
    a_lab_that_is_gone_is_a_problem,
    a_crash_in_the_middle_loses_nothing,
}

#[derive(Default)]
pub struct Fake {
    pub graded: Mutex<Vec<Vec<u8>>>,
    pub started: Notify,
}

#[async_trait]
impl Grader for Fake {
    fn edition(&self, lab: &str, _language: Option<&str>) -> Option<Edition> {
        (lab == "rate_limiter").then(|| Edition {
            lab_version: 4,
            engine: "engine/1".into(),
            meter: "meter/1".into(),
        })
    }

    async fn grade(
        &self,
        lab: &str,
        _language: Option<&str>,
        module: &[u8],
    ) -> Result<Findings, GradeFailure> {
        self.graded.lock().unwrap().push(module.to_vec());
        self.started.notify_one();
        let tries = self
            .graded
            .lock()
            .unwrap()
            .iter()
            .filter(|m| *m == module)
            .count();
        match module {
            b"loop" => Err(GradeFailure::Problem(Problem {
                kind: Kind::named("grading-timeout"),
                detail: format!("The module of {lab} did not answer."),
                errors: Vec::new(),
            })),
            b"killed once" if tries == 1 => Err(GradeFailure::Retry("worker killed".into())),
            b"killed always" => Err(GradeFailure::Retry("worker killed".into())),
            b"hangs once" if tries == 1 => std::future::pending().await,
            _ => Ok(Findings {
                report: [b"report of ", module].concat(),
                digest: modules::digest(module),
                score_ppm: 1_000_000,
                stars: 3,
                hidden_json: None,
            }),
        }
    }
}

fn runner(world: &World, grader: &Arc<Fake>) -> Runner {
    runner_at(world, grader, Desk::default())
}

/// Two workers, called at this desk.
pub fn runner_at(world: &World, grader: &Arc<Fake>, desk: Desk) -> Runner {
    let waiting = desk.waiting();
    let config = RunnerConfig {
        db: world.db.clone(),
        clock: world.clock.clone(),
        ids: world.ids.clone(),
        random: world.random.clone(),
        poll_ms: 1_000,
        metrics: headroom::metrics::Metrics::default(),
    };
    let grade = GradeSubmission::new(Arc::<Fake>::clone(grader), desk);
    Runner::new(config).with_waiting(grade, 2, waiting)
}

pub async fn submission(db: &Db, id: Id) -> Submission {
    submissions::by_id(&mut db.read().await.unwrap(), id)
        .await
        .unwrap()
        .unwrap()
}

pub async fn report(db: &Db, id: Id) -> Vec<u8> {
    let grade = submission(db, id).await.grade_id.unwrap();
    let mut tx = db.read().await.unwrap();
    grades::by_id(&mut tx, grade)
        .await
        .unwrap()
        .unwrap()
        .findings
        .report
}

async fn a_submission_is_graded_and_waiters_are_told(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let id = world.hand_in(b"good").await;
    assert_eq!(submission(&world.db, id).await.status, Status::Queued);
    let waiter = world.db.watch_submissions();
    world.clock.advance_ms(3);
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 1);
    assert!(waiter.has_changed().unwrap());
    let found = submission(&world.db, id).await;
    assert_eq!((found.status, found.lab_version), (Status::Graded, 4));
    assert_eq!(found.started_at, Some(world.now()));
    assert_eq!(report(&world.db, id).await, b"report of good");
    world
}

async fn the_same_module_is_graded_once(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let (first, second) = (world.hand_in(b"good").await, world.hand_in(b"good").await);
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 2);
    assert_eq!(grader.graded.lock().unwrap().len(), 1);
    assert_eq!(
        report(&world.db, first).await,
        report(&world.db, second).await
    );
    world
}

async fn a_problem_fails_the_submission_and_is_not_tried_again(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let id = world.hand_in(b"loop").await;
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 1);
    let found = submission(&world.db, id).await;
    assert_eq!(found.status, Status::Failed);
    assert!(
        found
            .problem_json
            .unwrap()
            .contains("/problems/grading-timeout")
    );
    world.clock.advance_ms(3_600_000);
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 0);
    world
}

async fn a_killed_worker_is_tried_again(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let id = world.hand_in(b"killed once").await;
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 1);
    assert_eq!(submission(&world.db, id).await.status, Status::Queued);
    world.clock.advance_ms(1_000);
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 1);
    assert_eq!(submission(&world.db, id).await.status, Status::Graded);
    world
}

async fn a_submission_that_cannot_be_graded_is_failed(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let id = world.hand_in(b"killed always").await;
    for _ in 0..5 {
        assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 1);
        world.clock.advance_ms(60_000);
    }
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 0);
    let found = submission(&world.db, id).await;
    assert_eq!(found.status, Status::Failed);
    assert!(
        found
            .problem_json
            .unwrap()
            .contains("/problems/grading-failed")
    );
    world
}

async fn a_lab_that_is_gone_is_a_problem(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let mut tx = world.db.write().await.unwrap();
    let sha256 = modules::insert(&mut tx, b"good", 1).await.unwrap();
    let mut new = world.submission(&sha256, None);
    new.lab = "withdrawn".into();
    submissions::insert(&mut tx, &new).await.unwrap();
    let job = GradeSubmission::enqueue(&mut tx, &world.ids, (new.id, "a", None), world.now());
    assert!(job.await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(runner(&world, &grader).run_due().await.unwrap(), 1);
    let problem = submission(&world.db, new.id).await.problem_json.unwrap();
    assert!(problem.contains("/problems/lab-not-found"), "{problem}");
    world
}

async fn a_crash_in_the_middle_loses_nothing(world: World) -> World {
    let grader = Arc::new(Fake::default());
    let id = world.hand_in(b"hangs once").await;
    let doomed = runner(&world, &grader);
    let crashing = tokio::spawn(async move { doomed.run_due().await });
    grader.started.notified().await;
    assert_eq!(submission(&world.db, id).await.status, Status::Running);
    crashing.abort();
    assert!(crashing.await.is_err());

    let world = world.restart().await;
    let runner = runner(&world, &grader);
    let recovered = runner.recover().await.unwrap();
    assert_eq!(recovered, u64::from(world.db.is_embedded()));
    if !world.db.is_embedded() {
        assert_eq!(
            runner.run_due().await.unwrap(),
            0,
            "another node may be at it"
        );
        world.clock.advance_ms(30_001);
    }
    assert_eq!(runner.run_due().await.unwrap(), 1);
    assert_eq!(submission(&world.db, id).await.status, Status::Graded);
    assert_eq!(runner.run_due().await.unwrap(), 0);
    let left = jobs::count(&mut world.db.read().await.unwrap(), "grade-submission").await;
    assert_eq!(left.unwrap(), jobs::Counts::default());
    world
}
