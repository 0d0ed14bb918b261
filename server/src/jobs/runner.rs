//! The workers: they claim jobs, run them, keep their leases alive and record how they ended.

mod sweep;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use super::any::{AnyJob, Erased};
use super::queue::{Ctx, Finished, Job, JobError, Step};
use super::waiting::Waiting;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::metrics::Metrics;
use crate::random::Random;
use crate::store::jobs::{self, Claimed, Fence};
use crate::store::{Db, StoreError};
use crate::telemetry::spans;

/// What the workers work with.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// The database that holds the jobs.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// For the jitter of retries.
    pub random: Random,
    /// How often to look for jobs that became due or were queued by another node, milliseconds.
    pub poll_ms: u64,
    /// Counts what ran.
    pub metrics: Metrics,
}

/// Runs jobs. Each kind has workers of its own, so that a slow kind does not hold up the others.
#[derive(Clone)]
pub struct Runner {
    config: Arc<RunnerConfig>,
    crews: Vec<Crew>,
}

#[derive(Clone)]
struct Crew {
    job: Arc<dyn AnyJob>,
    workers: usize,
    waiting: Waiting,
}

/// Workers at work.
#[derive(Debug)]
pub struct Running {
    tasks: JoinSet<()>,
    stop: CancellationToken,
    abort: CancellationToken,
}

const LAST_ERROR_CHARS: usize = 2_000;

impl Runner {
    /// A runner without jobs.
    #[must_use]
    pub fn new(config: RunnerConfig) -> Self {
        Self {
            config: Arc::new(config),
            crews: Vec::new(),
        }
    }

    /// Adds a job and how many of it may run at once.
    #[must_use]
    pub fn with<J: Job>(self, job: J, workers: usize) -> Self {
        self.with_waiting(job, workers, Waiting::default())
    }

    /// The same; whoever knows where its workers wait can give them jobs.
    #[must_use]
    pub fn with_waiting<J: Job>(mut self, job: J, workers: usize, waiting: Waiting) -> Self {
        self.crews.push(Crew {
            job: Arc::new(Erased(job)),
            workers,
            waiting,
        });
        self
    }

    /// Queues again at once what a former process left running, instead of waiting for its leases
    /// to end. Only an embedded database allows that: its lock file says that whoever held those
    /// leases is gone. On PostgreSQL other nodes may be at work, and this does nothing. Call it
    /// before [`Runner::start`], never while workers of this process run. Answers how many.
    pub async fn recover(&self) -> Result<u64, StoreError> {
        if !self.config.db.is_embedded() {
            return Ok(0);
        }
        let mut tx = self.config.db.write().await?;
        let recovered = jobs::update_expired(&mut tx, i64::MAX).await?;
        tx.commit().await?;
        Ok(recovered)
    }

