//! Sends an issue: first the list of recipients is written down, then each lane of it is sent.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::queue::{Ctx, Enqueue, Finished, Job, JobError, Limits, Step, enqueue};
use crate::config::MailConfig;
use crate::ids::Ids;
use crate::mail::Mailer;
use crate::newsletter::edition::{self, Edition};
use crate::newsletter::sending::desk::Caps;
use crate::newsletter::sending::sender::{End, Sender};
use crate::newsletter::sending::{DbLedger, Landings, MailWire};
use crate::random::Random;
use crate::state::Site;
use crate::store::issues::{self, Issue, State};
use crate::store::mailings::{self, Lane, Whom};
use crate::store::{StoreError, Tx, jobs};

/// Recipients written down in one transaction.
const CHUNK: i64 = 5_000;
/// Lanes where several processes may send: as many can take part in one issue. An embedded database
/// has one process, and the turns of one lane are the fewest.
const LANES: i64 = 4;
/// A lane whose mail server was away for a moment goes on after this, milliseconds.
const SOON_MS: i64 = 5_000;

/// Written as in flight beyond those who fly, for each: so many more may be counted as uncertain
/// after a crash although they never left.
const AT_GATE: usize = 15;
/// Between two turns with the ledger.
const GATHER: Duration = Duration::from_millis(5);
/// Before a ledger that could not be written is tried again.
const LEDGER_WAIT: Duration = Duration::from_secs(1);

/// Sends issues.
pub struct SendIssue {
    mailer: Mailer,
    random: Random,
    site: String,
    pages: Arc<dyn Site>,
    caps: Caps,
    per_second: u32,
    bounces: Option<String>,
    notes: PathBuf,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// Write down who gets it.
    Collect {
        /// The issue.
        issue: i64,
    },
    /// Send one lane of it.
    Lane {
        /// The issue.
        issue: i64,
        /// Number of the lane, from 0.
        lane: i64,
        /// How many lanes it has.
        lanes: i64,
    },
}

impl SendIssue {
    /// The job, for the site at `site` (no slash at its end) with these pages; `notes` is the
    /// folder for what has landed and is not in the ledger yet.
    #[must_use]
    pub fn new(
        mailer: Mailer,
        random: Random,
        (site, pages): (String, Arc<dyn Site>),
        (mail, notes): (&MailConfig, PathBuf),
    ) -> Self {
        let at_least_one = |cap: u16| usize::from(cap.max(1));
        Self {
            mailer,
            random,
            site,
            pages,
            caps: Caps {
                flights: at_least_one(mail.connections),
                per_domain: at_least_one(mail.connections_per_domain),
                // With a pace there is time to ask the ledger.
                at_gate: if mail.per_second == 0 { AT_GATE } else { 0 },
            },
            per_second: mail.per_second,
            bounces: mail.bounces.clone(),
            notes,
        }
    }

    /// Queues the first step, in the caller's transaction.
    pub async fn collect(
        tx: &mut Tx,
        ids: &Ids,
        issue: i64,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        Self::queue(tx, ids, &Payload::Collect { issue }, (now_ms, now_ms)).await
    }

    /// Queues the lanes, in the caller's transaction.
    pub async fn lanes(tx: &mut Tx, ids: &Ids, issue: i64, now_ms: i64) -> Result<(), StoreError> {
        let lanes = if tx.is_embedded() { 1 } else { LANES };
        for lane in 0..lanes {
            let payload = Payload::Lane { issue, lane, lanes };
            Self::queue(tx, ids, &payload, (now_ms, now_ms)).await?;
        }
        Ok(())
    }

    async fn queue(
        tx: &mut Tx,
        ids: &Ids,
        payload: &Payload,
        (run_at, now_ms): (i64, i64),
    ) -> Result<bool, StoreError> {
        let name = match payload {
            Payload::Collect { issue } => format!("issue {issue} list"),
            Payload::Lane { issue, lane, .. } => format!("issue {issue} lane {lane}"),
        };
        let how = Enqueue {
            unique_key: Some(name),
            run_at,
            ..Enqueue::at_once(ids.next(), now_ms)
        };
        enqueue::<Self>(tx, payload, how).await
    }

    async fn write_down(&self, ctx: &Ctx, number: i64) -> Result<Finished, JobError> {
        let issue = issues::by_number(&mut ctx.db.read().await?, number).await?;
        let Some(issue) = issue.filter(|issue| issue.state == State::Collecting) else {
            return ctx.finish().await?.commit().await;
        };
        let until = issue.started_at.unwrap_or(issue.created_at);
        let whom = whom(&issue)?;
        loop {
            if ctx.stop.is_cancelled() {
                return Err(JobError::Stopping);
            }
            let mut tx = ctx.db.write().await?;
            let lease = ctx.clock.now_ms() + Self::LIMITS.lease_ms;
            if !jobs::update_lease(&mut tx, ctx.fence(), lease).await? {
                return Err(JobError::Lost);
            }
            let made = mailings::insert_recipients(&mut tx, number, &whom, until, CHUNK).await?;
            tx.commit().await?;
            if made == 0 {
                break;
            }
        }
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.finish().await?;
        if issues::update_state(&mut tx, number, &[State::Collecting], State::Sending).await? {
            Self::lanes(&mut tx, &ctx.ids, number, now_ms).await?;
        }
        tx.commit().await
    }

