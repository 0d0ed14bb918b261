//! Where it is kept what everybody has used: in memory, or, where several processes count
//! together, in the database.

use labs::rate_limiter::policy::Limiter as _;

use super::cap::{Allowance, Contract, Held, Refusal};
use crate::clock::Clock;
use crate::error::Error;
use crate::store::limits::{self, Taken};
use crate::store::{Db, StoreError};

/// Keeps what everybody has used.
#[derive(Clone, Debug)]
pub(super) struct Book {
    clock: Clock,
    /// Nothing where this process is the only one.
    shared: Option<Db>,
}

/// What is asked: under which cap, by whom.
pub(super) type Asked<'a> = (Contract<'a>, i64);

impl Book {
    /// The book of the processes on this database.
    pub(super) fn of(db: &Db, clock: Clock) -> Self {
        Self {
            clock,
            shared: (!db.is_embedded()).then(|| db.clone()),
        }
    }

    /// A book in memory.
    #[cfg(test)]
    pub(super) fn here(clock: Clock) -> Self {
        Self {
            clock,
            shared: None,
        }
    }

    /// Counts `count` under each cap, or under none. Answers what is left under the first; `told`
    /// makes the error of a refusal.
    pub(super) async fn take(
        &self,
        asked: &[Asked<'_>],
        count: u32,
        told: impl FnOnce(Refusal) -> Error,
    ) -> Result<Allowance, Error> {
        let count = i64::from(count);
        let taken = match &self.shared {
            None => {
                let now_ns = i64::try_from(self.clock.monotonic_ns()).unwrap_or(i64::MAX / 2);
                take_here(asked, count, now_ns)
            }
            Some(db) => {
                let now_ns = self.clock.now_ms().saturating_mul(1_000_000);
                take_there(db, asked, count, now_ns).await?
            }
        };
        taken.map_err(told)
    }
}

fn take_here(asked: &[Asked<'_>], count: i64, now_ns: i64) -> Result<Allowance, Refusal> {
    // All are held, always in the caller's order, so that what all allow is counted by all.
    let mut held: Vec<Held<'_>> = asked.iter().map(|(cap, _)| cap.lock()).collect();
    for ((cap, tenant), held) in asked.iter().zip(&mut held) {
        cap.ask(held, *tenant, (now_ns, count))?;
    }
    let mut left = Allowance::default();
    for ((cap, tenant), held) in asked.iter().zip(&mut held).rev() {
        held.allow(*tenant, now_ns, count);
        left = cap.allowance(cap.owed_ns(held, *tenant, now_ns));
    }
    Ok(left)
}

async fn take_there(
    db: &Db,
    asked: &[Asked<'_>],
    count: i64,
    now_ns: i64,
) -> Result<Result<Allowance, Refusal>, StoreError> {
    let mut tx = db.write().await?;
    tx.relax().await?;
    let mut left = None;
    for (cap, tenant) in asked {
        let claim = cap.claim(*tenant, count);
        match limits::take(&mut tx, claim, now_ns).await? {
            Taken::Counted(until) => {
                left.get_or_insert_with(|| cap.allowance(until - now_ns));
            }
            // The transaction is dropped: nothing is counted under the caps before either.
            Taken::TooMuch(until) => {
                let wait_ns = Contract::wait_ns(claim, until - now_ns);
                return Ok(Err(cap.refusal(wait_ns)));
            }
        }
    }
    tx.commit().await?;
    Ok(Ok(left.unwrap_or_default()))
}
