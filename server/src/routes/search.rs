//! Search, as a page and as JSON.
#![expect(
    unused_qualifications,
    reason = "the macro of utoipa names its traits in full"
)]

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use content::search::Hit;
use http::header;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::Error;
use crate::state::AppState;

/// Hits in an answer, unless asked for another number.
const HITS: usize = 10;
/// Hits that may be asked for.
const HITS_MAX: usize = 50;
/// Characters of a query that are read.
const QUERY_MAX: usize = 250;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Words; small mistakes are forgiven.
    #[serde(default)]
    #[param(max_length = 250, example = "retry budget")]
    q: String,
    /// Hits in the answer.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// What a search found.
#[derive(Serialize, ToSchema)]
pub struct Found {
    query: String,
    /// The best first: `url`, `title`, `heading`, and a `snippet` in parts.
    #[schema(value_type = Vec<Value>)]
    hits: Vec<Hit>,
}

type Asking = Result<Query<Asked>, QueryRejection>;

/// `GET /search`
pub async fn page(State(state): State<AppState>, asking: Asking) -> Result<Response, Error> {
    let Asked { q, .. } = asked(asking)?;
    let page = tokio::task::spawn_blocking(move || state.parts.site.search_page(&q))
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response())
}

/// Sections that a search finds
#[utoipa::path(
    get, path = "/api/v1/search", tag = "content", params(Asked),
    responses((status = 200, description = "The best first", body = Found)),
)]
pub async fn list(State(state): State<AppState>, asking: Asking) -> Result<Json<Found>, Error> {
    let Asked { q, limit } = asked(asking)?;
    let limit = limit.unwrap_or(HITS);
    if limit == 0 || limit > HITS_MAX {
        let message = format!("`limit` is a number from 1 to {HITS_MAX}");
        return Err(Error::Invalid(message));
    }
    let hits = state.parts.site.search(&q, limit);
    Ok(Json(Found { query: q, hits }))
}

fn asked(asking: Asking) -> Result<Asked, Error> {
    let Query(asked) = asking.map_err(|error| Error::Invalid(error.body_text()))?;
    if asked.q.chars().count() > QUERY_MAX {
        let message = format!("`q` is longer than {QUERY_MAX} characters");
        return Err(Error::Invalid(message));
    }
    Ok(asked)
}