    async fn send(&self, ctx: &Ctx, lane: Lane) -> Result<Finished, JobError> {
        let issue = issues::by_number(&mut ctx.db.read().await?, lane.issue).await?;
        let Some(issue) = issue.filter(|issue| issue.state == State::Sending) else {
            return ctx.finish().await?.commit().await;
        };
        let edition = Edition::new(&issue, &self.site).map_err(|error| {
            JobError::Dead(format!("the parts of issue {}: {error}", issue.number))
        })?;
        let pages = Arc::clone(&self.pages);
        let edition = tokio::task::spawn_blocking(move || edition.illustrated(&*pages));
        let edition = edition
            .await
            .map_err(|error| JobError::Retry(error.to_string()))?;
        let share = |cap: usize| cap.div_ceil(usize::try_from(lane.lanes).unwrap_or(1).max(1));
        let sender = Sender {
            ledger: Arc::new(DbLedger {
                db: ctx.db.clone(),
                clock: ctx.clock.clone(),
                fence: ctx.fence(),
                since: whom(&issue)?.since,
                lease_ms: Self::LIMITS.lease_ms,
                lane,
                landings: self.landings(lane),
            }),
            wire: Arc::new(MailWire {
                mailer: self.mailer.clone(),
                edition: Arc::new(edition),
                bounces: self.bounces.clone(),
            }),
            caps: Caps {
                flights: share(self.caps.flights),
                per_domain: share(self.caps.per_domain),
                at_gate: self.caps.at_gate,
            },
            per_second: self
                .per_second
                .div_ceil(u32::try_from(lane.lanes).unwrap_or(1)),
            gather: GATHER,
            ledger_wait: LEDGER_WAIT,
            clock: ctx.clock.clone(),
            random: self.random.clone(),
            stop: ctx.stop.clone(),
        };
        match sender.run().await? {
            End::Done | End::Halted => {
                Landings::remove(&self.notes, lane);
                Self::settle(ctx, lane).await
            }
            End::Stopped => Err(JobError::Stopping),
            End::Away(reason) => Err(JobError::Retry(reason)),
            End::Lost => Err(JobError::Lost),
        }
    }

    /// Where a lane's messages that have landed are noted. Without it, more is sent twice after a
    /// crash.
    fn landings(&self, lane: Lane) -> Option<Landings> {
        let opened = Landings::open(&self.notes, lane);
        let told = |error: &std::io::Error| {
            let folder = self.notes.display();
            tracing::warn!(%folder, %error, "no notes can be kept of messages that have landed");
        };
        opened.inspect_err(told).ok()
    }

    /// Ends a lane: for good, or until those who were put off are due.
    async fn settle(ctx: &Ctx, lane: Lane) -> Result<Finished, JobError> {
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.finish().await?;
        let issue = issues::by_number(&mut tx, lane.issue).await?;
        if issue.is_some_and(|issue| issue.state == State::Sending) {
            let left = !mailings::list_queued(&mut tx, lane, 0, (1, None))
                .await?
                .is_empty();
            let due = match left {
                true => Some(now_ms + SOON_MS),
                false => mailings::next_due(&mut tx, lane).await?,
            };
            if let Some(due) = due {
                let Lane { issue, lane, lanes } = lane;
                let payload = Payload::Lane { issue, lane, lanes };
                Self::queue(&mut tx, &ctx.ids, &payload, (due, now_ms)).await?;
            } else if !mailings::has_open(&mut tx, lane.issue).await?
                && issues::update_state(&mut tx, lane.issue, &[State::Sending], State::Sent).await?
            {
                issues::update_finished(&mut tx, lane.issue, now_ms).await?;
            }
        }
        tx.commit().await
    }
}

/// The names of the topics that an issue has something for.
fn whom(issue: &Issue) -> Result<Whom, JobError> {
    edition::whom(issue, issue.started_at.unwrap_or(issue.created_at))
        .map_err(|error| JobError::Dead(format!("the parts of issue {}: {error}", issue.number)))
}

#[async_trait]
impl Job for SendIssue {
    const KIND: &'static str = "send-issue";
    /// A mail server that is away is asked for days, every five minutes at least.
    const LIMITS: Limits = Limits {
        max_failures: 2_000,
        lease_ms: 30_000,
        backoff_ms: 2_000,
        backoff_max_ms: 300_000,
    };
    /// Who greylists is asked again within four hours (`newsletter/sending/verdict.rs`).
    const PUT_OFF_MS: i64 = 5 * 3_600_000;
    type Payload = Payload;

    async fn run(&self, ctx: &Ctx, payload: &Payload) -> Result<Finished, JobError> {
        match *payload {
            Payload::Collect { issue } => self.write_down(ctx, issue).await,
            Payload::Lane { issue, lane, lanes } => {
                self.send(ctx, Lane { issue, lane, lanes }).await
            }
        }
    }

    /// An issue that cannot go on is paused, where somebody sees it.
    async fn moved(
        &self,
        tx: &mut Tx,
        payload: &Payload,
        step: Step<'_>,
        _at: (&Ids, i64),
    ) -> Result<(), StoreError> {
        if matches!(step, Step::Dead(_)) {
            let (Payload::Collect { issue } | Payload::Lane { issue, .. }) = *payload;
            let going = [State::Collecting, State::Sending];
            issues::update_state(tx, issue, &going, State::Paused).await?;
        }
        Ok(())
    }
}
