//! Forgets what the newsletter no longer needs to know: once a day, in pieces, so that nobody else
//! who writes waits long.

use async_trait::async_trait;

use super::queue::{Ctx, Finished, Job, JobError, Limits, enqueue_sole};
use crate::config::RetentionConfig;
use crate::store::{StoreError, Tx, retention};

const DAY_MS: i64 = 24 * 3_600_000;
/// Between two pieces, milliseconds.
const PAUSE_MS: i64 = 1_000;
/// Rows, or people, in one piece.
const PIECE: i64 = 1_000;

/// Forgets by the settings.
pub struct Forget {
    kept: RetentionConfig,
}

impl Forget {
    /// The job, which keeps things as long as `kept` says.
    #[must_use]
    pub fn new(kept: RetentionConfig) -> Self {
        Self { kept }
    }

    /// One piece of everything. Answers whether there may be more.
    async fn forget(&self, tx: &mut Tx, now_ms: i64) -> Result<bool, StoreError> {
        let until = |days: u32| match days {
            0 => None,
            days => Some(now_ms - i64::from(days) * DAY_MS),
        };
        let (mut wishes, mut deliveries, mut people) = (0, 0, 0);
        if let Some(until) = until(self.kept.unconfirmed_days) {
            wishes = retention::delete_unconfirmed(tx, until, PIECE).await?;
        }
        if let Some(until) = until(self.kept.deliveries_days) {
            deliveries = retention::update_nameless(tx, until, PIECE).await?;
        }
        if let Some(until) = until(self.kept.consents_days) {
            people = retention::delete_consents(tx, until, PIECE).await?;
        }
        if wishes + deliveries + people > 0 {
            tracing::info!(
                wishes,
                deliveries,
                people,
                "forgot what was no longer needed"
            );
        }
        // An issue that is done with may be followed by another.
        let full = PIECE.unsigned_abs();
        Ok(wishes == full || deliveries > 0 || people == full)
    }
}

#[async_trait]
impl Job for Forget {
    const KIND: &'static str = "forget";
    const LIMITS: Limits = Limits {
        max_failures: i64::MAX,
        lease_ms: 60_000,
        backoff_ms: 60_000,
        backoff_max_ms: 3_600_000,
    };
    type Payload = ();

    async fn run(&self, ctx: &Ctx, _payload: &()) -> Result<Finished, JobError> {
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.finish().await?;
        let after_ms = match self.forget(&mut tx, now_ms).await? {
            true => PAUSE_MS,
            false => DAY_MS,
        };
        enqueue_sole::<Self>(&mut tx, &ctx.ids, (now_ms + after_ms, now_ms)).await?;
        tx.commit().await
    }
}
