//! How an issue reaches everybody on its list, once, whatever dies on the way.
//!
//! The list is written into a ledger before anything is sent. A sender takes turns with it: in one
//! transaction it notes what became of the messages that have landed and which ones fly next, and
//! only then lets those go. So after a crash the ledger knows every message that may have left. It
//! knows more of them than there are connections: a few for each stand at the gate, so that none
//! waits for the ledger. What has landed is noted at once, before the connection takes the next
//! ([`Landings`]). A message that may have left and is not noted is sent again under the same
//! Message-ID and counted as uncertain: whether it had arrived cannot be known (the two generals'
//! problem; Gray, "Notes on Data Base Operating Systems", 1978), and a reader who gets a message
//! twice is better off than one who never gets it.
//!
//! [`desk`] decides who flies next, [`verdict`] what a report means, [`sender`] takes the turns.
//! The ledger and the wire are traits, so that the whole of it runs under a virtual clock with a
//! crash at every point where it waits.

pub mod desk;
mod landings;
mod ledger;
pub mod sender;
pub mod verdict;
mod wire;

pub use landings::Landings;
pub use ledger::DbLedger;
pub use wire::MailWire;

use async_trait::async_trait;

use crate::mail::Report;
use crate::store::StoreError;
use crate::store::mailings::{Entry, Waiting};

/// What a turn of the ledger answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is written; go on.
    Go,
    /// It is written; nothing more may fly, for the issue was paused or cancelled.
    Halt,
    /// Nothing is written: somebody else has this lane now.
    Lost,
}

/// The list of recipients of one lane, with what became of each.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Puts back what a sender that is gone had in flight, but for what is noted as landed.
    async fn recover(&self) -> Result<Standing, StoreError>;

    /// The next that have not been tried, after this position.
    async fn queued(&self, after: i64, limit: usize) -> Result<Vec<Waiting>, StoreError>;

    /// The next that were put off and are due.
    async fn deferred(&self, now_ms: i64, limit: usize) -> Result<Vec<Waiting>, StoreError>;

    /// Notes at once that the mail server has taken this one, ahead of the turn that writes it.
    fn note(&self, position: i64);

    /// One turn: what landed, and the positions of what flies next.
    async fn turn(&self, landed: &[Entry], flying: &[i64]) -> Result<Standing, StoreError>;
}

/// What takes messages out.
#[async_trait]
pub trait Wire: Send + Sync {
    /// Sends one and says how far it came.
    async fn send(&self, to: &Waiting) -> Report;
}