    /// Runs everything that is due, one job after the other, until nothing is. For tests, and for
    /// whoever cranks by hand. Answers how many ran.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let never = CancellationToken::new();
        let mut ran = 0;
        self.bring_near().await?;
        self.release_expired().await?;
        for crew in &self.crews {
            while let Some(claimed) = self.claim(&*crew.job, false).await? {
                self.run(&*crew.job, claimed, (&never, &never)).await;
                ran += 1;
            }
        }
        Ok(ran)
    }

    /// Sets the workers to work on the current tokio runtime.
    #[must_use]
    pub fn start(self) -> Running {
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let mut tasks = JoinSet::new();
        for crew in &self.crews {
            for _ in 0..crew.workers {
                let (runner, crew) = (self.clone(), crew.clone());
                let (stop, abort) = (stop.clone(), abort.clone());
                tasks.spawn(async move { runner.work(&crew, &stop, &abort).await });
            }
        }
        let sweep_stop = stop.clone();
        tasks.spawn(async move { self.sweep(&sweep_stop).await });
        Running { tasks, stop, abort }
    }

    async fn work(&self, crew: &Crew, stop: &CancellationToken, abort: &CancellationToken) {
        let job = &*crew.job;
        let mut queued = self.config.db.watch_jobs();
        let mut woken = false;
        while !stop.is_cancelled() {
            // Before looking, so that a job queued while we look wakes us.
            let seen = queued.borrow_and_update().of(job.kind());
            match self.claim(job, woken).await {
                Ok(Some(claimed)) => {
                    woken = false;
                    self.run(job, claimed, (stop, abort)).await;
                }
                Ok(None) => {
                    let mut place = crew.waiting.join();
                    let more = queued.wait_for(|now| now.of(job.kind()) != seen);
                    let given = tokio::select! {
                        given = place.job() => given,
                        ended = async {
                            tokio::select! {
                                () = stop.cancelled() => false,
                                _ = more => true,
                                () = self.pause() => false,
                            }
                        } => {
                            woken = ended;
                            place.leave().await
                        }
                    };
                    if let Some(claimed) = given {
                        woken = false;
                        self.run(job, claimed, (stop, abort)).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(job.kind = job.kind(), %error, "cannot claim jobs");
                    tokio::select! { () = stop.cancelled() => {} () = self.pause() => {} }
                }
            }
        }
    }

    async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(self.config.poll_ms)).await;
    }

    /// Claims the next job. Unless one was just announced, it looks before it takes the lock of
    /// those who write.
    async fn claim(
        &self,
        job: &dyn AnyJob,
        announced: bool,
    ) -> Result<Option<Claimed>, StoreError> {
        let (db, now_ms) = (&self.config.db, self.config.clock.now_ms());
        if !announced {
            let due = jobs::by_due(&mut db.read().await?, job.kind()).await?;
            if due.is_none_or(|due| due > now_ms) {
                return Ok(None);
            }
        }
        let mut tx = db.write().await?;
        let lease_until = now_ms + job.limits().lease_ms;
        let claimed = jobs::claim(&mut tx, job.kind(), now_ms, lease_until).await?;
        if let Some(claimed) = &claimed {
            let at = (&self.config.ids, now_ms);
            job.moved(&mut tx, &claimed.payload, Step::Claimed, at)
                .await?;
            tx.commit().await?;
        }
        Ok(claimed)
    }

    async fn run(
        &self,
        job: &dyn AnyJob,
        claimed: Claimed,
        signals: (&CancellationToken, &CancellationToken),
    ) {
        let waited_ms = self.config.clock.now_ms() - claimed.created_at;
        let span = spans::job(job.kind(), &claimed, waited_ms);
        self.execute(job, claimed, signals).instrument(span).await;
    }

    async fn execute(
        &self,
        job: &dyn AnyJob,
        claimed: Claimed,
        (stop, abort): (&CancellationToken, &CancellationToken),
    ) {
        let ctx = Ctx::new(&self.config, claimed.fence, stop.clone());
        let began_ns = self.config.clock.monotonic_ns();
        let run = AssertUnwindSafe(job.run(&ctx, &claimed.payload)).catch_unwind();
        // All three are polled together: a renewal never keeps the job from going on.
        let ended = tokio::select! {
            biased;
            ended = run => ended.unwrap_or_else(|_| Err(JobError::Retry("it panicked".into()))),
            () = self.keep_lease(claimed.fence, job.limits().lease_ms) => Err(JobError::Lost),
            () = abort.cancelled() => Err(JobError::Stopping),
        };
        self.measure(job, &claimed, began_ns, &ended);
        let settled = match ended {
            Ok(Finished { .. }) => Ok(true),
            Err(JobError::Lost) => Ok(false),
            Err(JobError::Stopping) => self.release(job, &claimed).await,
            Err(JobError::Retry(reason)) => self.fail(job, &claimed, &reason, false).await,
            Err(JobError::Dead(reason)) => self.fail(job, &claimed, &reason, true).await,
        };
        self.report(job, &claimed, settled);
    }

    fn measure(
        &self,
        job: &dyn AnyJob,
        claimed: &Claimed,
        began_ns: u64,
        ended: &Result<Finished, JobError>,
    ) {
        let RunnerConfig { clock, metrics, .. } = &*self.config;
        let took = Duration::from_nanos(clock.monotonic_ns().saturating_sub(began_ns));
        let outcome = match ended {
            Ok(Finished { .. }) => "done",
            Err(JobError::Lost) => "lost",
            Err(JobError::Stopping) => "stopping",
            Err(JobError::Retry(_)) if claimed.failures + 1 < claimed.max_failures => "failed",
            Err(JobError::Retry(_) | JobError::Dead(_)) => "dead",
        };
        metrics.job_ran(job.kind(), outcome, took);
        spans::ended(&Span::current(), outcome);
        if ended.is_ok() {
            let waited_ms = clock.now_ms() - claimed.created_at;
            let waited_ms = u64::try_from(waited_ms).unwrap_or(0);
            metrics.job_settled(job.kind(), Duration::from_millis(waited_ms));
        }
    }

    /// Renews the lease three times per term. Returns only when the claim is void.
    async fn keep_lease(&self, fence: Fence, lease_ms: i64) {
        let third = Duration::from_millis(u64::try_from(lease_ms / 3).unwrap_or(0).max(1));
        loop {
            tokio::time::sleep(third).await;
            match self.renew(fence, lease_ms).await {
                Ok(true) => {}
                Ok(false) => return,
                // The database may come back before the lease ends; the fence guards the rest.
                Err(error) => tracing::warn!(job.id = %fence.id, %error, "cannot renew a lease"),
            }
        }
    }

    async fn renew(&self, fence: Fence, lease_ms: i64) -> Result<bool, StoreError> {
        let mut tx = self.config.db.write().await?;
        let until = self.config.clock.now_ms() + lease_ms;
        let renewed = jobs::update_lease(&mut tx, fence, until).await?;
        tx.commit().await?;
        Ok(renewed)
    }

    async fn fail(
        &self,
        job: &dyn AnyJob,
        claimed: &Claimed,
        reason: &str,
        for_good: bool,
    ) -> Result<bool, StoreError> {
        let (fence, now_ms) = (claimed.fence, self.config.clock.now_ms());
        let failures = claimed.failures + 1;
        let dead = for_good || failures >= claimed.max_failures;
        let (kind, id) = (job.kind(), fence.id);
        tracing::warn!(job.kind = kind, job.id = %id, failures, dead, "job failed: {reason}");
        let reason: String = reason.chars().take(LAST_ERROR_CHARS).collect();
        let mut tx = self.config.db.write().await?;
        let (held, step) = if dead {
            (
                jobs::update_dead(&mut tx, fence, &reason, now_ms).await?,
                Step::Dead(&reason),
            )
        } else {
            let run_at = now_ms + job.limits().delay_ms(failures, &self.config.random);
            (
                jobs::update_failed(&mut tx, fence, &reason, run_at).await?,
                Step::Queued,
            )
        };
        if held {
            job.moved(&mut tx, &claimed.payload, step, (&self.config.ids, now_ms))
                .await?;
            tx.commit().await?;
        }
        Ok(held)
    }

    async fn release(&self, job: &dyn AnyJob, claimed: &Claimed) -> Result<bool, StoreError> {
        let mut tx = self.config.db.write().await?;
        let held = jobs::update_released(&mut tx, claimed.fence).await?;
        if held {
            job.moved(
                &mut tx,
                &claimed.payload,
                Step::Queued,
                (&self.config.ids, self.config.clock.now_ms()),
            )
            .await?;
            tx.commit().await?;
        }
        Ok(held)
    }

    fn report(&self, job: &dyn AnyJob, claimed: &Claimed, settled: Result<bool, StoreError>) {
        let (kind, id) = (job.kind(), claimed.fence.id);
        match settled {
            Ok(true) => tracing::debug!(job.kind = kind, job.id = %id, "job settled"),
            Ok(false) => tracing::warn!(job.kind = kind, job.id = %id, "a late end was refused"),
            // Its lease will end, and it will be run again.
            Err(error) => tracing::error!(job.kind = kind, job.id = %id, %error, "job not settled"),
        }
    }
}

impl Running {
    /// Stops claiming, lets running jobs go on for `grace`, then cuts them off and hands them back
    /// to the queue, where they wait for the next start.
    pub async fn stop(mut self, grace: Duration) {
        self.stop.cancel();
        let done = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, done).await.is_err() {
            self.abort.cancel();
            while self.tasks.join_next().await.is_some() {}
        }
    }
}
