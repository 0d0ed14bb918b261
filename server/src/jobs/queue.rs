//! What a job is, how it is queued and how it ends.
//!
//! A job ends in one transaction with its effects, guarded by the fence of its claim. The types see
//! to that: [`Job::run`] must answer a [`Finished`], which only [`Finish::commit`] makes.

use std::ops::{Deref, DerefMut};

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::sync::CancellationToken;

use super::runner::RunnerConfig;
use crate::clock::Clock;
use crate::ids::{Id, Ids};
use crate::mail::MailError;
use crate::random::Random;
use crate::store::jobs::{self, Fence, NewJob};
use crate::store::{Db, StoreError, Tx};
use crate::telemetry::spans;

/// A kind of background work.
#[async_trait]
pub trait Job: Send + Sync + 'static {
    /// Its name in the `jobs` table.
    const KIND: &'static str;
    /// How long it may take and how often it is tried.
    const LIMITS: Limits;
    /// No job of this kind waits longer than this until it is due, milliseconds.
    const PUT_OFF_MS: i64 = Self::LIMITS.backoff_max_ms;
    /// Its parameters. They are kept as JSON: a release must understand those of the one before.
    type Payload: Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Does the work and ends in `ctx.finish()`. It may be cut off at any await and run again.
    async fn run(&self, ctx: &Ctx, payload: &Self::Payload) -> Result<Finished, JobError>;

    /// Follows the job's way through the queue, in the transaction that moves it.
    async fn moved(
        &self,
        _tx: &mut Tx,
        _payload: &Self::Payload,
        _step: Step<'_>,
        (_ids, _now_ms): (&Ids, i64),
    ) -> Result<(), StoreError> {
        Ok(())
    }
}

/// How long a job may take and how often it is tried.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// After this many failures it is a dead letter.
    pub max_failures: i64,
    /// A claim that is not renewed for this long is void.
    pub lease_ms: i64,
    /// The first retry waits up to this long, the next up to twice that, and so on.
    pub backoff_ms: i64,
    /// No retry waits longer than this.
    pub backoff_max_ms: i64,
}

impl Limits {
    // lesson: full-jitter
    /// How long the retry after failure number `failures` (from 1) waits, in milliseconds: full
    /// jitter, a uniform draw between nothing and the doubled and capped backoff, so that jobs
    /// that failed together do not come back together.
    #[must_use]
    pub fn delay_ms(&self, failures: i64, random: &Random) -> i64 {
        let doublings = u32::try_from((failures - 1).clamp(0, 62)).unwrap_or(0);
        let ceiling = self
            .backoff_ms
            .saturating_mul(1_i64 << doublings)
            .min(self.backoff_max_ms);
        i64::try_from(random.up_to(u64::try_from(ceiling).unwrap_or(0))).unwrap_or(0)
    }
    // lesson: end
}

/// A step of a job on its way through the queue. Finishing is not among them: that is the job's
/// own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// A worker took it.
    Claimed,
    /// It is back in the queue.
    Queued,
    /// It was given up, for this reason.
    Dead(&'a str),
}

/// Why a job did not finish.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may work another time.
    #[error("{0}")]
    Retry(String),
    /// It never will.
    #[error("{0}")]
    Dead(String),
    /// The claim is void: somebody else has the job, and nothing of this run may count.
    #[error("the lease was lost")]
    Lost,
    /// The process stops: the job goes back to the queue, and no failure is counted.
    #[error("the process stops")]
    Stopping,
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Retry(error.to_string())
    }
}

impl From<MailError> for JobError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Passing(_) => Self::Retry(error.to_string()),
            MailError::Refused(_) => Self::Dead(error.to_string()),
        }
    }
}

/// What a running job has at hand.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// New ids.
    pub ids: Ids,
    /// Cancelled when the process is about to stop: a job that takes long ends in
    /// [`JobError::Stopping`] soon.
    pub stop: CancellationToken,
    fence: Fence,
}

impl Ctx {
    pub(super) fn new(config: &RunnerConfig, fence: Fence, stop: CancellationToken) -> Self {
        Self {
            db: config.db.clone(),
            clock: config.clock.clone(),
            ids: config.ids.clone(),
            stop,
            fence,
        }
    }

