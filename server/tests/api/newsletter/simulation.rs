//! The sender itself, over a ledger and a wire in memory. Whatever it waits for takes a random
//! while; at a random one of its steps it is cut off, as by a crash, or loses its
//! lane to another sender and does not know it yet. Then the next one takes over.

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use headroom::clock::Clock;
use headroom::mail::Report;
use headroom::newsletter::sending::Wire;
use headroom::newsletter::sending::desk::Caps;
use headroom::newsletter::sending::sender::{End, Sender};
use headroom::random::Random;
use headroom::store::mailings::{State, Waiting};
use tokio_util::sync::CancellationToken;
use world::{Row, Sim, World};

const SEEDS: u64 = 10_000;
const CAPS: Caps = Caps {
    flights: 4,
    per_domain: 3,
    at_gate: 1,
};
/// Lives of senders that a seed may take.
const LIVES_MAX: u32 = 400;

/// A future that is cut off after so many steps.
struct Mortal<F> {
    inner: Pin<Box<F>>,
    steps: u64,
}

impl<F: Future> Future for Mortal<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.steps == 0 {
            return Poll::Ready(None);
        }
        self.steps -= 1;
        self.inner.as_mut().poll(cx).map(Some)
    }
}

fn sender(sim: &Sim, clock: &Clock) -> Sender {
    Sender {
        ledger: Arc::new(sim.clone()),
        wire: Arc::new(sim.clone()),
        caps: CAPS,
        per_second: 0,
        gather: Duration::ZERO,
        ledger_wait: Duration::ZERO,
        clock: clock.clone(),
        random: sim.random.clone(),
        stop: CancellationToken::new(),
    }
}

/// So many readers, before anything is sent.
fn world(readers: i64, epoch: u64, has_left: impl Fn() -> bool) -> World {
    let rows = (1..=readers).map(|position| {
        let row = Row {
            state: State::Queued,
            attempts: 0,
            uncertain: 0,
            due_at: 0,
            first_at: None,
            has_left: has_left(),
            booked_by: 0,
        };
        (position, row)
    });
    World {
        rows: rows.collect(),
        arrived: BTreeMap::new(),
        unknown: 0,
        epoch,
        most_booked: 0,
        most_flying: 0,
        stranded: 0,
        in_doubt: 0,
        noted: BTreeSet::new(),
        told: 0,
        aloft: BTreeSet::new(),
        ghosts: BTreeSet::new(),
    }
}

/// One issue, until everybody has it or will not get it.
async fn one_issue(seed: u64) -> World {
    let random = Random::seeded(seed);
    let clock = Clock::manual(1_800_000_000_000);
    let readers = 1 + i64::try_from(random.up_to(14)).unwrap();
    let world = world(readers, 0, || random.up_to(19) == 0);
    let odds = match seed % 3 {
        0 => [0, 0, 0, 0],
        1 => [10, 5, 5, 5],
        _ => [30, 5, 15, 30],
    };
    let mut sim = Sim {
        world: Arc::new(Mutex::new(world)),
        random: random.clone(),
        epoch: 0,
        flying: Arc::default(),
        odds,
    };
    let mut ghosts = Vec::new();
    for _ in 0..LIVES_MAX {
        sim.epoch += 1;
        sim.flying = Arc::default();
        sim.with(|world| world.epoch = sim.epoch);
        let life = sender(&sim, &clock);
        // Deaths come less often with time, so that an issue ends.
        let steps = random.up_to(60 + 2 * sim.epoch);
        if random.up_to(4) == 0 {
            // It is thought dead and goes on: the next one starts beside it.
            sim.with(|world| world.ghosts.insert(sim.epoch));
            ghosts.push(tokio::spawn(async move { life.run().await.map(drop) }));
            for _ in 0..random.up_to(60) {
                tokio::task::yield_now().await;
            }
            continue;
        }
        let mortal = Mortal {
            inner: Box::pin(async move { life.run().await }),
            steps,
        };
        let ended = pin!(mortal).await;
        if let Some(Ok(End::Lost)) = ended {
            panic!("seed {seed}: nobody took the lane");
        }
        let open = sim.with(|world| {
            let open = [State::Queued, State::InFlight, State::Deferred];
            world.rows.values().any(|row| open.contains(&row.state))
        });
        if !open {
            break;
        }
        clock.advance_ms(3_600_000);
    }
    for ghost in ghosts {
        // A ghost ends by finding its lane lost, or its ledger away.
        let _ended = ghost.await.unwrap();
    }
    drop(random);
    let world = Arc::clone(&sim.world);
    drop(sim);
    Arc::into_inner(world).unwrap().into_inner().unwrap()
}

fn judge(seed: u64, world: &World) {
    let mut twice = 0;
    for (position, row) in &world.rows {
        let arrived = world.arrived.get(position).copied().unwrap_or(0);
        let told = format!(
            "seed {seed}, reader {position}: {:?}, {arrived} times",
            row.state
        );
        match row.state {
            State::Sent => assert!(arrived >= 1, "missed: {told}"),
            State::Bounced | State::Uncertain => {}
            State::Dropped => assert!(row.has_left, "{told}"),
            _ => panic!("never ended: {told}"),
        }
        if arrived > 1 {
            assert!(row.uncertain >= 1, "twice, and nobody would know: {told}");
            twice += arrived - 1;
        }
    }
    let most = world.in_doubt + world.unknown;
    assert!(
        twice <= most,
        "seed {seed}: {twice} repeated, {most} explained"
    );
}

#[test]
fn a_crash_at_every_point_loses_nobody_and_repeats_only_what_was_in_the_air() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let (mut stranded, mut told, mut repeated) = (0, 0, 0);
    let (mut most_booked, mut most_flying) = (0, 0);
    for seed in 0..SEEDS {
        let world = runtime.block_on(one_issue(seed));
        judge(seed, &world);
        stranded += world.stranded;
        told += world.told;
        repeated += world.arrived.values().filter(|times| **times > 1).count();
        most_booked = most_booked.max(world.most_booked);
        most_flying = most_flying.max(world.most_flying);
    }
    // The world was rough enough to mean something, and the caps held.
    assert!(
        stranded > 10_000,
        "only {stranded} were in the air at a crash"
    );
    assert!(told > 100, "only {told} were known to have landed");
    assert!(repeated > 1_000, "only {repeated} came twice");
    assert_eq!(most_booked, CAPS.flights * (1 + CAPS.at_gate));
    assert_eq!(most_flying, CAPS.flights);
}

/// Breaks down over the message to the first reader.
struct Clumsy(Sim);

#[async_trait]
impl Wire for Clumsy {
    async fn send(&self, to: &Waiting) -> Report {
        assert!(to.position != 1, "what no wire does");
        self.0.send(to).await
    }
}

#[tokio::test]
async fn a_message_over_which_the_wire_breaks_down_stays_in_flight_and_ends_the_run() {
    let sim = Sim {
        world: Arc::new(Mutex::new(world(3, 1, || false))),
        random: Random::seeded(1),
        epoch: 1,
        flying: Arc::default(),
        odds: [0; 4],
    };
    let sender = Sender {
        wire: Arc::new(Clumsy(sim.clone())),
        ..sender(&sim, &Clock::manual(1_800_000_000_000))
    };
    let end = sender.run().await.unwrap();
    assert!(matches!(end, End::Away(_)), "{end:?}");
    let states = sim.with(|world| world.rows.values().map(|row| row.state).collect::<Vec<_>>());
    assert_eq!(states, [State::InFlight, State::Sent, State::Sent]);
}
