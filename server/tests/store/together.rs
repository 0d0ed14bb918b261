//! Several processes on one database: what one knows, the others count with and hear of.

use std::time::Duration;

use headroom::config::LimitsConfig;
use headroom::limits::SubmissionLimits;
use headroom::store::Db;
use headroom::store::limits::{self, Claim, Taken};
use tokio_util::sync::CancellationToken;

use crate::harness::{World, stories};

stories! {
    a_claim_is_counted_until_it_is_worked_off,
    a_clock_that_is_set_refuses_nobody_for_long,
    who_asks_at_once_gets_no_more_than_fits,
    forgetting_who_rests_waits_for_nobody,
    processes_on_one_server_count_caps_together,
    a_process_hears_of_what_another_commits,
}

const SEC: i64 = 1_000_000_000;
/// One in a second, three at once.
const CLAIM: Claim = Claim {
    cap: "client",
    tenant: 7,
    cost_ns: SEC,
    depth_ns: 3 * SEC,
};

async fn take(db: &Db, claim: Claim, now_ns: i64) -> Taken {
    let mut tx = db.write().await.unwrap();
    let taken = limits::take(&mut tx, claim, now_ns).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

async fn a_claim_is_counted_until_it_is_worked_off(world: World) -> World {
    let (db, start) = (&world.db, 1_000 * SEC);
    for count in 1..=3 {
        assert_eq!(
            take(db, CLAIM, start).await,
            Taken::Counted(start + count * SEC)
        );
    }
    assert_eq!(
        take(db, CLAIM, start).await,
        Taken::TooMuch(start + 3 * SEC)
    );
    // A refusal costs nothing: one fits a second later, not a nanosecond before.
    assert_eq!(
        take(db, CLAIM, start + SEC - 1).await,
        Taken::TooMuch(start + 3 * SEC)
    );
    assert_eq!(
        take(db, CLAIM, start + SEC).await,
        Taken::Counted(start + 4 * SEC)
    );
    let other = Claim { tenant: 8, ..CLAIM };
    assert_eq!(take(db, other, start).await, Taken::Counted(start + SEC));
    let large = Claim {
        cost_ns: 4 * SEC,
        tenant: 9,
        ..CLAIM
    };
    assert_eq!(
        take(db, large, start).await,
        Taken::TooMuch(start),
        "it never fits"
    );
    // Who rests is forgotten, who owes is not.
    let mut tx = db.write().await.unwrap();
    assert_eq!(
        limits::delete_rested(&mut tx, start + SEC).await.unwrap(),
        1
    );
    tx.commit().await.unwrap();
    assert_eq!(
        take(db, CLAIM, start + SEC).await,
        Taken::TooMuch(start + 4 * SEC)
    );
    world
}

/// It would hold what others want next, and two that wait for each other are a deadlock.
async fn forgetting_who_rests_waits_for_nobody(world: World) -> World {
    if world.db.is_embedded() {
        return world; // It has one writer.
    }
    let (start, later) = (1_000 * SEC, 2_000 * SEC);
    let second = Claim { tenant: 8, ..CLAIM };
    for claim in [CLAIM, second] {
        take(&world.db, claim, start).await;
    }
    let mut asking = world.db.write().await.unwrap();
    limits::take(&mut asking, second, later).await.unwrap();
    let mut forgetting = world.db.write().await.unwrap();
    let forgotten = wait(limits::delete_rested(&mut forgetting, later)).await;
    assert_eq!(forgotten.unwrap(), 1, "the one that nobody is changing");
    forgetting.commit().await.unwrap();
    asking.commit().await.unwrap();
    assert_eq!(
        take(&world.db, second, later).await,
        Taken::Counted(later + 2 * SEC)
    );
    world
}

async fn a_clock_that_is_set_refuses_nobody_for_long(world: World) -> World {
    let (db, start) = (&world.db, 1_000_000 * SEC);
    for set in [-86_400 * SEC, -3_600 * SEC, 3_600 * SEC, 86_400 * SEC] {
        let claim = Claim {
            tenant: set,
            ..CLAIM
        };
        for _ in 0..3 {
            take(db, claim, start).await;
        }
        assert!(matches!(take(db, claim, start).await, Taken::TooMuch(_)));
        // A burst at most, as for somebody new, and then the rate again.
        let now = start + set;
        for count in 1..=3 {
            assert_eq!(
                take(db, claim, now).await,
                Taken::Counted(now + count * SEC)
            );
        }
        assert_eq!(take(db, claim, now).await, Taken::TooMuch(now + 3 * SEC));
        let next = take(db, claim, now + SEC).await;
        assert_eq!(next, Taken::Counted(now + 4 * SEC));
    }
    // Clocks of two machines that differ by seconds open no way around a cap.
    for apart in [-30 * SEC, -SEC, SEC / 2] {
        let claim = Claim {
            tenant: 99 + apart,
            ..CLAIM
        };
        for _ in 0..3 {
            take(db, claim, start).await;
        }
        let refused = take(db, claim, start + apart).await;
        assert_eq!(refused, Taken::TooMuch(start + 3 * SEC), "{apart}");
    }
    world
}

async fn who_asks_at_once_gets_no_more_than_fits(world: World) -> World {
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let db = world.db.clone();
        asking.spawn(async move { take(&db, CLAIM, SEC).await });
    }
    let taken = asking.join_all().await;
    let counted = taken
        .iter()
        .filter(|taken| matches!(taken, Taken::Counted(_)));
    assert_eq!(counted.count(), 3);
    world
}

async fn processes_on_one_server_count_caps_together(world: World) -> World {
    if world.db.is_embedded() {
        // One process has the file; it counts in memory.
        return world;
    }
    let config = LimitsConfig {
        submissions_per_minute: 6,
        submissions_burst: 4,
        ..LimitsConfig::default()
    };
    let second = Db::open(&world.url).await.unwrap();
    let limits = |db| SubmissionLimits::new(&config, world.clock.clone(), db);
    let (a, b) = (limits(&world.db), limits(&second));
    let client = "10.0.0.1".parse().unwrap();
    for left in [3, 2, 1, 0] {
        let asked = if left % 2 == 1 { &a } else { &b };
        let allowed = asked.take(client, None, 1).await.unwrap();
        assert!(
            allowed
                .remaining
                .starts_with(&format!("\"client\";r={left};"))
        );
    }
    assert!(a.take(client, None, 1).await.is_err());
    assert!(b.take(client, None, 1).await.is_err());
    world.clock.advance_ms(10_000);
    assert!(b.take(client, None, 1).await.is_ok());
    assert!(a.take(client, None, 1).await.is_err());
    second.close().await;
    world
}

async fn a_process_hears_of_what_another_commits(world: World) -> World {
    if world.db.is_embedded() {
        return world;
    }
    let second = Db::open(&world.url).await.unwrap();
    let stop = CancellationToken::new();
    let mut relays = tokio::task::JoinSet::new();
    for db in [world.db.clone(), second.clone()] {
        let stop = stop.clone();
        relays.spawn(async move { db.relay(stop).await });
    }
    let (mut jobs, mut submissions) = (second.watch_jobs(), second.watch_submissions());
    // When it begins to listen it looks once; another server's words may come in between.
    wait(jobs.changed()).await.unwrap();
    wait(submissions.changed()).await.unwrap();
    jobs.borrow_and_update();
    submissions.borrow_and_update();
    world.hand_in(b"module").await;
    wait(jobs.changed()).await.unwrap();
    stop.cancel();
    relays.join_all().await;
    second.close().await;
    world
}

/// Far longer than a word takes.
async fn wait<T>(word: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), word)
        .await
        .unwrap()
}
