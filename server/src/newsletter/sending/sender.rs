//! Takes turns with the ledger until a lane is done.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::desk::{Caps, Desk, FETCH};
use super::{Ledger, Standing, Wire, verdict};
use crate::clock::Clock;
use crate::mail::Report;
use crate::random::Random;
use crate::store::StoreError;
use crate::store::mailings::{Entry, Waiting};

/// So many conversations in a row that do not come about mean that the mail server is away.
const AWAY: u32 = 5;
/// A ledger that cannot be written is tried so often before messages in flight are given up as
/// uncertain.
const LEDGER_TRIES: u32 = 30;

/// What a sender works with.
pub struct Sender {
    /// Who waits, and what became of them.
    pub ledger: Arc<dyn Ledger>,
    /// What takes messages out.
    pub wire: Arc<dyn Wire>,
    /// How many at once.
    pub caps: Caps,
    /// Messages in a second; 0 is without a cap.
    pub per_second: u32,
    /// How long to wait for more to land before a turn: what lands together is written together,
    /// and others who write to the database get in between.
    pub gather: Duration,
    /// How long to wait before a ledger that cannot be written is tried again.
    pub ledger_wait: Duration,
    /// The time.
    pub clock: Clock,
    /// For the jitter of further tries.
    pub random: Random,
    /// Cancelled when no more may fly.
    pub stop: CancellationToken,
}

/// How a sender ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Nobody waits, but for those who were put off.
    Done,
    /// The issue was paused or cancelled.
    Halted,
    /// The process stops; what flew has landed and is written down.
    Stopped,
    /// The mail server cannot be reached, for this reason.
    Away(String),
    /// Somebody else has this lane.
    Lost,
}

impl Sender {
    /// Sends until the lane is done, or cannot go on.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub async fn run(&self) -> Result<End, StoreError> {
        if self.ledger.recover().await? == Standing::Lost {
            return Ok(End::Lost);
        }
        let mut tower = Tower::new(self);
        let mut reader = Reader::default();
        let mut end = None;
        loop {
            if self.stop.is_cancelled() {
                end = end.or(Some(End::Stopped));
            }
            if let Some(reason) = tower.away() {
                end = end.or(Some(End::Away(reason)));
            }
            if end.is_some() {
                tower.close();
            } else if tower.desk.is_hungry() && !reader.is_dry {
                let more = reader.next(&*self.ledger, self.clock.now_ms());
                let more = tower.meanwhile(more).await?;
                tower.desk.admit(more);
            }
            let booked = tower.book();
            let landed = std::mem::take(&mut tower.landed);
            if !landed.is_empty() || !booked.is_empty() {
                let positions: Vec<i64> = booked.iter().map(|next| next.position).collect();
                match tower.meanwhile(self.turn(&landed, &positions)).await? {
                    Standing::Go => {}
                    Standing::Halt => end = end.or(Some(End::Halted)),
                    Standing::Lost => return Ok(End::Lost),
                }
                tower.desk.go_to_gate(booked);
                if end.is_some() {
                    continue;
                }
                tower.launch();
            }
            if tower.is_still() {
                if let Some(end) = end {
                    return Ok(end);
                }
                if reader.is_dry && tower.desk.is_empty() {
                    return Ok(End::Done);
                }
                continue;
            }
            tower.see_one().await;
            if !self.gather.is_zero() {
                tower.meanwhile(tokio::time::sleep(self.gather)).await;
            }
        }
    }

    async fn turn(&self, landed: &[Entry], flying: &[i64]) -> Result<Standing, StoreError> {
        let mut tries = 1;
        loop {
            match self.ledger.turn(landed, flying).await {
                Err(error) if tries < LEDGER_TRIES => {
                    tracing::warn!(%error, tries, "the ledger of an issue cannot be written");
                    tokio::time::sleep(self.ledger_wait).await;
                    tries += 1;
                }
                ended => return ended,
            }
        }
    }
}

/// Watches what flies, and lets the next one go when one has landed, whatever else goes on.
struct Tower<'a> {
    sender: &'a Sender,
    desk: Desk,
    flights: JoinSet<(Waiting, Report)>,
    /// What became of those who landed, to be written down.
    landed: Vec<Entry>,
    line: Failures,
    /// Nobody flies any more.
    is_closed: bool,
    /// Before this nobody flies, where there is a pace.
    next_at: tokio::time::Instant,
}

