//! `/account/export`: everything that is known of somebody, for them to take away (GDPR, article
//! 20).

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header;
use serde_json::{Value, json};

use crate::accounts::Person;
use crate::error::Error;
use crate::state::AppState;
use crate::store::submissions::Range;
use crate::store::{progress, sessions, submissions};

/// Submissions in one file: more than anybody makes.
const SUBMISSIONS_MAX: i64 = 100_000;

/// `GET /account/export`
pub async fn show(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
) -> Result<Response, Error> {
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.read().await?;
    let progress = progress::by_user(&mut tx, user.id).await?;
    let progress = progress.map(|(_, document)| read(&document)).transpose()?;
    let sessions = sessions::list_by_user(&mut tx, user.id, now_ms).await?;
    let sessions = sessions.iter().map(|kept| read(&kept.data_json));
    let all = Range {
        lab: "",
        before: "",
        limit: SUBMISSIONS_MAX,
    };
    let submissions = submissions::list_by_user(&mut tx, user.id, all).await?;
    let document = json!({
        "exported_at": now_ms,
        "account": {
            "id": user.id.to_string(), "email": user.email, "created_at": user.created_at,
            "has_password": user.password_hash.is_some(), "admin": user.is_admin,
        },
        "progress": progress,
        "sessions": sessions.collect::<Result<Vec<Value>, Error>>()?,
        "submissions": submissions,
    });
    let text =
        serde_json::to_string_pretty(&document).map_err(|error| Error::Internal(error.into()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"headroom-account.json\"",
        ),
    ];
    Ok((headers, text).into_response())
}

fn read(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.into()))
}
