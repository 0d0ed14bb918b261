//! `/api/v1/me`: who has signed in, and their progress.

mod progress;

use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::progress::{
    __path_put as __path_put_progress, __path_show as __path_progress, put as put_progress,
    show as progress,
};
use crate::accounts::Person;

/// Somebody with an account, as they see it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Me {
    email: String,
    /// Always: an account is made by opening a link that was sent to its address.
    verified: bool,
    /// Whether they may administer this instance.
    admin: bool,
    /// Their own cap on submissions per minute; none where the instance's applies.
    submissions_per_minute: Option<i64>,
    /// Unix milliseconds.
    created_at: i64,
}

/// Who you are
#[utoipa::path(
    get, path = "/api/v1/me", tag = "me",
    security(("key" = ["progress:read"]), ("session" = [])),
    responses((status = 200, description = "Your account", body = Me)),
)]
pub async fn show(Extension(Person(user)): Extension<Person>) -> Json<Me> {
    Json(Me {
        email: user.email,
        verified: true,
        admin: user.is_admin,
        submissions_per_minute: user.submissions_per_minute,
        created_at: user.created_at,
    })
}