impl<'a> Tower<'a> {
    fn new(sender: &'a Sender) -> Self {
        Self {
            sender,
            desk: Desk::new(sender.caps),
            flights: JoinSet::new(),
            landed: Vec::new(),
            line: Failures::default(),
            is_closed: false,
            next_at: tokio::time::Instant::now(),
        }
    }

    /// Why the mail server seems to be away, if it does.
    fn away(&self) -> Option<String> {
        self.line.away()
    }

    /// Nothing flies and nothing has landed that is not written down.
    fn is_still(&self) -> bool {
        self.flights.is_empty() && self.landed.is_empty()
    }

    /// Lets nobody fly any more: who stands at the gate goes back into the queue.
    fn close(&mut self) {
        self.is_closed = true;
        let now_ms = self.sender.clock.now_ms();
        let back = self.desk.close();
        self.landed
            .extend(back.iter().map(|back| verdict::turned_back(back, now_ms)));
    }

    /// Those who are to be written as in flight; who left before their turn is noted.
    fn book(&mut self) -> Vec<Waiting> {
        let now_ms = self.sender.clock.now_ms();
        let mut booked = self.desk.book();
        booked.retain(|next| {
            let is_there = next.email.is_some();
            if !is_there {
                self.desk.land(next.position);
                self.landed.push(verdict::gone(next, now_ms));
            }
            is_there
        });
        booked
    }

    /// Lets those at the gate fly who may.
    fn launch(&mut self) {
        while let Some(next) = self.desk.board() {
            let at = self.slot();
            let wire = Arc::clone(&self.sender.wire);
            let ledger = Arc::clone(&self.sender.ledger);
            self.flights.spawn(async move {
                if let Some(at) = at {
                    tokio::time::sleep_until(at).await;
                }
                let report = wire.send(&next).await;
                if matches!(report, Report::Sent(_)) {
                    ledger.note(next.position);
                }
                (next, report)
            });
        }
    }

    /// When the next may fly, where there is a pace.
    fn slot(&mut self) -> Option<tokio::time::Instant> {
        let pace = 1_000_000_u64.checked_div(u64::from(self.sender.per_second))?;
        let at = self.next_at.max(tokio::time::Instant::now());
        self.next_at = at + Duration::from_micros(pace);
        Some(at)
    }

    /// Waits until something has landed.
    async fn see_one(&mut self) {
        if self.landed.is_empty()
            && let Some(flight) = self.flights.join_next().await
        {
            self.land(flight);
        }
    }

    /// Does something, and lets go who may meanwhile.
    async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(flight) = self.flights.join_next() => self.land(flight),
            }
        }
    }

    fn land(&mut self, flight: Result<(Waiting, Report), JoinError>) {
        match flight {
            Ok((of, report)) => {
                self.line.note(&report);
                self.desk.land(of.position);
                let Sender { clock, random, .. } = self.sender;
                self.landed
                    .push(verdict::entry(&of, report, clock.now_ms(), random));
            }
            // It stays in flight, and is recovered as such by the next run.
            Err(error) => self.line.break_down(error.to_string()),
        }
        if !self.is_closed && self.away().is_none() && !self.sender.stop.is_cancelled() {
            self.launch();
        }
    }
}

/// Reads the ledger from front to back, first who was not tried, then who was put off and is due.
#[derive(Default)]
struct Reader {
    after: i64,
    is_past_queued: bool,
    is_dry: bool,
}

impl Reader {
    async fn next(&mut self, ledger: &dyn Ledger, now_ms: i64) -> Result<Vec<Waiting>, StoreError> {
        if !self.is_past_queued {
            let more = ledger.queued(self.after, FETCH).await?;
            match more.last() {
                Some(last) => self.after = last.position,
                None => self.is_past_queued = true,
            }
            if !more.is_empty() {
                return Ok(more);
            }
        }
        // All at once: in flight they are still written as put off until their turn.
        self.is_dry = true;
        ledger.deferred(now_ms, super::desk::WAITING_MAX).await
    }
}

/// Conversations in a row that did not come about.
#[derive(Default)]
struct Failures {
    row: u32,
    is_broken: bool,
    reason: String,
}

impl Failures {
    /// Whatever comes now, this is not to go on.
    fn break_down(&mut self, reason: String) {
        (self.is_broken, self.reason) = (true, reason);
    }

    fn note(&mut self, report: &Report) {
        if self.is_broken {
            return;
        }
        match report {
            Report::Unreached(reason) => {
                self.row += 1;
                self.reason.clone_from(reason);
            }
            _ => self.row = 0,
        }
    }

    fn away(&self) -> Option<String> {
        (self.is_broken || self.row >= AWAY).then(|| self.reason.clone())
    }
}
