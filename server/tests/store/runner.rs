//! The workers: waking, retrying, giving up, stopping, and never settling a job twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use headroom::jobs::{
    Ctx, Enqueue, Finished, Job, JobError, Limits, Runner, RunnerConfig, enqueue,
};
use headroom::store::jobs::{self, Counts};
use headroom::store::modules;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::harness::{World, stories};

stories! {
    a_retry_waits_its_backoff_and_then_the_job_is_dead,
    a_panic_is_a_failure_like_another,
    a_payload_of_another_release_is_given_up,
    workers_wake_when_a_job_is_committed,
    a_stop_waits_and_then_hands_back,
    a_lost_lease_undoes_the_late_finish,
    a_clock_set_forward_runs_nothing_twice,
    a_clock_set_back_keeps_no_job_waiting,
}

const HOUR_MS: i64 = 3_600_000;

#[derive(Clone)]
struct Probe {
    runs: Arc<AtomicI64>,
    gate: Arc<Semaphore>,
}

#[derive(Serialize, Deserialize)]
enum Order {
    Finish,
    Retry,
    Panic,
    Wait,
}

#[async_trait]
impl Job for Probe {
    const KIND: &'static str = "probe";
    const LIMITS: Limits = Limits {
        max_failures: 3,
        lease_ms: 30_000,
        backoff_ms: 1_000,
        backoff_max_ms: 8_000,
    };
    type Payload = Order;

    async fn run(&self, ctx: &Ctx, order: &Order) -> Result<Finished, JobError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        match order {
            Order::Finish => {}
            Order::Retry => return Err(JobError::Retry("not now".into())),
            Order::Panic => panic!("on order"),
            Order::Wait => drop(self.gate.acquire().await),
        }
        let mut tx = ctx.finish().await?;
        modules::insert(&mut tx, b"effect", 1).await?;
        tx.commit().await
    }
}

fn probe() -> Probe {
    Probe {
        runs: Arc::default(),
        gate: Arc::new(Semaphore::new(0)),
    }
}

fn runner(world: &World, probe: &Probe) -> Runner {
    // Long enough that only waking explains that a job ran.
    polling(world, probe, 600_000)
}

fn polling(world: &World, probe: &Probe, poll_ms: u64) -> Runner {
    let config = RunnerConfig {
        db: world.db.clone(),
        clock: world.clock.clone(),
        ids: world.ids.clone(),
        random: world.random.clone(),
        poll_ms,
        metrics: headroom::metrics::Metrics::default(),
    };
    Runner::new(config).with(probe.clone(), 2)
}

async fn order(world: &World, order: Order) {
    let mut tx = world.db.write().await.unwrap();
    let now_ms = world.now();
    let how = Enqueue {
        id: world.ids.next(),
        unique_key: None,
        owner: String::new(),
        start: None,
        run_at: now_ms,
        now_ms,
    };
    enqueue::<Probe>(&mut tx, &order, how).await.unwrap();
    tx.commit().await.unwrap();
}

async fn counts(world: &World) -> Counts {
    jobs::count(&mut world.db.read().await.unwrap(), Probe::KIND)
        .await
        .unwrap()
}

async fn has_effect(world: &World) -> bool {
    let mut tx = world.db.read().await.unwrap();
    modules::by_sha256(&mut tx, &modules::digest(b"effect"))
        .await
        .unwrap()
        .is_some()
}

