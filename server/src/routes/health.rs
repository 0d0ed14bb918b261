//! Whether the process lives, and whether it should get requests.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::state::AppState;

const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the process answers
#[utoipa::path(
    get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
)]
pub async fn alive() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// Whether to send requests here: database and graders work, and we are not about to stop
#[utoipa::path(
    get, path = "/readyz", tag = "operation",
    responses((status = 200, description = "Ready", body = serde_json::Value),
              (status = 503, description = "Not now", body = serde_json::Value)),
)]
pub async fn ready(State(state): State<AppState>) -> Response {
    // lesson: ready
    let stopping = state.drain.is_cancelled() || state.stop.is_cancelled();
    let database = database(&state).await;
    let graders = state.parts.grader.status();
    let (status, retry) = if !stopping && database == "ok" && graders.ready {
        (StatusCode::OK, None)
    } else {
        tracing::warn!(stopping, database, ?graders, "not ready");
        (
            StatusCode::SERVICE_UNAVAILABLE,
            Some([(header::RETRY_AFTER, "2")]),
        )
    };
    // lesson: end
    let body = Json(json!({"stopping": stopping, "database": database, "graders": graders}));
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, retry, headers, body).into_response()
}

async fn database(state: &AppState) -> &'static str {
    let ping = async { state.db.read().await?.ping().await };
    match tokio::time::timeout(PATIENCE, ping).await {
        Ok(Ok(())) => "ok",
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer: {error}");
            "unavailable"
        }
        Err(_) => "slow",
    }
}
