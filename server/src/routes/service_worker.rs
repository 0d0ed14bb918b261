//! `/sw.js`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;

use crate::error::Error;
use crate::offline;
use crate::state::AppState;

/// `GET /sw.js`: asked for anew each time, so that a new build, or an end to it, shows at once.
pub async fn show(State(state): State<AppState>) -> Result<Response, Error> {
    let is_on = state.config.server.offline && state.config.content.dir.is_none();
    let script = if is_on {
        offline::worker().ok_or(Error::NotFound)?
    } else {
        offline::GONE.to_owned()
    };
    let headers = [
        (header::CONTENT_TYPE, "text/javascript"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, script).into_response())
}
