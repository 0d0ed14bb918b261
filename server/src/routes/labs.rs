//! `/api/v1/labs`.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use crate::error::Error;
use crate::state::AppState;

/// `GET /api/v1/labs`
pub async fn list(State(state): State<AppState>) -> Json<Value> {
    Json(state.parts.catalogue.list())
}

/// `GET /api/v1/labs/{lab}`
pub async fn show(
    State(state): State<AppState>,
    Path(lab): Path<String>,
) -> Result<Json<Value>, Error> {
    state
        .parts
        .catalogue
        .show(&lab)
        .map(Json)
        .ok_or(Error::LabNotFound(lab))
}
