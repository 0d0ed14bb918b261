//! `/api/v1/me/progress`: one document, written whole over the version that was read.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};

use crate::accounts::{Person, document};
use crate::error::Error;
use crate::routes::submissions::body;
use crate::state::AppState;
use crate::store::progress;

/// Your progress
///
/// One document: what you read, answered, noted and kept. It is empty before it is first written.
#[utoipa::path(
    get, path = "/api/v1/me/progress", tag = "me",
    security(("key" = ["progress:read"]), ("session" = [])),
    responses((status = 200, description = "The document", body = serde_json::Value,
               headers(("ETag" = String, description = "Its version")))),
)]
pub async fn show(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
) -> Result<Response, Error> {
    let kept = progress::by_user(&mut state.db.read().await?, user.id).await?;
    let (version, document) = kept.unwrap_or_else(|| (0, document::EMPTY.to_owned()));
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::ETAG, etag(version)),
    ];
    Ok((headers, document).into_response())
}

/// Write your progress
///
/// Whole, over the version that was read: another device may have written meanwhile.
#[utoipa::path(
    put, path = "/api/v1/me/progress", tag = "me",
    security(("key" = ["progress:write"]), ("session" = [])),
    params(("If-Match" = String, Header, description = "The ETag that was read",
            example = "\"0\"")),
    request_body = serde_json::Value,
    responses((status = 200, description = "Written",
               headers(("ETag" = String, description = "Its new version")))),
)]
pub async fn put(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    request: Request,
) -> Result<Response, Error> {
    let version = version(request.headers())?;
    let patience = state.config.server.body_timeout();
    let bytes = body::bytes(request, document::MAX_BYTES, patience, || Error::TooLarge).await?;
    let document = document::check(&bytes).map_err(Error::ProgressInvalid)?;
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    if !progress::update(&mut tx, user.id, version, &document, now_ms).await? {
        let kept = progress::by_user(&mut tx, user.id).await?;
        let version = kept.map_or(0, |(version, _)| version);
        return Err(Error::ProgressChanged { version });
    }
    tx.commit().await?;
    Ok((StatusCode::OK, [(header::ETAG, etag(version + 1))]).into_response())
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version in `If-Match`. One that cannot be ours is no current one either.
fn version(headers: &HeaderMap) -> Result<i64, Error> {
    let given = headers
        .get(header::IF_MATCH)
        .ok_or(Error::PreconditionRequired)?;
    let given = given.to_str().unwrap_or_default().trim();
    let number = given
        .strip_prefix('"')
        .and_then(|given| given.strip_suffix('"'));
    Ok(number.and_then(|text| text.parse().ok()).unwrap_or(-1))
}
