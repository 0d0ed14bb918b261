//! The ledger in the database.

use async_trait::async_trait;

use super::{Landings, Ledger, Standing, verdict};
use crate::clock::Clock;
use crate::store::jobs::{self, Fence};
use crate::store::mailings::{self, Entry, Lane, State, Waiting};
use crate::store::{Db, StoreError, Tx, issues, subscribers};

/// A lane of an issue, held by the claim on a job.
pub struct DbLedger {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The claim; without it nothing is written.
    pub fence: Fence,
    /// How long a turn renews the claim for, milliseconds.
    pub lease_ms: i64,
    /// Which rows.
    pub lane: Lane,
    /// From when on somebody practises, Unix milliseconds; nothing where all parts are for
    /// everyone.
    pub since: Option<i64>,
    /// What landed since the last turn; nothing where no notes can be kept.
    pub landings: Option<Landings>,
}

impl DbLedger {
    async fn holds(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let until = self.clock.now_ms() + self.lease_ms;
        jobs::update_lease(tx, self.fence, until).await
    }

    /// Which of these are noted as landed; none where the notes cannot be read.
    fn landed_among(&self, in_flight: &[i64]) -> Vec<i64> {
        let Some(landings) = self.landings.as_ref().filter(|_| !in_flight.is_empty()) else {
            return Vec::new();
        };
        landings.among(in_flight).unwrap_or_else(|error| {
            tracing::warn!(%error, "notes of messages that have landed cannot be read");
            Vec::new()
        })
    }

    /// A refusal is held against the address, and against nobody else.
    async fn hold_against(&self, tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
        let at = (self.lane.issue, entry.position);
        let Some(id) = mailings::subscriber(tx, at).await? else {
            return Ok(());
        };
        let most = verdict::bounces_max(&entry.reply);
        subscribers::update_bounced(tx, id, (most, &entry.reply), entry.at).await
    }
}

#[async_trait]
impl Ledger for DbLedger {
    async fn recover(&self) -> Result<Standing, StoreError> {
        let mut tx = self.db.write().await?;
        if !self.holds(&mut tx).await? {
            return Ok(Standing::Lost);
        }
        let in_flight = mailings::list_in_flight(&mut tx, self.lane).await?;
        let landed = self.landed_among(&in_flight);
        let at = self.clock.now_ms();
        mailings::update_noted(&mut tx, self.lane.issue, &landed, at).await?;
        let stranded = mailings::update_stranded(&mut tx, self.lane).await?;
        tx.commit().await?;
        if let Some(landings) = &self.landings
            && let Err(error) = landings.clear()
        {
            tracing::warn!(%error, "notes of messages that have landed cannot be emptied");
        }
        if !in_flight.is_empty() {
            let (issue, landed) = (self.lane.issue, landed.len());
            tracing::warn!(
                issue,
                landed,
                stranded,
                "messages were in flight when a sender ended"
            );
        }
        Ok(Standing::Go)
    }

    async fn queued(&self, after: i64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        mailings::list_queued(
            &mut self.db.read().await?,
            self.lane,
            after,
            (limit, self.since),
        )
        .await
    }

    async fn deferred(&self, now_ms: i64, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        mailings::list_deferred(
            &mut self.db.read().await?,
            self.lane,
            now_ms,
            (limit, self.since),
        )
        .await
    }

    fn note(&self, position: i64) {
        if let Some(landings) = &self.landings {
            landings.note(position);
        }
    }

    async fn turn(&self, landed: &[Entry], flying: &[i64]) -> Result<Standing, StoreError> {
        let mut tx = self.db.write().await?;
        if !self.holds(&mut tx).await? {
            return Ok(Standing::Lost);
        }
        if !landed.is_empty() {
            mailings::update_landed(&mut tx, self.lane.issue, landed).await?;
        }
        if !flying.is_empty() {
            mailings::update_flying(&mut tx, self.lane.issue, flying).await?;
        }
        for entry in landed.iter().filter(|entry| entry.state == State::Bounced) {
            self.hold_against(&mut tx, entry).await?;
        }
        let goes_on = issues::is_in(&mut tx, self.lane.issue, issues::State::Sending).await?;
        tx.commit().await?;
        Ok(match goes_on {
            true => Standing::Go,
            false => Standing::Halt,
        })
    }
}
