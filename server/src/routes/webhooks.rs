//! `/api/v1/webhooks`: addresses that are told of what was graded.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::json_body;
use crate::accounts::Person;
use crate::error::Error;
use crate::ids::Id;
use crate::state::AppState;
use crate::store::Tx;
use crate::store::webhooks::{self as kept, Delivery, Webhook};
use crate::webhooks::{self, address};

/// Webhooks that somebody may have.
const WEBHOOKS_MAX: usize = 10;
/// Deliveries in an answer.
const DELIVERIES_MAX: i64 = 100;

/// A webhook as its owner sees it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookDocument {
    id: String,
    url: String,
    /// Unix milliseconds.
    created_at: i64,
    /// What deliveries are signed with. Only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A list of webhooks.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WebhookList {
    items: Vec<WebhookDocument>,
}

/// A webhook to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// An https address in the public internet.
    #[schema(max_length = 2000, example = "https://hooks.example.org/headroom")]
    url: String,
}

/// What was or is to be told.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DeliveryDocument {
    id: String,
    /// `submission.settled`, `batch.finished` or `test`.
    event: String,
    /// `queued`, `delivered` or `failed`.
    status: String,
    tries: i64,
    /// How the last try ended.
    last_answer: Option<String>,
    /// Unix milliseconds.
    created_at: i64,
    /// Unix milliseconds.
    finished_at: Option<i64>,
    /// What is sent.
    body: Value,
}

/// A list of deliveries.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DeliveryList {
    items: Vec<DeliveryDocument>,
}

/// Your webhooks
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks",
    security(("key" = ["webhooks"]), ("session" = [])),
    responses((status = 200, description = "The oldest first", body = WebhookList)),
)]
pub async fn list(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
) -> Result<Json<WebhookList>, Error> {
    let found = kept::list_by_user(&mut state.db.read().await?, user.id).await?;
    let items = found.iter().map(|hook| document(hook, false)).collect();
    Ok(Json(WebhookList { items }))
}

/// Make a webhook
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks",
    security(("key" = ["webhooks"]), ("session" = [])),
    request_body = NewWebhook,
    responses((status = 201, description = "The webhook, with its secret",
               body = WebhookDocument)),
)]
pub async fn create(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    request: Request,
) -> Result<Response, Error> {
    let NewWebhook { url } = json_body(&state, request).await?;
    let settings = &state.config.webhooks;
    if !settings.enabled {
        return Err(Error::WebhooksOff);
    }
    address::check(&url, settings.allow_private).map_err(Error::WebhookRefused)?;
    let secret = state.parts.random.secret();
    let hook = Webhook {
        id: state.ids.next(),
        user_id: user.id,
        url,
        secret,
        created_at: state.parts.clock.now_ms(),
    };
    let mut tx = state.db.write().await?;
    if kept::list_by_user(&mut tx, user.id).await?.len() >= WEBHOOKS_MAX {
        return Err(Error::TooMany {
            what: "webhooks",
            limit: WEBHOOKS_MAX,
        });
    }
    kept::insert(&mut tx, &hook).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(document(&hook, true))).into_response())
}

/// Delete a webhook, with what it was told
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    security(("key" = ["webhooks"]), ("session" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 204, description = "It is told nothing any more")),
)]
pub async fn delete(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let id: Id = id.parse().map_err(|_| Error::WebhookNotFound)?;
    let mut tx = state.db.write().await?;
    if !kept::delete(&mut tx, user.id, id).await? {
        return Err(Error::WebhookNotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a webhook something to try it out
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks",
    security(("key" = ["webhooks"]), ("session" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 202, description = "On its way", body = DeliveryDocument)),
)]
pub async fn test(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let mut tx = state.db.write().await?;
    let hook = own(&mut tx, user.id, &id).await?;
    let data = json!({"message": "If you can read this, the webhook works."});
    send(&state, tx, hook.id, (webhooks::TEST, &data)).await
}

/// What a webhook was told
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    security(("key" = ["webhooks"]), ("session" = [])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The last hundred, the newest first",
               body = DeliveryList)),
)]
pub async fn deliveries(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Path(id): Path<String>,
) -> Result<Json<DeliveryList>, Error> {
    let mut tx = state.db.read().await?;
    let hook = own(&mut tx, user.id, &id).await?;
    let found = kept::list_deliveries(&mut tx, hook.id, DELIVERIES_MAX).await?;
    let items = found.iter().map(delivery).collect::<Result<_, _>>()?;
    Ok(Json(DeliveryList { items }))
}

/// Tell a webhook something again
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/replay", tag = "webhooks",
    security(("key" = ["webhooks"]), ("session" = [])),
    params(("id" = String, Path, description = "Its id"),
           ("delivery" = String, Path, description = "The id of what it was told")),
    responses((status = 202, description = "On its way, as a delivery of its own",
               body = DeliveryDocument)),
)]
pub async fn replay(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Path((id, told)): Path<(String, String)>,
) -> Result<Response, Error> {
    let mut tx = state.db.write().await?;
    let hook = own(&mut tx, user.id, &id).await?;
    let told: Id = told.parse().map_err(|_| Error::WebhookNotFound)?;
    let told = kept::delivery_by_id(&mut tx, told).await?;
    let told = told.filter(|told| told.webhook_id == hook.id.to_string());
    let told = told.ok_or(Error::WebhookNotFound)?;
    let body: Value = read(&told.body)?;
    send(&state, tx, hook.id, (&told.event, &body["data"])).await
}

async fn own(tx: &mut Tx, user: Id, id: &str) -> Result<Webhook, Error> {
    let id: Id = id.parse().map_err(|_| Error::WebhookNotFound)?;
    let hook = kept::by_id(tx, id).await?;
    hook.filter(|hook| hook.user_id == user)
        .ok_or(Error::WebhookNotFound)
}

async fn send(
    state: &AppState,
    mut tx: Tx,
    hook: Id,
    news: (&str, &Value),
) -> Result<Response, Error> {
    let now_ms = state.parts.clock.now_ms();
    let id = webhooks::deliver(&mut tx, &state.ids, hook, news, now_ms).await?;
    let written = kept::delivery_by_id(&mut tx, id).await?;
    tx.commit().await?;
    let written = written.ok_or(Error::WebhookNotFound)?;
    Ok((StatusCode::ACCEPTED, Json(delivery(&written)?)).into_response())
}

fn document(hook: &Webhook, with_secret: bool) -> WebhookDocument {
    WebhookDocument {
        id: hook.id.to_string(),
        url: hook.url.clone(),
        created_at: hook.created_at,
        secret: with_secret.then(|| hook.secret.clone()),
    }
}

fn delivery(told: &Delivery) -> Result<DeliveryDocument, Error> {
    Ok(DeliveryDocument {
        id: told.id.clone(),
        event: told.event.clone(),
        status: told.status.clone(),
        tries: told.tries,
        last_answer: told.last_answer.clone(),
        created_at: told.created_at,
        finished_at: told.finished_at,
        body: read(&told.body)?,
    })
}

fn read(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.into()))
}
