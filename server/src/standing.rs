//! How the site stands at this moment: its queues, the processes that work on them, its graders,
//! and whom it leaves alone. Read by `/metrics`, the pages on how the site is doing, and the API.

use std::sync::Arc;

use crate::grader::Status;
use crate::jobs::KINDS;
use crate::node::SILENT_MS;
use crate::state::AppState;
use crate::store::jobs::Counts;
use crate::store::nodes::Node;
use crate::store::{StoreError, jobs, nodes};

/// However many ask, the database is asked once in this time, milliseconds.
const FRESH_MS: i64 = 2_000;

/// How the site stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Every queue.
    pub queues: Vec<Queue>,
    /// The processes that live, the longest running first.
    pub nodes: Vec<Node>,
    /// The graders of this process.
    pub graders: Status,
    /// Hosts that this process does not call for now.
    pub held_back: Vec<String>,
    /// When that was so, Unix milliseconds.
    pub now_ms: i64,
}

/// A queue.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Kind of its jobs.
    pub kind: &'static str,
    /// How many jobs stand where.
    pub counts: Counts,
    /// How long the job that waits longest is overdue, milliseconds.
    pub late_ms: i64,
}

/// The last answer.
#[derive(Debug, Default)]
pub struct Cache(tokio::sync::Mutex<Option<Arc<Standing>>>);

/// How the site stands, at most two seconds ago.
///
/// # Errors
/// When the database does not say.
pub async fn of(state: &AppState) -> Result<Arc<Standing>, StoreError> {
    let mut last = state.standing.0.lock().await;
    let now_ms = state.parts.clock.now_ms();
    if let Some(standing) = &*last
        && (0..FRESH_MS).contains(&(now_ms - standing.now_ms))
    {
        return Ok(Arc::clone(standing));
    }
    let standing = Arc::new(ask(state, now_ms).await?);
    *last = Some(Arc::clone(&standing));
    Ok(standing)
}

async fn ask(state: &AppState, now_ms: i64) -> Result<Standing, StoreError> {
    let mut tx = state.db.read().await?;
    let found = jobs::queues(&mut tx).await?;
    let queue = |kind: &'static str| {
        let found = found.iter().find(|(name, ..)| name == kind);
        let (counts, due) = found.map_or((Counts::default(), None), |(_, counts, due)| {
            (*counts, *due)
        });
        Queue {
            kind,
            counts,
            late_ms: due.map_or(0, |due| (now_ms - due).max(0)),
        }
    };
    let mut nodes = nodes::all(&mut tx).await?;
    drop(tx);
    // A clock that was set back since leaves beats in the future.
    nodes.retain(|node| (now_ms - node.seen_at).abs() < SILENT_MS);
    if !nodes.iter().any(|node| node.id == state.node.id) {
        let node = Node {
            seen_at: now_ms,
            ..state.node.clone()
        };
        nodes.push(node);
    }
    Ok(Standing {
        queues: KINDS.map(queue).to_vec(),
        nodes,
        graders: state.parts.grader.status(),
        held_back: state.breakers.held_back(),
        now_ms,
    })
}
