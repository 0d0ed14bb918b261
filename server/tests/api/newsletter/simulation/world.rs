//! What is outside of a sender that is tried out, in memory: a ledger, a wire and the readers'
//! mailboxes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use headroom::mail::Report;
use headroom::newsletter::sending::{Ledger, Standing, Wire};
use headroom::random::Random;
use headroom::store::StoreError;
use headroom::store::mailings::{Entry, State, Waiting};

pub(super) struct Row {
    pub(super) state: State,
    pub(super) attempts: i64,
    pub(super) uncertain: i64,
    pub(super) due_at: i64,
    pub(super) first_at: Option<i64>,
    pub(super) has_left: bool,
    /// Who wrote it as in flight.
    pub(super) booked_by: u64,
}

/// What there is outside of the process: the database and the readers' mailboxes.
pub(super) struct World {
    pub(super) rows: BTreeMap<i64, Row>,
    pub(super) arrived: BTreeMap<i64, u32>,
    /// Reports of which nobody knows the truth.
    pub(super) unknown: u32,
    /// Who holds the lane.
    pub(super) epoch: u64,
    /// Most messages that were written as in flight at once.
    pub(super) most_booked: usize,
    /// Most messages that one sender had in the air.
    pub(super) most_flying: usize,
    /// Messages that were in flight when a sender went, and not noted as landed.
    pub(super) stranded: u32,
    /// Those of them that may come twice: they were in the air when their sender died, or it lives
    /// on as a ghost.
    pub(super) in_doubt: u32,
    /// Whom the mail server has taken a message for, as noted by the one who flew it.
    pub(super) noted: BTreeSet<i64>,
    /// Stranded messages that a note told of.
    pub(super) told: u32,
    /// What is on its way, and whose: after a crash, what was.
    pub(super) aloft: BTreeSet<(u64, i64)>,
    /// Senders that live on after they were thought dead.
    pub(super) ghosts: BTreeSet<u64>,
}

#[derive(Clone)]
pub(super) struct Sim {
    pub(super) world: Arc<Mutex<World>>,
    pub(super) random: Random,
    pub(super) epoch: u64,
    /// How many it has in the air.
    pub(super) flying: Arc<AtomicUsize>,
    /// Chances in a hundred that a message is put off, refused, lost, or not reached.
    pub(super) odds: [u64; 4],
}

impl Sim {
    /// Something takes its time.
    async fn wait(&self) {
        for _ in 0..=self.random.up_to(4) {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.world.lock().unwrap())
    }

    /// A read or a write: it happens between two waits, so that a crash comes before or after.
    async fn at<T>(&self, act: impl FnOnce(&mut World) -> T) -> Option<T> {
        self.wait().await;
        let done = self.with(|world| (world.epoch == self.epoch).then(|| act(world)));
        self.wait().await;
        done
    }

    fn list(world: &World, fits: impl Fn(i64, &Row) -> bool, limit: usize) -> Vec<Waiting> {
        let rows = world
            .rows
            .iter()
            .filter(|(position, row)| fits(**position, row));
        rows.take(limit)
            .map(|(position, row)| Waiting {
                position: *position,
                attempts: row.attempts,
                uncertain: row.uncertain,
                first_at: row.first_at,
                email: (!row.has_left).then(|| format!("p@d{}.example", position % 3)),
                key: Some("key".into()),
                topics: Some("labs".into()),
                audience: "everyone".into(),
            })
            .collect()
    }
}

#[async_trait]
impl Ledger for Sim {
    async fn recover(&self) -> Result<Standing, StoreError> {
        let done = self.at(|world| {
            let rows = world.rows.iter_mut();
            for (position, row) in rows.filter(|(_, row)| row.state == State::InFlight) {
                if world.noted.contains(position) {
                    row.state = State::Sent;
                    row.attempts += 1;
                    world.told += 1;
                    continue;
                }
                row.state = State::Queued;
                row.uncertain += 1;
                world.stranded += 1;
                let was_aloft = world.aloft.contains(&(row.booked_by, *position));
                if was_aloft || world.ghosts.contains(&row.booked_by) {
                    world.in_doubt += 1;
                }
            }
            world.noted.clear();
        });
        Ok(done.await.map_or(Standing::Lost, |()| Standing::Go))
    }

