//! This process among those that work on the same database.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::ids::Ids;
use crate::store::nodes::{self, Node};
use crate::store::{Db, StoreError};

/// How often a process says that it lives.
const BEAT: Duration = Duration::from_secs(10);
/// Who was silent for three beats is not counted among the living, milliseconds.
pub const SILENT_MS: i64 = 35_000;
/// Who was silent this long is forgotten, milliseconds.
const FORGOTTEN_MS: i64 = 3_600_000;

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It answers requests, and does jobs unless it is told not to.
    Serve,
    /// It does jobs.
    Worker,
}

impl Role {
    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Worker => "worker",
        }
    }
}

/// This process, as of now.
#[must_use]
pub fn this(role: Role, ids: &Ids, clock: &Clock) -> Node {
    let now_ms = clock.now_ms();
    let machine = rustix::system::uname();
    Node {
        id: ids.next().to_string(),
        role: role.name().to_owned(),
        host: machine.nodename().to_string_lossy().into_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: now_ms,
        seen_at: now_ms,
    }
}

/// Says again and again that a process lives, until `stop`; then that it ended. An embedded
/// database has one process only, which needs no word of itself.
pub async fn beat(db: Db, clock: Clock, mut node: Node, stop: CancellationToken) {
    if db.is_embedded() {
        return;
    }
    while !stop.is_cancelled() {
        node.seen_at = clock.now_ms();
        if let Err(error) = say(&db, &node).await {
            tracing::warn!(%error, "cannot say that this process lives: {error}");
        }
        tokio::select! { () = stop.cancelled() => {} () = tokio::time::sleep(BEAT) => {} }
    }
    let ended = async {
        let mut tx = db.write().await?;
        nodes::delete(&mut tx, &node.id).await?;
        tx.commit().await
    };
    if let Err(error) = ended.await {
        tracing::warn!(%error, "cannot say that this process ends: {error}");
    }
}

async fn say(db: &Db, node: &Node) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    nodes::upsert(&mut tx, node).await?;
    nodes::delete_unseen(&mut tx, node.seen_at - FORGOTTEN_MS).await?;
    tx.commit().await
}
