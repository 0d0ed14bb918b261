//! What woke: counters that rise after a commit, for waiting without polling; and their way from
//! one process to the next.
//!
//! PostgreSQL carries a word with `NOTIFY`. It is not part of the transactions it tells of: each
//! that is takes a lock over the whole server while it commits, one after the other. Words are
//! sent after commits instead, and those that come close together as one. A word may be lost
//! with its sender; whoever waits looks for itself once in a while.

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

/// Counters of this process.
#[derive(Debug, Default)]
pub(super) struct Signals {
    pub(super) jobs: watch::Sender<u64>,
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

/// Which transactions a commit tells others about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Touched {
    pub(super) jobs: bool,
    pub(super) submissions: bool,
}

impl Signals {
    /// After a commit that touched this.
    pub(super) fn committed(&self, touched: Touched) {
        if !touched.jobs && !touched.submissions {
            return;
        }
        self.wake(touched);
        self.untold.jobs.fetch_or(touched.jobs, Ordering::AcqRel);
        let submissions = &self.untold.submissions;
        submissions.fetch_or(touched.submissions, Ordering::AcqRel);
        self.untold.any.notify_one();
    }

    fn wake(&self, touched: Touched) {
        if touched.jobs {
            self.jobs.send_modify(|count| *count += 1);
        }
        if touched.submissions {
            self.submissions.send_modify(|count| *count += 1);
        }
    }

    fn take_untold(&self) -> Touched {
        Touched {
            jobs: self.untold.jobs.swap(false, Ordering::AcqRel),
            submissions: self.untold.submissions.swap(false, Ordering::AcqRel),
        }
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
        self.signals.wake(Touched {
            jobs: true,
            submissions: true,
        });
        // Nothing is what it answers when the connection was lost.
        while let Some(word) = listener.try_recv().await? {
            let (from, about) = word.payload().split_once(' ').unwrap_or_default();
            if from != self.name.to_string() {
                self.signals.wake(Touched {
                    jobs: about.contains("jobs"),
                    submissions: about.contains("submissions"),
                });
            }
        }
        Ok(())
    }

    async fn tell(&self) -> Result<(), sqlx::Error> {
        loop {
            self.signals.untold.any.notified().await;
            tokio::time::sleep(GATHER).await;
            let touched = self.signals.take_untold();
            let jobs = if touched.jobs { " jobs" } else { "" };
            let submissions = if touched.submissions {
                " submissions"
            } else {
                ""
            };
            let word = format!("{}{jobs}{submissions}", self.name);
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(word)
                .execute(&self.pool)
                .await?;
        }
    }
}
