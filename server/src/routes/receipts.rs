//! Receipts of graded submissions, and the keys that sign them.

use axum::Json;
use axum::extract::{Path, State};

use super::submissions;
use crate::error::Error;
use crate::receipts::{self, Keyring, PublicKeys, Receipt, statement};
use crate::state::AppState;

/// The receipt of a graded submission
///
/// Anybody can check it with `headroom verify RECEIPT MODULE`, without asking this server.
#[utoipa::path(
    get, path = "/api/v1/submissions/{id}/receipt", tag = "receipts",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The receipt", body = Receipt)),
)]
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Json<Receipt>, Error> {
    let (submission, grade) = submissions::graded(&state, &id).await?;
    let commitment = state.parts.grader.commitment(&grade.key.lab);
    let issuer = state.config.server.public_url.as_deref().unwrap_or("");
    let statement = statement::of(issuer, &submission, &grade, commitment.as_deref())?;
    let keyring = keyring(&state).await?;
    Ok(Json(receipts::sign(&keyring, statement)))
}

/// The keys that have signed receipts here, the one in use first
#[utoipa::path(
    get, path = "/.well-known/headroom-receipt-keys.json", tag = "receipts",
    responses((status = 200, description = "JSON Web Keys", body = PublicKeys)),
)]
pub async fn keys(State(state): State<AppState>) -> Result<Json<PublicKeys>, Error> {
    Ok(Json(keyring(&state).await?.public().clone()))
}

/// Read each time: a key that was rotated signs at once.
async fn keyring(state: &AppState) -> Result<Keyring, Error> {
    let folder = state.config.data.dir.clone();
    let read = tokio::task::spawn_blocking(move || Keyring::open(&folder));
    let read = read.await.map_err(|error| Error::Internal(error.into()))?;
    read.map_err(|error| Error::Internal(error.into()))
}