    async fn queued(&self, after: i64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        // Reads need no claim.
        self.wait().await;
        let fits = |position: i64, row: &Row| position > after && row.state == State::Queued;
        Ok(self.with(|world| Self::list(world, fits, limit.min(5))))
    }

    async fn deferred(&self, now_ms: i64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.wait().await;
        let fits = |_, row: &Row| row.state == State::Deferred && row.due_at <= now_ms;
        Ok(self.with(|world| Self::list(world, fits, limit)))
    }

    fn note(&self, position: i64) {
        self.with(|world| world.noted.insert(position));
    }

    async fn turn(&self, landed: &[Entry], flying: &[i64]) -> Result<Standing, StoreError> {
        if self.random.up_to(99) < 3 {
            self.wait().await;
            return Err(StoreError::Unavailable("the database restarts".into()));
        }
        let done = self.at(|world| {
            for entry in landed {
                let row = world.rows.get_mut(&entry.position).unwrap();
                let waits = matches!(row.state, State::Queued | State::Deferred);
                let may = match entry.state {
                    State::Dropped => waits,
                    _ => row.state == State::InFlight,
                };
                assert!(may, "{:?} became {:?}", row.state, entry.state);
                row.state = entry.state;
                (row.attempts, row.uncertain) = (entry.attempts, entry.uncertain);
                (row.due_at, row.first_at) = (entry.due_at, entry.first_at);
            }
            for position in flying {
                let row = world.rows.get_mut(position).unwrap();
                let waits = matches!(row.state, State::Queued | State::Deferred);
                assert!(waits, "{position} flies although it is {:?}", row.state);
                row.state = State::InFlight;
                row.booked_by = self.epoch;
            }
            let flying = world
                .rows
                .values()
                .filter(|row| row.state == State::InFlight);
            world.most_booked = world.most_booked.max(flying.count());
        });
        Ok(done.await.map_or(Standing::Lost, |()| Standing::Go))
    }
}

#[async_trait]
impl Wire for Sim {
    async fn send(&self, to: &Waiting) -> Report {
        let flying = self.flying.fetch_add(1, Relaxed) + 1;
        let flight = (self.epoch, to.position);
        self.with(|world| {
            world.most_flying = world.most_flying.max(flying);
            world.aloft.insert(flight);
        });
        let report = self.carry(to).await;
        self.with(|world| world.aloft.remove(&flight));
        self.flying.fetch_sub(1, Relaxed);
        report
    }
}

impl Sim {
    async fn carry(&self, to: &Waiting) -> Report {
        self.wait().await;
        let [later, refused, unknown, unreached] = self.odds;
        let drawn = self.random.up_to(99);
        let (later, refused) = (later, later + refused);
        let (unknown, unreached) = (refused + unknown, refused + unknown + unreached);
        let arrive = |world: &mut World| *world.arrived.entry(to.position).or_default() += 1;
        if drawn < later {
            return Report::Later("451".into());
        }
        if drawn < refused {
            return Report::Refused("550 5.1.1".into());
        }
        if drawn < unknown {
            let arrives = self.random.up_to(1) == 0;
            self.with(|world| {
                world.unknown += 1;
                if arrives {
                    arrive(world);
                }
            });
            self.wait().await;
            return Report::Unknown("reset".into());
        }
        if drawn < unreached {
            return Report::Unreached("refused".into());
        }
        // The server has it from here on, whether its answer is heard or not.
        self.with(arrive);
        self.wait().await;
        Report::Sent("250".into())
    }
}
