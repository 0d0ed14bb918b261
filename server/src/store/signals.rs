//! What woke: counters that rise after a commit, for waiting without polling; and their way from
//! one process to the next.
//!
//! PostgreSQL carries a word with `NOTIFY`. It is not part of the transactions it tells of: each
//! that is takes a lock over the whole server while it commits, one after the other. Words are
//! sent after commits instead, and those that come close together as one. A word may be lost
//! with its sender; whoever waits looks for itself once in a while.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CHANNEL: &str = "headroom";
/// Words within this time are sent as one.
const GATHER: Duration = Duration::from_millis(5);
/// Time before another try when the database is away.
const AGAIN: Duration = Duration::from_secs(1);

/// How often jobs were queued, by kind: whoever works on one kind need not look when another's
/// were.
#[derive(Debug, Clone, Default)]
pub struct Queued {
    by_kind: BTreeMap<&'static str, u64>,
    /// Of kinds that were not said.
    of_any: u64,
}

impl Queued {
    /// A counter that rises when there may be jobs of this kind.
    #[must_use]
    pub fn of(&self, kind: &str) -> u64 {
        self.of_any + self.by_kind.get(kind).copied().unwrap_or(0)
    }

    fn add(&mut self, jobs: &TouchedJobs) {
        self.of_any += u64::from(jobs.any);
        for kind in &jobs.kinds {
            *self.by_kind.entry(kind).or_default() += 1;
        }
    }
}

/// Counters of this process.
#[derive(Debug, Default)]
pub(super) struct Signals {
    pub(super) jobs: watch::Sender<Queued>,
    pub(super) submissions: watch::Sender<u64>,
    /// What others have not been told yet.
    untold: Untold,
}

#[derive(Debug, Default)]
struct Untold {
    jobs: AtomicBool,
    submissions: AtomicBool,
    any: Notify,
}

/// What a commit tells others about.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) jobs: TouchedJobs,
    pub(super) submissions: bool,
}

/// Jobs that a transaction queued.
#[derive(Debug, Default)]
pub(super) struct TouchedJobs {
    pub(super) kinds: BTreeSet<&'static str>,
    /// Of a kind that is not known here.
    pub(super) any: bool,
}

impl TouchedJobs {
    fn is_empty(&self) -> bool {
        self.kinds.is_empty() && !self.any
    }
}

impl Touched {
    /// What another process says: not which kinds.
    fn elsewhere(jobs: bool, submissions: bool) -> Self {
        Self {
            jobs: TouchedJobs {
                any: jobs,
                ..TouchedJobs::default()
            },
            submissions,
        }
    }
}

impl Signals {
    /// After a commit that touched this.
    pub(super) fn committed(&self, touched: &Touched) {
        let jobs = !touched.jobs.is_empty();
        if !jobs && !touched.submissions {
            return;
        }
        self.wake(touched);
        self.untold.jobs.fetch_or(jobs, Ordering::AcqRel);
        let submissions = &self.untold.submissions;
        submissions.fetch_or(touched.submissions, Ordering::AcqRel);
        self.untold.any.notify_one();
    }

    fn wake(&self, touched: &Touched) {
        if !touched.jobs.is_empty() {
            self.jobs.send_modify(|queued| queued.add(&touched.jobs));
        }
        if touched.submissions {
            self.submissions.send_modify(|count| *count += 1);
        }
    }

    /// Whether others have yet to hear of jobs, and of submissions.
    fn take_untold(&self) -> (bool, bool) {
        (
            self.untold.jobs.swap(false, Ordering::AcqRel),
            self.untold.submissions.swap(false, Ordering::AcqRel),
        )
    }
}

/// Carries words between the processes on one PostgreSQL.
pub(super) struct Relay {
    pool: PgPool,
    signals: Arc<Signals>,
    /// Names this process, so that it does not hear itself.
    name: Uuid,
}

impl Relay {
    pub(super) fn new(pool: PgPool, signals: Arc<Signals>) -> Self {
        let name = Uuid::now_v7();
        Self {
            pool,
            signals,
            name,
        }
    }

    /// Tells and hears until `stop`.
    pub(super) async fn run(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.hear() => ended,
                ended = self.tell() => ended,
            };
            if let Err(error) = ended {
                tracing::warn!(%error, "no word between processes for now: {error}");
            }
            tokio::select! { () = stop.cancelled() => {} () = tokio::time::sleep(AGAIN) => {} }
        }
    }

    async fn hear(&self) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        // What was said before is missed: look.
        self.signals.wake(&Touched::elsewhere(true, true));
        // Nothing is what it answers when the connection was lost.
        while let Some(word) = listener.try_recv().await? {
            let (from, about) = word.payload().split_once(' ').unwrap_or_default();
            if from != self.name.to_string() {
                let (jobs, submissions) = (about.contains("jobs"), about.contains("submissions"));
                self.signals.wake(&Touched::elsewhere(jobs, submissions));
            }
        }
        Ok(())
    }

    async fn tell(&self) -> Result<(), sqlx::Error> {
        loop {
            self.signals.untold.any.notified().await;
            tokio::time::sleep(GATHER).await;
            let (jobs, submissions) = self.signals.take_untold();
            let jobs = if jobs { " jobs" } else { "" };
            let submissions = if submissions { " submissions" } else { "" };
            let word = format!("{}{jobs}{submissions}", self.name);
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(word)
                .execute(&self.pool)
                .await?;
        }
    }
}
