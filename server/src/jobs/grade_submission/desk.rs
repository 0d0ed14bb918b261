//! The short way to a grader: a submission that nobody stands before, while a grader waits, is
//! graded from the moment it is checked, and written down meanwhile.
//!
//! Nothing depends on it. What is found counts only by the claim that is written with the
//! submission; a grade of what was never written is thrown away, and a claim whose grader died ends
//! like any other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{GradeSubmission, Payload};
use crate::ids::{Id, Ids};
use crate::jobs::{Called, Job as _, Waiting, new_job};
use crate::store::grades::GradeKey;
use crate::store::jobs::{self, Line, NewJob};
use crate::store::submissions::NewSubmission;
use crate::store::{StoreError, Tx};

/// Where graders that wait are called. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    waiting: Waiting,
    handed: Arc<Mutex<BTreeMap<Id, Handed>>>,
}

/// What a grader needs to begin.
#[derive(Debug)]
pub(super) struct Handed {
    pub(super) key: GradeKey,
    pub(super) language: Option<String>,
    pub(super) module: Bytes,
    /// Ends when the submission is written, or never will be.
    pub(super) writing: oneshot::Receiver<()>,
}

impl Desk {
    /// Where its graders wait.
    #[must_use]
    pub fn waiting(&self) -> Waiting {
        self.waiting.clone()
    }

    /// A grader that waits, if nobody stands in this line.
    #[must_use]
    pub fn call(&self, line: Line) -> Option<Called> {
        match line.queued {
            0 => self.waiting.call(),
            _ => None,
        }
    }

    /// Sets a called grader to work on a submission that is being written, and writes its job.
    /// Drop what this answers when that transaction is over.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn hand(
        &self,
        called: Called,
        tx: &mut Tx,
        ids: &Ids,
        (new, key, module): (&NewSubmission, GradeKey, Bytes),
        line: Line,
    ) -> Result<oneshot::Sender<()>, StoreError> {
        let (until, writing) = oneshot::channel();
        let whose = (new.id, new.client.as_str(), Some(line.start));
        let how = GradeSubmission::how(ids, whose, new.created_at);
        let payload = Payload { submission: new.id };
        let job = NewJob {
            lease_until: Some(new.created_at + GradeSubmission::LIMITS.lease_ms),
            ..new_job::<GradeSubmission>(&payload, how)?
        };
        let handed = Handed {
            key,
            language: new.language.clone(),
            module,
            writing,
        };
        self.handed().insert(new.id, handed);
        if !called.give(job.claimed()) {
            self.take(new.id);
        }
        jobs::insert(tx, &job).await?;
        Ok(until)
    }

    /// What was handed over with a submission.
    pub(super) fn take(&self, submission: Id) -> Option<Handed> {
        self.handed().remove(&submission)
    }

    fn handed(&self) -> MutexGuard<'_, BTreeMap<Id, Handed>> {
        self.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
