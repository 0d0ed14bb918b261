//! Jobs of all kinds in one list.

use async_trait::async_trait;

use super::queue::{Ctx, Finished, Job, JobError, Limits, Step};
use crate::ids::Ids;
use crate::store::{StoreError, Tx};

/// A [`Job`] without its type, for the list.
#[async_trait]
pub(super) trait AnyJob: Send + Sync {
    fn kind(&self) -> &'static str;
    fn limits(&self) -> Limits;
    fn put_off_ms(&self) -> i64;
    async fn run(&self, ctx: &Ctx, payload: &str) -> Result<Finished, JobError>;
    async fn moved(
        &self,
        tx: &mut Tx,
        payload: &str,
        step: Step<'_>,
        at: (&Ids, i64),
    ) -> Result<(), StoreError>;
}

pub(super) struct Erased<J>(pub(super) J);

#[async_trait]
impl<J: Job> AnyJob for Erased<J> {
    fn kind(&self) -> &'static str {
        J::KIND
    }

    fn limits(&self) -> Limits {
        J::LIMITS
    }

    fn put_off_ms(&self) -> i64 {
        J::PUT_OFF_MS
    }

    async fn run(&self, ctx: &Ctx, payload: &str) -> Result<Finished, JobError> {
        let payload = serde_json::from_str(payload)
            .map_err(|error| JobError::Dead(format!("its payload does not parse: {error}")))?;
        self.0.run(ctx, &payload).await
    }

    async fn moved(
        &self,
        tx: &mut Tx,
        payload: &str,
        step: Step<'_>,
        at: (&Ids, i64),
    ) -> Result<(), StoreError> {
        // A payload that does not parse moves nothing; `run` gives the job up.
        let Ok(payload) = serde_json::from_str(payload) else {
            return Ok(());
        };
        self.0.moved(tx, &payload, step, at).await
    }
}
