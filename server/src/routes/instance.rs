//! `/api/v1/instance`: how this instance is doing, for whoever administers it.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::error::Error;
use crate::standing;
use crate::state::AppState;
use crate::store::users;

/// How this instance is doing
#[utoipa::path(
    get, path = "/api/v1/instance", tag = "operation", security(("session" = [])),
    responses((status = 200, description = "Accounts, queues and graders", body = Value)),
)]
pub async fn show(State(state): State<AppState>) -> Result<Json<Value>, Error> {
    let standing = standing::of(&state).await?;
    let mut queues = serde_json::Map::new();
    for queue in &standing.queues {
        let counts = queue.counts;
        let counts = json!({
            "queued": counts.queued, "running": counts.running, "dead": counts.dead,
            "late_ms": queue.late_ms,
        });
        queues.insert(queue.kind.to_owned(), counts);
    }
    let mut tx = state.db.read().await?;
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "accounts": users::count(&mut tx).await?,
        "jobs": queues,
        "grader": standing.graders,
        "nodes": standing.nodes,
        "held_back": standing.held_back,
    })))
}
