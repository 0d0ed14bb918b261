//! What is done beside the jobs: those of lost workers are queued again, old ones forgotten, and
//! what was written by a clock that was set since is put right.
//!
//! Leases and waits are kept as times of day, since processes share them. A clock that is set
//! forward makes every lease look over, one that is set back makes leases and waits last as long
//! again. So whoever notices it lets every worker that lives renew its lease before any is taken
//! for lost, and lets nothing lie further ahead than it could have been put.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Runner;
use crate::clock::Jumps;
use crate::store::{StoreError, jobs};

/// Jobs that were done are forgotten after a week.
const KEEP_DONE_MS: i64 = 7 * 24 * 3_600_000;
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Clocks of several machines may differ by this, milliseconds.
const APART_MS: i64 = 10_000;

impl Runner {
    pub(super) async fn sweep(&self, stop: &CancellationToken) {
        let clock = &self.config.clock;
        let mut jumps = Jumps::new(clock.clone());
        let mut tidy_at = Duration::ZERO;
        let mut trust_at = Duration::ZERO;
        while !stop.is_cancelled() {
            let passed = Duration::from_nanos(clock.monotonic_ns());
            let jump = jumps.look();
            if let Some(set_ms) = jump {
                tracing::warn!(set_ms, "the clock was set by {set_ms} ms");
                trust_at = passed + self.longest_lease();
            }
            let is_time_to_tidy = passed >= tidy_at;
            if is_time_to_tidy {
                tidy_at = passed + TIDY_EVERY;
            }
            let done = async {
                if jump.is_some() || is_time_to_tidy {
                    self.bring_near().await?;
                }
                if passed >= trust_at {
                    self.release_expired().await?;
                }
                if is_time_to_tidy {
                    self.delete_done().await?;
                }
                Ok::<(), StoreError>(())
            };
            if let Err(error) = done.await {
                tracing::warn!(%error, "cannot look after the queue: {error}");
            }
            tokio::select! { () = stop.cancelled() => {} () = self.pause() => {} }
        }
    }

    fn longest_lease(&self) -> Duration {
        let leases = self.crews.iter().map(|crew| crew.job.limits().lease_ms);
        let longest_ms = leases.max().and_then(|ms| u64::try_from(ms).ok());
        Duration::from_millis(longest_ms.unwrap_or(0))
    }

    /// Ends leases no later than if they were given now, and makes due what waits for longer than
    /// its kind ever does. Does nothing to what was written by a clock that is right.
    pub(super) async fn bring_near(&self) -> Result<(), StoreError> {
        let now_ms = self.config.clock.now_ms();
        let mut tx = self.config.db.write().await?;
        for crew in &self.crews {
            let job = &crew.job;
            let lease_until = now_ms + job.limits().lease_ms;
            jobs::update_leases_ahead(&mut tx, job.kind(), lease_until).await?;
            let latest = now_ms + job.put_off_ms() + APART_MS;
            jobs::update_waits_ahead(&mut tx, job.kind(), latest, now_ms).await?;
        }
        tx.commit().await
    }

    pub(super) async fn release_expired(&self) -> Result<(), StoreError> {
        let now_ms = self.config.clock.now_ms();
        if !jobs::has_expired(&mut self.config.db.read().await?, now_ms).await? {
            return Ok(());
        }
        let mut tx = self.config.db.write().await?;
        let released = jobs::update_expired(&mut tx, now_ms).await?;
        tx.commit().await?;
        tracing::warn!(jobs = released, "jobs of lost workers are queued again");
        Ok(())
    }

    async fn delete_done(&self) -> Result<(), StoreError> {
        let until_ms = self.config.clock.now_ms() - KEEP_DONE_MS;
        let mut tx = self.config.db.write().await?;
        jobs::delete_done(&mut tx, until_ms).await?;
        tx.commit().await
    }
}
