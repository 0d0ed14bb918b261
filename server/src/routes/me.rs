//! `/api/v1/me`: who has signed in, their progress and their submissions.

mod progress;

use axum::extract::{Query, State};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::progress::{put as put_progress, show as progress};
use crate::accounts::Person;
use crate::error::Error;
use crate::state::AppState;
use crate::store::submissions;

/// Submissions in an answer.
const SUBMISSIONS_MAX: i64 = 100;

/// `GET /api/v1/me`
pub async fn show(Extension(Person(user)): Extension<Person>) -> Json<Value> {
    Json(json!({
        // An account is made by opening a link that was sent to its address.
        "email": user.email, "verified": true, "admin": user.is_admin,
        "created_at": user.created_at,
    }))
}

/// The query of `GET /api/v1/me/submissions`.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    lab: String,
}

/// `GET /api/v1/me/submissions`: the newest first.
pub async fn submissions(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Query(Asked { lab }): Query<Asked>,
) -> Result<Json<Value>, Error> {
    let mut tx = state.db.read().await?;
    let found = submissions::list_by_user(&mut tx, user.id, &lab, SUBMISSIONS_MAX).await?;
    let items: Vec<Value> = found
        .iter()
        .map(|found| {
            json!({
                "id": found.id, "lab": found.lab, "lab_version": found.lab_version,
                "language": found.language, "status": found.status,
                "score": found.score_ppm, "stars": found.stars, "created_at": found.created_at,
            })
        })
        .collect();
    Ok(Json(json!({ "items": items })))
}
