//! `/api/v1/keys`: the keys of whoever has signed in. A key cannot make keys.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json_body;
use crate::accounts::Person;
use crate::accounts::keys::{self, Scope};
use crate::error::Error;
use crate::ids::Id;
use crate::state::AppState;
use crate::store::keys::{self as kept, Key};

/// Keys that somebody may have.
const KEYS_MAX: usize = 50;
const DAY_MS: i64 = 24 * 3_600_000;
/// The longest life of a key, days.
const DAYS_MAX: u16 = 366;
const NAME_MAX_CHARS: usize = 60;

/// A key as its owner sees it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeyDocument {
    id: String,
    name: String,
    scopes: Vec<Scope>,
    /// Unix milliseconds.
    created_at: i64,
    /// From then on it opens nothing, Unix milliseconds.
    expires_at: i64,
    /// When it was last used, to the hour, Unix milliseconds.
    last_used_at: Option<i64>,
    /// What goes behind `Authorization: Bearer`. Only in the answer that made it: nobody can read
    /// it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A list of keys.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeyList {
    items: Vec<KeyDocument>,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What you call it.
    #[schema(min_length = 1, max_length = 60, example = "CI of the autumn class")]
    pub name: String,
    /// What it may be used for.
    #[schema(min_items = 1)]
    pub scopes: Vec<Scope>,
    /// Days until it ends.
    #[serde(default = "quarter")]
    #[schema(minimum = 1, maximum = 366, default = 90)]
    pub days: u16,
}

const fn quarter() -> u16 {
    90
}

impl NewKey {
    /// What is wrong with it, in a sentence.
    ///
    /// # Errors
    /// That sentence.
    pub fn check(&self) -> Result<(), String> {
        let length = self.name.trim().chars().count();
        if length == 0 || length > NAME_MAX_CHARS || self.name.contains(char::is_control) {
            return Err(format!("name: 1 to {NAME_MAX_CHARS} characters"));
        }
        if self.scopes.is_empty() {
            return Err("scopes: at least one".into());
        }
        if self.days == 0 || self.days > DAYS_MAX {
            return Err(format!("days: 1 to {DAYS_MAX}"));
        }
        Ok(())
    }
}

/// Your keys
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "keys", security(("session" = [])),
    responses((status = 200, description = "The newest first, without secrets", body = KeyList)),
)]
pub async fn list(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
) -> Result<Json<KeyList>, Error> {
    let found = kept::list_by_user(&mut state.db.read().await?, user.id).await?;
    let items = found.iter().map(|key| document(key, None)).collect();
    Ok(Json(KeyList { items }))
}

/// Make a key
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "keys", security(("session" = [])),
    request_body = NewKey,
    responses((status = 201, description = "The key, with its secret", body = KeyDocument)),
)]
pub async fn create(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    request: Request,
) -> Result<Response, Error> {
    let new: NewKey = json_body(&state, request).await?;
    let (key, secret) = make(&state, user.id, new).await?;
    Ok((StatusCode::CREATED, Json(document(&key, Some(secret)))).into_response())
}

/// Give a key another secret; the old one ends at once
#[utoipa::path(
    post, path = "/api/v1/keys/{id}/rotate", tag = "keys", security(("session" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The key, with its new secret, as long to live as \
               when it was made", body = KeyDocument)),
)]
pub async fn rotate(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Json<KeyDocument>, Error> {
    let id: Id = id.parse().map_err(|_| Error::KeyNotFound)?;
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    let held = kept::list_by_user(&mut tx, user.id).await?;
    let old = held.iter().find(|key| key.id == id);
    let old = old.ok_or(Error::KeyNotFound)?;
    let (secret, digest) = keys::secret(&state.parts.random);
    let ends = now_ms + (old.expires_at - old.created_at);
    let key = kept::update_secret(&mut tx, (user.id, id), &digest, ends).await?;
    tx.commit().await?;
    let key = key.ok_or(Error::KeyNotFound)?;
    Ok(Json(document(&key, Some(secret))))
}

/// Take a key away
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", tag = "keys", security(("session" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It opens nothing any more")),
)]
pub async fn delete(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    remove(&state, user.id, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a key for somebody, unless they have too many or it is not well described.
pub(super) async fn make(state: &AppState, user: Id, new: NewKey) -> Result<(Key, String), Error> {
    new.check().map_err(Error::Invalid)?;
    let held = kept::list_by_user(&mut state.db.read().await?, user).await?;
    if held.len() >= KEYS_MAX {
        return Err(Error::TooMany {
            what: "keys",
            limit: KEYS_MAX,
        });
    }
    let name = new.name.trim().to_owned();
    keys::make(
        state,
        user,
        (name, &new.scopes),
        i64::from(new.days) * DAY_MS,
    )
    .await
}

pub(super) async fn remove(state: &AppState, user: Id, id: &str) -> Result<(), Error> {
    let id: Id = id.parse().map_err(|_| Error::KeyNotFound)?;
    let mut tx = state.db.write().await?;
    if !kept::delete(&mut tx, user, id).await? {
        return Err(Error::KeyNotFound);
    }
    Ok(tx.commit().await?)
}

fn document(key: &Key, secret: Option<String>) -> KeyDocument {
    KeyDocument {
        id: key.id.to_string(),
        name: key.name.clone(),
        scopes: key.scopes.split(' ').filter_map(Scope::named).collect(),
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        secret,
    }
}
