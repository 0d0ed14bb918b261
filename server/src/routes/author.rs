//! `/author/changes`: what pages ask while lessons are read from a folder.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;

use crate::error::Error;
use crate::state::{AppState, Edition};

/// Below the time-outs of proxies.
const WAIT: Duration = Duration::from_secs(25);

/// `seen` of `GET /author/changes`.
#[derive(Deserialize)]
pub struct Seen {
    seen: i64,
}

/// Answers when the edition is another than the one seen, or after a while with the same.
pub async fn changes(
    State(state): State<AppState>,
    Query(Seen { seen }): Query<Seen>,
) -> Result<Json<Edition>, Error> {
    if state.config.content.dir.is_none() {
        return Err(Error::NotFound);
    }
    let mut edition = state.edition.subscribe();
    let news = edition.wait_for(|edition| i64::try_from(edition.number) != Ok(seen));
    tokio::select! {
        _ = news => {}
        () = tokio::time::sleep(WAIT) => {}
        () = state.drain.cancelled() => {}
    }
    let edition = state.edition.borrow().clone();
    Ok(Json(edition))
}
