//! What operators' tools read, on a listener of its own: `/metrics`, and the two questions on
//! health as the site answers them.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header;

use super::health;
use crate::error::Error;
use crate::metrics::{MEDIA_TYPE, exposition};
use crate::standing;
use crate::state::AppState;

/// What answers there.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/metrics", get(show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(state)
}

async fn show(State(state): State<AppState>) -> Result<Response, Error> {
    let standing = match standing::of(&state).await {
        Ok(standing) => Some(standing),
        Err(error) => {
            tracing::warn!(%error, "metrics without the queues: {error}");
            None
        }
    };
    let now_ms = state.parts.clock.now_ms();
    let text = exposition(&state.metrics, standing.as_deref(), now_ms);
    let text = text.map_err(|error| Error::Internal(error.into()))?;
    let headers = [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}
