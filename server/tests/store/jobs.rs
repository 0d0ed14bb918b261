//! The queue as rows: claims, fences, leases and unique keys.

use std::collections::BTreeSet;

use headroom::store::jobs::{self, Claimed, Counts, NewJob};

use crate::harness::{World, stories};

const KIND: &str = "test";
const LEASE_MS: i64 = 1_000;

stories! {
    jobs_are_claimed_in_order_when_due,
    owners_take_turns,
    many_workers_never_claim_one_job_twice,
    a_late_worker_is_refused,
    an_expired_claim_that_nobody_took_still_finishes,
    a_key_is_unique_among_live_jobs,
    a_released_job_has_not_failed,
    a_job_of_an_uncommitted_transaction_does_not_exist,
    done_jobs_are_forgotten_and_dead_ones_kept,
}

async fn queue(world: &World, key: Option<&str>, run_at: i64) -> (bool, String) {
    let job = NewJob {
        id: world.ids.next(),
        kind: KIND,
        payload: "{}".into(),
        unique_key: key.map(Into::into),
        owner: String::new(),
        run_at,
        max_failures: 3,
        created_at: world.now(),
        trace: None,
        start: None,
        lease_until: None,
    };
    let mut tx = world.db.write().await.unwrap();
    let made = jobs::insert(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    (made, job.id.to_string())
}

async fn owners_take_turns(world: World) -> World {
    let queue = async |owner: &str, count: usize| {
        for _ in 0..count {
            let job = NewJob {
                id: world.ids.next(),
                kind: KIND,
                payload: format!("{owner:?}"),
                unique_key: None,
                owner: owner.into(),
                run_at: world.now(),
                max_failures: 3,
                created_at: world.now(),
                trace: None,
                start: None,
                lease_until: None,
            };
            let mut tx = world.db.write().await.unwrap();
            jobs::insert(&mut tx, &job).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    let take = async |count: usize| {
        let mut order = String::new();
        for _ in 0..count {
            let claimed = claim(&world).await.unwrap();
            order.push_str(claimed.payload.trim_matches('"'));
            let mut tx = world.db.write().await.unwrap();
            jobs::update_done(&mut tx, claimed.fence, world.now())
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        order
    };
    queue("a", 6).await;
    assert_eq!(take(2).await, "aa");
    // Who comes later waits for one of each other owner, not for all that a handed in before.
    queue("b", 2).await;
    queue("c", 1).await;
    assert_eq!(take(7).await, "abcabaa");
    // Nobody saves up turns while they have nothing to do.
    queue("a", 3).await;
    assert_eq!(take(1).await, "a");
    queue("d", 3).await;
    assert_eq!(take(5).await, "adadd");
    world
}

async fn claim(world: &World) -> Option<Claimed> {
    let (mut tx, now) = (world.db.write().await.unwrap(), world.now());
    let claimed = jobs::claim(&mut tx, KIND, now, now + LEASE_MS)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    claimed
}

async fn expire(world: &World) -> u64 {
    let mut tx = world.db.write().await.unwrap();
    let expired = jobs::update_expired(&mut tx, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    expired
}

async fn counts(world: &World) -> Counts {
    jobs::count(&mut world.db.read().await.unwrap(), KIND)
        .await
        .unwrap()
}

async fn jobs_are_claimed_in_order_when_due(world: World) -> World {
    let now = world.now();
    let (_, later) = queue(&world, None, now + 10).await;
    let (_, first) = queue(&world, None, now).await;
    let (_, second) = queue(&world, None, now).await;
    let mut tx = world.db.write().await.unwrap();
    assert_eq!(jobs::by_due(&mut tx, KIND).await.unwrap(), Some(now));
    assert_eq!(jobs::by_due(&mut tx, "other").await.unwrap(), None);
    assert_eq!(
        jobs::claim(&mut tx, "other", now, now + 1).await.unwrap(),
        None
    );
    drop(tx);
    assert_eq!(claim(&world).await.unwrap().fence.id.to_string(), first);
    assert_eq!(claim(&world).await.unwrap().fence.id.to_string(), second);
    assert_eq!(claim(&world).await, None);
    world.clock.advance_ms(10);
    assert_eq!(claim(&world).await.unwrap().fence.id.to_string(), later);
    assert_eq!(
        counts(&world).await,
        Counts {
            queued: 0,
            running: 3,
            dead: 0
        }
    );
    world
}

async fn many_workers_never_claim_one_job_twice(world: World) -> World {
    const JOBS: usize = 200;
    let mut tx = world.db.write().await.unwrap();
    for _ in 0..JOBS {
        let job = NewJob {
            id: world.ids.next(),
            kind: KIND,
            payload: "{}".into(),
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
    }
    tx.commit().await.unwrap();

    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (db, now) = (world.db.clone(), world.now());
        workers.spawn(async move {
            let mut mine = Vec::new();
            loop {
                let mut tx = db.write().await.unwrap();
                let claimed = jobs::claim(&mut tx, KIND, now, now + LEASE_MS)
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
                let Some(claimed) = claimed else { return mine };
                let mut tx = db.write().await.unwrap();
                assert!(
                    jobs::update_done(&mut tx, claimed.fence, now)
                        .await
                        .unwrap()
                );
                tx.commit().await.unwrap();
                mine.push(claimed.fence.id);
            }
        });
    }
    let claimed: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), JOBS);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), JOBS);
    assert_eq!(counts(&world).await, Counts::default());
    world
}

async fn a_late_worker_is_refused(world: World) -> World {
    queue(&world, None, world.now()).await;
    let slow = claim(&world).await.unwrap();
    world.clock.advance_ms(LEASE_MS);
    assert_eq!(
        expire(&world).await,
        0,
        "the lease holds to its last millisecond"
    );
    world.clock.advance_ms(1);
    assert_eq!(expire(&world).await, 1);
    let quick = claim(&world).await.unwrap();
    assert_eq!(quick.fence.id, slow.fence.id);
    assert_eq!((slow.fence.attempt, quick.fence.attempt), (1, 2));
    assert_eq!(quick.failures, 0, "a lost worker is not the job's failure");

    let (mut tx, now) = (world.db.write().await.unwrap(), world.now());
    assert!(
        !jobs::update_lease(&mut tx, slow.fence, now + LEASE_MS)
            .await
            .unwrap()
    );
    assert!(!jobs::update_done(&mut tx, slow.fence, now).await.unwrap());
    assert!(
        !jobs::update_failed(&mut tx, slow.fence, "late", now)
            .await
            .unwrap()
    );
    assert!(
        !jobs::update_dead(&mut tx, slow.fence, "late", now)
            .await
            .unwrap()
    );
    assert!(!jobs::update_released(&mut tx, slow.fence).await.unwrap());
    assert!(jobs::update_done(&mut tx, quick.fence, now).await.unwrap());
    assert!(!jobs::update_done(&mut tx, quick.fence, now).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(claim(&world).await, None);
    world
}

async fn an_expired_claim_that_nobody_took_still_finishes(world: World) -> World {
    queue(&world, None, world.now()).await;
    let slow = claim(&world).await.unwrap();
    world.clock.advance_ms(10 * LEASE_MS);
    let mut tx = world.db.write().await.unwrap();
    assert!(jobs::has_expired(&mut tx, world.now()).await.unwrap());
    assert!(
        jobs::update_done(&mut tx, slow.fence, world.now())
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert_eq!(expire(&world).await, 0);
    world
}

async fn a_key_is_unique_among_live_jobs(world: World) -> World {
    let now = world.now();
    assert!(queue(&world, Some("key"), now).await.0);
    assert!(!queue(&world, Some("key"), now).await.0);
    assert!(queue(&world, Some("other"), now + 1).await.0);
    let claimed = claim(&world).await.unwrap();
    assert!(
        !queue(&world, Some("key"), now).await.0,
        "a running job holds its key"
    );
    let mut tx = world.db.write().await.unwrap();
    assert!(
        jobs::update_done(&mut tx, claimed.fence, now)
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    assert!(queue(&world, Some("key"), now).await.0);
    world
}

async fn a_released_job_has_not_failed(world: World) -> World {
    queue(&world, None, world.now()).await;
    let stopped = claim(&world).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    assert!(jobs::update_released(&mut tx, stopped.fence).await.unwrap());
    tx.commit().await.unwrap();
    let next = claim(&world).await.unwrap();
    assert_eq!((next.failures, next.fence.attempt), (0, 2));
    world
}

async fn a_job_of_an_uncommitted_transaction_does_not_exist(world: World) -> World {
    let mut woken = world.db.watch_jobs();
    let mut tx = world.db.write().await.unwrap();
    let job = NewJob {
        id: world.ids.next(),
        kind: KIND,
        payload: "{}".into(),
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
    drop(tx);
    assert!(!woken.has_changed().unwrap());
    assert_eq!(claim(&world).await, None);
    queue(&world, None, world.now()).await;
    assert!(woken.has_changed().unwrap());
    woken.mark_unchanged();
    world
}

async fn done_jobs_are_forgotten_and_dead_ones_kept(world: World) -> World {
    let now = world.now();
    for _ in 0..3 {
        queue(&world, None, now).await;
    }
    let done = claim(&world).await.unwrap();
    let dead = claim(&world).await.unwrap();
    let mut tx = world.db.write().await.unwrap();
    assert!(jobs::update_done(&mut tx, done.fence, now).await.unwrap());
    assert!(
        jobs::update_dead(&mut tx, dead.fence, "hopeless", now)
            .await
            .unwrap()
    );
    assert_eq!(jobs::delete_done(&mut tx, now).await.unwrap(), 0);
    assert_eq!(jobs::delete_done(&mut tx, now + 1).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(
        counts(&world).await,
        Counts {
            queued: 1,
            running: 0,
            dead: 1
        }
    );
    world
}
