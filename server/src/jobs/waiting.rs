//! Workers that wait for a job, and whoever has one for them.
//!
//! The queue is a table: a job goes into it, a worker is woken, looks, and takes it out. Who makes
//! a job while a worker waits and nobody stands before it can give it to that worker instead, and
//! writes it down as taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::store::jobs::Claimed;

/// The workers of a kind that wait. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    next: u64,
    workers: BTreeMap<u64, oneshot::Sender<Claimed>>,
}

/// A worker that was called, and waits for its job. Dropped, it goes back to the queue.
#[derive(Debug)]
pub struct Called(oneshot::Sender<Claimed>);

impl Called {
    /// Gives it the job. The claim is good once the transaction that makes it is committed.
    /// Answers whether the worker is still there: one that is gone leaves its claim to the end of
    /// the lease, like any that dies.
    pub fn give(self, claimed: Claimed) -> bool {
        self.0.send(claimed).is_ok()
    }
}

/// A worker's place among those that wait.
#[derive(Debug)]
pub(super) struct Place {
    list: Waiting,
    number: u64,
    job: oneshot::Receiver<Claimed>,
}

impl Waiting {
    /// One that waits, if there is one.
    #[must_use]
    pub fn call(&self) -> Option<Called> {
        let mut list = self.list();
        loop {
            let (_, worker) = list.workers.pop_first()?;
            if !worker.is_closed() {
                return Some(Called(worker));
            }
        }
    }

    pub(super) fn join(&self) -> Place {
        let (worker, job) = oneshot::channel();
        let mut list = self.list();
        let number = list.next;
        list.next += 1;
        list.workers.insert(number, worker);
        drop(list);
        Place {
            list: self.clone(),
            number,
            job,
        }
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The job it is given; nothing when it was called for nothing.
    pub(super) async fn job(&mut self) -> Option<Claimed> {
        (&mut self.job).await.ok()
    }

    /// Waits no longer, unless it was called: then for the job it is given, if it is given one.
    pub(super) async fn leave(self) -> Option<Claimed> {
        let left = self.list.list().workers.remove(&self.number);
        match left {
            Some(_) => None,
            None => self.job.await.ok(),
        }
    }
}