    /// The claim on the job, for work that is written in more transactions than the last.
    #[must_use]
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// Opens the transaction in which the job is done and its effects are written, or says that
    /// the claim is void.
    pub async fn finish(&self) -> Result<Finish, JobError> {
        let mut tx = self.db.write().await?;
        if jobs::update_done(&mut tx, self.fence, self.clock.now_ms()).await? {
            Ok(Finish(tx))
        } else {
            Err(JobError::Lost)
        }
    }
}

/// The last transaction of a job; it derefs to [`Tx`]. Dropped, the job is not done.
#[derive(Debug)]
pub struct Finish(Tx);

impl Finish {
    /// Job and effects, at once.
    pub async fn commit(self) -> Result<Finished, JobError> {
        self.0.commit().await?;
        Ok(Finished(()))
    }
}

impl Deref for Finish {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.0
    }
}

impl DerefMut for Finish {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.0
    }
}

/// Proof that a job was committed as done.
#[derive(Debug)]
pub struct Finished(());

/// When and under which name to queue a job.
#[derive(Debug, Clone)]
pub struct Enqueue {
    /// Id of the job to make.
    pub id: Id,
    /// At most one queued or running job has this key.
    pub unique_key: Option<String>,
    /// Whose it is: owners take turns; empty for nobody's.
    pub owner: String,
    /// Its virtual start, where the caller has looked at the line.
    pub start: Option<i64>,
    /// Not before this time, Unix milliseconds.
    pub run_at: i64,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
}

impl Enqueue {
    /// At once, under no name, in nobody's turn.
    #[must_use]
    pub fn at_once(id: Id, now_ms: i64) -> Self {
        Self {
            id,
            unique_key: None,
            owner: String::new(),
            start: None,
            run_at: now_ms,
            now_ms,
        }
    }
}

/// Queues a job of which there is one at a time, in the caller's transaction, unless it is queued
/// already. Answers whether it was not.
pub async fn enqueue_sole<J: Job<Payload = ()>>(
    tx: &mut Tx,
    ids: &Ids,
    (run_at, now_ms): (i64, i64),
) -> Result<bool, StoreError> {
    let how = Enqueue {
        unique_key: Some(J::KIND.to_owned()),
        run_at,
        ..Enqueue::at_once(ids.next(), now_ms)
    };
    enqueue::<J>(tx, &(), how).await
}

/// Queues a job in the caller's transaction; workers are woken when that commits. Answers false
/// if the unique key is taken.
pub async fn enqueue<J: Job>(
    tx: &mut Tx,
    payload: &J::Payload,
    how: Enqueue,
) -> Result<bool, StoreError> {
    jobs::insert(tx, &new_job::<J>(payload, how)?).await
}

/// The row of a job.
pub fn new_job<J: Job>(payload: &J::Payload, how: Enqueue) -> Result<NewJob, StoreError> {
    let payload = serde_json::to_string(payload)
        .map_err(|error| StoreError::Corrupt(format!("payload of {}: {error}", J::KIND)))?;
    Ok(NewJob {
        id: how.id,
        kind: J::KIND,
        payload,
        unique_key: how.unique_key,
        owner: how.owner,
        run_at: how.run_at,
        max_failures: J::LIMITS.max_failures,
        created_at: how.now_ms,
        trace: spans::here(),
        start: how.start,
        lease_until: None,
    })
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use crate::random::Random;

    #[test]
    fn backoff_doubles_jitters_and_is_capped() {
        let limits = Limits {
            max_failures: 5,
            lease_ms: 1,
            backoff_ms: 1_000,
            backoff_max_ms: 60_000,
        };
        let random = Random::seeded(7);
        for (failures, ceiling) in [
            (1, 1_000),
            (2, 2_000),
            (6, 32_000),
            (7, 60_000),
            (99, 60_000),
        ] {
            let delays: Vec<_> = (0..500)
                .map(|_| limits.delay_ms(failures, &random))
                .collect();
            assert!(
                delays.iter().all(|d| (0..=ceiling).contains(d)),
                "{failures}"
            );
            assert!(delays.iter().any(|d| *d > ceiling * 9 / 10), "{failures}");
            assert!(delays.iter().any(|d| *d < ceiling / 10), "{failures}");
        }
    }
}