async fn until(what: impl AsyncFn() -> bool) {
    for _ in 0..1_000 {
        if what().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came true");
}

async fn a_retry_waits_its_backoff_and_then_the_job_is_dead(world: World) -> World {
    let probe = probe();
    let runner = runner(&world, &probe);
    order(&world, Order::Retry).await;
    for (backoff_ms, runs) in [(1_000, 1), (2_000, 2)] {
        assert_eq!(runner.run_due().await.unwrap(), 1);
        assert_eq!(runner.run_due().await.unwrap(), 0, "before its time");
        assert_eq!(probe.runs.load(Ordering::SeqCst), runs);
        world.clock.advance_ms(backoff_ms);
    }
    assert_eq!(runner.run_due().await.unwrap(), 1);
    assert_eq!(
        counts(&world).await,
        Counts {
            dead: 1,
            ..Counts::default()
        }
    );
    world.clock.advance_ms(3_600_000);
    assert_eq!(runner.run_due().await.unwrap(), 0);
    world
}

async fn a_panic_is_a_failure_like_another(world: World) -> World {
    let probe = probe();
    order(&world, Order::Panic).await;
    order(&world, Order::Finish).await;
    assert_eq!(runner(&world, &probe).run_due().await.unwrap(), 2);
    assert_eq!(
        counts(&world).await,
        Counts {
            queued: 1,
            ..Counts::default()
        }
    );
    assert!(has_effect(&world).await);
    world
}

async fn a_payload_of_another_release_is_given_up(world: World) -> World {
    let mut tx = world.db.write().await.unwrap();
    let job = jobs::NewJob {
        id: world.ids.next(),
        kind: Probe::KIND,
        payload: r#"{"Unheard":"of"}"#.into(),
        unique_key: None,
        owner: String::new(),
        run_at: world.now(),
        max_failures: 3,
        created_at: world.now(),
        trace: None,
        start: None,
        lease_until: None,
    };
    jobs::insert(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    let probe = probe();
    assert_eq!(runner(&world, &probe).run_due().await.unwrap(), 1);
    assert_eq!(probe.runs.load(Ordering::SeqCst), 0);
    assert_eq!(
        counts(&world).await,
        Counts {
            dead: 1,
            ..Counts::default()
        }
    );
    world
}

async fn workers_wake_when_a_job_is_committed(world: World) -> World {
    let probe = probe();
    let running = runner(&world, &probe).start();
    order(&world, Order::Finish).await;
    until(async || has_effect(&world).await).await;
    running.stop(Duration::from_secs(5)).await;
    assert_eq!(counts(&world).await, Counts::default());
    world
}

async fn a_stop_waits_and_then_hands_back(world: World) -> World {
    let probe = probe();
    let running = runner(&world, &probe).start();
    order(&world, Order::Wait).await;
    until(async || probe.runs.load(Ordering::SeqCst) == 1).await;
    probe.gate.add_permits(1);
    running.stop(Duration::from_secs(5)).await;
    assert!(
        has_effect(&world).await,
        "a job that can end within the grace does"
    );

    let running = runner(&world, &probe).start();
    probe.gate.forget_permits(9);
    order(&world, Order::Wait).await;
    until(async || probe.runs.load(Ordering::SeqCst) == 2).await;
    running.stop(Duration::ZERO).await;
    assert_eq!(
        counts(&world).await,
        Counts {
            queued: 1,
            ..Counts::default()
        }
    );
    world
}

async fn a_lost_lease_undoes_the_late_finish(world: World) -> World {
    let slow = probe();
    let running = runner(&world, &slow).start();
    order(&world, Order::Wait).await;
    until(async || slow.runs.load(Ordering::SeqCst) == 1).await;

    // Its lease ends unrenewed, and another worker takes the job and is still at it.
    world.clock.advance_ms(Probe::LIMITS.lease_ms + 1);
    let mut tx = world.db.write().await.unwrap();
    assert_eq!(jobs::update_expired(&mut tx, world.now()).await.unwrap(), 1);
    let taken = jobs::claim(&mut tx, Probe::KIND, world.now(), world.now() + 30_000).await;
    let taken = taken.unwrap().unwrap();
    tx.commit().await.unwrap();

    slow.gate.add_permits(1);
    running.stop(Duration::from_secs(5)).await;
    assert!(
        !has_effect(&world).await,
        "what the late worker wrote was rolled back"
    );
    assert_eq!(
        counts(&world).await,
        Counts {
            running: 1,
            ..Counts::default()
        }
    );
    let mut tx = world.db.write().await.unwrap();
    assert!(
        jobs::update_done(&mut tx, taken.fence, world.now())
            .await
            .unwrap()
    );
    drop(tx);
    world
}

async fn a_clock_set_forward_runs_nothing_twice(world: World) -> World {
    let probe = probe();
    let running = polling(&world, &probe, 5).start();
    order(&world, Order::Wait).await;
    until(async || counts(&world).await.running == 1).await;
    for set_ms in [HOUR_MS, 24 * HOUR_MS] {
        world.clock.set_ms(set_ms);
        // Some forty looks, each of which finds a lease that is long over.
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(counts(&world).await.running, 1);
    }
    probe.gate.add_permits(1);
    until(async || has_effect(&world).await).await;
    assert_eq!(probe.runs.load(Ordering::SeqCst), 1);

    // A worker that died meanwhile is missed once those who live had time to renew.
    order_lost(&world).await;
    world.clock.set_ms(HOUR_MS);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(counts(&world).await.running, 1);
    world.clock.advance_ms(Probe::LIMITS.lease_ms);
    until(async || counts(&world).await == Counts::default()).await;
    assert_eq!(probe.runs.load(Ordering::SeqCst), 2);
    running.stop(Duration::ZERO).await;
    world
}

async fn a_clock_set_back_keeps_no_job_waiting(world: World) -> World {
    let probe = probe();
    let mut runs = 0;
    for set_ms in [HOUR_MS, 24 * HOUR_MS] {
        // What was to be done at once, or to be tried again soon, is not done a day later.
        let by_hand = runner(&world, &probe);
        order(&world, Order::Finish).await;
        order(&world, Order::Retry).await;
        world.clock.set_ms(-set_ms);
        assert_eq!(by_hand.run_due().await.unwrap(), 2);
        world.clock.set_ms(-set_ms);
        assert_eq!(by_hand.run_due().await.unwrap(), 1);
        world.clock.advance_ms(Probe::LIMITS.backoff_max_ms);
        assert_eq!(by_hand.run_due().await.unwrap(), 1, "its last try");
        runs += 4;

        // The lease of a worker that died ends as if it had been given now.
        let running = polling(&world, &probe, 5).start();
        order_lost(&world).await;
        world.clock.set_ms(-set_ms);
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(counts(&world).await.running, 1);
        world.clock.advance_ms(Probe::LIMITS.lease_ms + 1);
        until(async || counts(&world).await.running == 0).await;
        runs += 1;
        until(async || probe.runs.load(Ordering::SeqCst) == runs).await;
        running.stop(Duration::ZERO).await;
    }
    world
}

/// A job that is lent to a worker which is no more.
async fn order_lost(world: &World) {
    let mut tx = world.db.write().await.unwrap();
    let now_ms = world.now();
    let how = Enqueue::at_once(world.ids.next(), now_ms);
    enqueue::<Probe>(&mut tx, &Order::Finish, how)
        .await
        .unwrap();
    let lease_until = now_ms + Probe::LIMITS.lease_ms;
    let claimed = jobs::claim(&mut tx, Probe::KIND, now_ms, lease_until).await;
    assert!(claimed.unwrap().is_some());
    tx.commit().await.unwrap();
}
