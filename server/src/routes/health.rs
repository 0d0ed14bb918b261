//! Whether the process lives, and whether it should get requests.

use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::error::Error;
use crate::state::AppState;

const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub async fn alive() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n")
}

/// `GET /readyz`: the database answers and we are not about to stop.
pub async fn ready(State(state): State<AppState>) -> Result<impl IntoResponse, Error> {
    if state.stop.is_cancelled() {
        return Err(Error::Unavailable(anyhow::anyhow!("stopping")));
    }
    let ping = async { state.db.read().await?.ping().await };
    match tokio::time::timeout(PATIENCE, ping).await {
        Ok(answer) => answer?,
        Err(_) => return Err(Error::Unavailable(anyhow::anyhow!("the database is slow"))),
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], "ready\n"))
}
