//! `/api/v1/submissions/{id}/events`: what becomes of a submission, as it happens.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Seen, by_id, look_again, parsed, seen, view};
use crate::error::Error;
use crate::ids::Id;
use crate::state::AppState;
use crate::store::submissions::Status;

/// A comment this often keeps proxies from closing a stream that has nothing to say.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// An event of a submission, as a client of server-sent events gives it.
#[derive(Serialize, ToSchema)]
pub struct SubmissionEvent {
    /// `1`, `2` or `3`.
    id: String,
    /// `queued`, `running`, `graded` or `failed`.
    event: String,
    /// A `SubmissionDocument`, as JSON.
    data: String,
}

/// What becomes of a submission, as it happens
///
/// Events `queued`, `running` and the end, `graded` or `failed`, with the document of the
/// submission as it is then; after the end the stream closes. Their ids are 1, 2 and 3: who comes
/// back with `Last-Event-ID` is not told again.
#[utoipa::path(
    get, path = "/api/v1/submissions/{id}/events", tag = "submissions",
    params(("id" = String, Path, description = "Its id"),
           ("Last-Event-ID" = Option<String>, Header,
            description = "The id of the last that was heard")),
    responses((status = 200, description = "Server-sent events", body = SubmissionEvent,
               content_type = "text/event-stream")),
)]
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let id = parsed(&id)?;
    by_id(&mut state.db.read().await?, id).await?;
    let heard = headers.get("last-event-id");
    // What is none of our ids was heard elsewhere.
    let heard = heard.and_then(|value| value.to_str().ok()?.parse().ok());
    let heard = heard.unwrap_or(0);
    let events = stream::unfold((state, Some(heard)), move |(state, heard)| async move {
        let (event, heard) = next(&state, id, heard?).await?;
        Some((Ok::<_, Infallible>(event), (state, heard)))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(events).keep_alive(keep_alive).into_response())
}

/// The id of the last event there can be.
const LAST: u8 = 3;

const fn number(status: Status) -> u8 {
    match status {
        Status::Queued => 1,
        Status::Running => 2,
        Status::Graded | Status::Failed => LAST,
    }
}

/// The next event after the one that was heard, and what was heard then; nothing after the end,
/// and none where the submission is gone or the server stops: a client comes back.
async fn next(state: &AppState, id: Id, heard: u8) -> Option<(Event, Option<u8>)> {
    let mut changes = state.db.watch_submissions();
    loop {
        changes.mark_unchanged();
        let seen = seen(&mut state.db.read().await.ok()?, id).await.ok()?;
        let now = number(seen.0.status);
        if now > heard {
            return Some((event(&seen)?, (now < LAST).then_some(now)));
        }
        if seen.0.is_settled() {
            return None;
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = look_again(state) => {}
            () = state.stop.cancelled() => return None,
        }
    }
}

fn event((submission, grade): &Seen) -> Option<Event> {
    let document = view::document(submission, grade.as_ref()).ok()?;
    let event = Event::default()
        .id(number(submission.status).to_string())
        .event(submission.status.as_str());
    event.json_data(document).ok()
}
