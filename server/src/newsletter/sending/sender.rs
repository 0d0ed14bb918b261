//! Takes turns with the ledger until a lane is done.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
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

type Flights = JoinSet<(Waiting, Report)>;

impl Sender {
    /// Sends until the lane is done, or cannot go on.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub async fn run(&self) -> Result<End, StoreError> {
        if self.ledger.recover().await? == Standing::Lost {
            return Ok(End::Lost);
        }
        let mut desk = Desk::new(self.caps);
        let mut flights = Flights::new();
        let mut reader = Reader::default();
        let mut line = Failures::default();
        let mut landed: Vec<Entry> = Vec::new();
        let mut end = None;
        loop {
            if self.stop.is_cancelled() {
                end = end.or(Some(End::Stopped));
            }
            if let Some(reason) = line.away() {
                end = end.or(Some(End::Away(reason)));
            }
            if end.is_some() {
                desk.close();
            } else if desk.is_hungry() && !reader.is_dry {
                let more = reader.next(&*self.ledger, self.clock.now_ms()).await?;
                desk.admit(more);
            }
            let mut boarding = desk.board();
            let now_ms = self.clock.now_ms();
            boarding.retain(|next| match next.email {
                Some(_) => true,
                None => {
                    desk.land(next.position);
                    landed.push(verdict::gone(next, now_ms));
                    false
                }
            });
            if !landed.is_empty() || !boarding.is_empty() {
                let positions: Vec<i64> = boarding.iter().map(|next| next.position).collect();
                match self.turn(&landed, &positions).await? {
                    Standing::Go => {}
                    Standing::Halt => end = end.or(Some(End::Halted)),
                    Standing::Lost => return Ok(End::Lost),
                }
                landed.clear();
                // What is written as in flight flies, even where it is the last.
                for next in boarding {
                    self.fly(&mut flights, next).await;
                }
                if flights.is_empty() {
                    continue;
                }
            }
            if flights.is_empty() {
                if let Some(end) = end {
                    return Ok(end);
                }
                if reader.is_dry && desk.is_empty() {
                    return Ok(End::Done);
                }
                continue;
            }
            let mut next = flights.join_next().await;
            if !self.gather.is_zero() {
                tokio::time::sleep(self.gather).await;
            }
            while let Some(flight) = next {
                match flight {
                    Ok((of, report)) => {
                        line.note(&report);
                        desk.land(of.position);
                        let now_ms = self.clock.now_ms();
                        landed.push(verdict::entry(&of, report, now_ms, &self.random));
                    }
                    // It stays in flight, and is recovered as such by the next run.
                    Err(error) => end = end.or(Some(End::Away(error.to_string()))),
                }
                next = flights.try_join_next();
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

    async fn fly(&self, flights: &mut Flights, next: Waiting) {
        if let Some(pace) = 1_000_000_u64.checked_div(u64::from(self.per_second)) {
            tokio::time::sleep(Duration::from_micros(pace)).await;
        }
        let wire = Arc::clone(&self.wire);
        flights.spawn(async move {
            let report = wire.send(&next).await;
            (next, report)
        });
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
    reason: String,
}

impl Failures {
    fn note(&mut self, report: &Report) {
        match report {
            Report::Unreached(reason) => {
                self.row += 1;
                self.reason.clone_from(reason);
            }
            _ => self.row = 0,
        }
    }

    fn away(&self) -> Option<String> {
        (self.row >= AWAY).then(|| self.reason.clone())
    }
}
