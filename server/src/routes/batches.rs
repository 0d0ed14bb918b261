//! `/api/v1/batches`: many submissions in one request, one result, one webhook.

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::submissions::accept::{self, Client, Way};
use super::submissions::body::{self, Handed, ModuleFields};
use super::submissions::view::SubmissionEntry;
use super::submissions::{Wait, allow, look_again, query};
use super::{labs, read_json};
use crate::accounts::{Person, Visitor};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::ids::Id;
use crate::state::AppState;
use crate::store::batches::{self, Batch};
use crate::store::modules;
use crate::store::submissions::{self, NewSubmission};
use crate::webhooks;

/// Items in one batch.
const ITEMS_MAX: usize = 500;
/// Bytes of one batch.
const BODY_MAX_BYTES: usize = 24 << 20;
const REFERENCE_MAX_CHARS: usize = 100;

/// Many modules and scripts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBatch {
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<NewItem>,
}

/// One of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    /// The lab's id, with or without @VERSION.
    #[schema(example = "rate_limiter")]
    lab: String,
    /// What you know it by: it comes back beside the result.
    #[schema(max_length = 100, example = "group 7")]
    reference: Option<String>,
    /// The WebAssembly module, in base64; not for scripts.
    module: Option<String>,
    /// The source.
    source: Option<String>,
    /// What the source is written in.
    #[schema(example = "rust")]
    language: Option<String>,
}

/// How a batch stands.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct BatchDocument {
    id: String,
    /// Whether every item has come to its end.
    finished: bool,
    /// Unix milliseconds.
    created_at: i64,
    /// Unix milliseconds; none before the end.
    finished_at: Option<i64>,
    counts: Counts,
    /// In the order in which they were handed in.
    items: Vec<BatchItem>,
}

/// How many items stand where.
#[derive(Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    queued: u32,
    running: u32,
    graded: u32,
    failed: u32,
    /// Never became a submission.
    refused: u32,
}

/// What became of an item.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct BatchItem {
    reference: Option<String>,
    submission: Option<SubmissionEntry>,
    /// Why it never became a submission (RFC 9457).
    problem: Option<Value>,
}

/// What is kept of an item beside its submission.
#[derive(Serialize, Deserialize)]
struct Kept {
    reference: Option<String>,
    problem: Option<Value>,
}

/// Hand in up to 500 at once
///
/// An item that cannot be graded is refused alone, with its problem; the others are taken, all of
/// them or, where the server is too busy, none. The batch counts as many submissions against your
/// share as it has items.
#[utoipa::path(
    post, path = "/api/v1/batches", tag = "batches",
    security(("key" = ["submissions:write"]), ("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1,
            description = "Any text that is new for each new batch")),
    request_body = NewBatch,
    responses((status = 202, description = "Accepted", body = BatchDocument,
               headers(("Location" = String, description = "Where it is")))),
)]
pub async fn create(
    State(state): State<AppState>,
    Extension(address): Extension<ClientAddress>,
    Extension(Person(user)): Extension<Person>,
    request: Request,
) -> Result<Response, Error> {
    let key = accept::idempotency_key(request.headers())?;
    let patience = state.config.server.body_timeout();
    let bytes = body::bytes(request, BODY_MAX_BYTES, patience, || Error::TooLarge).await?;
    let NewBatch { items } = read_json(&bytes)?;
    if items.is_empty() || items.len() > ITEMS_MAX {
        return Err(Error::Invalid(format!("items: 1 to {ITEMS_MAX}")));
    }
    let visitor = Visitor(Some(user));
    let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
    let allowance = state
        .limits
        .take(address.0, visitor.0.as_ref(), count)
        .await?;
    let client = Client::of(address, &visitor);
    let batch = Batch {
        id: state.ids.next(),
        client: client.digest.clone(),
        user_id: client.user,
        idempotency_key: key,
        body_sha256: modules::digest(&bytes),
        items_json: String::new(),
        created_at: state.parts.clock.now_ms(),
        finished_at: None,
    };
    let batch = taken(&state, &client, batch, items).await?;
    let document = document(&state, &batch).await?;
    let location = format!("/api/v1/batches/{}", batch.id);
    let mut response = (
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(document),
    )
        .into_response();
    allow(response.headers_mut(), &allowance);
    Ok(response)
}

/// One batch
#[utoipa::path(
    get, path = "/api/v1/batches/{id}", tag = "batches",
    security(("key" = ["submissions:read"]), ("session" = [])),
    params(("id" = String, Path, description = "Its id"), Wait),
    responses((status = 200, description = "As it stands", body = BatchDocument)),
)]
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(Person(user)): Extension<Person>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Result<Json<BatchDocument>, Error> {
    let deadline = tokio::time::Instant::now() + query(wait)?.patience()?;
    let absent = || Error::BatchNotFound(id.clone());
    let parsed: Id = id.parse().map_err(|_| absent())?;
    let mut changes = state.db.watch_submissions();
    loop {
        changes.mark_unchanged();
        let batch = batches::by_id(&mut state.db.read().await?, parsed).await?;
        let batch = batch.filter(|batch| batch.user_id == Some(user.id));
        let batch = batch.ok_or_else(absent)?;
        if batch.finished_at.is_some() || tokio::time::Instant::now() >= deadline {
            return Ok(Json(document(&state, &batch).await?));
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = look_again(&state) => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = state.stop.cancelled() => {
                return Ok(Json(document(&state, &batch).await?));
            }
        }
    }
}

/// Checks every item and writes what is good, whole or not at all.
async fn taken(
    state: &AppState,
    client: &Client,
    mut batch: Batch,
    items: Vec<NewItem>,
) -> Result<Batch, Error> {
    let mut kept = Vec::with_capacity(items.len());
    let mut good: Vec<(NewSubmission, Bytes)> = Vec::with_capacity(items.len());
    for item in items {
        let reference = item.reference.clone();
        let problem = match checked(state, item).await {
            Ok((lab, handed)) => {
                let mut new = accept::new(state, client, lab, &handed);
                new.batch_id = Some(batch.id);
                good.push((new, handed.module));
                None
            }
            Err(error @ (Error::Internal(_) | Error::Unavailable(_))) => return Err(error),
            Err(error) => Some(error.failure().document()),
        };
        kept.push(Kept { reference, problem });
    }
    batch.items_json =
        serde_json::to_string(&kept).map_err(|error| Error::Internal(error.into()))?;
    let mut tx = accept::write(state).await?;
    match batches::insert(&mut tx, &batch).await? {
        Some(earlier) if earlier.body_sha256 == batch.body_sha256 => return Ok(earlier),
        Some(_) => return Err(Error::IdempotencyConflict),
        None => {}
    }
    let mut queue = Way::Queue(None);
    for handed in good {
        accept::insert(state, &mut tx, handed, &mut queue).await?;
    }
    // What was all refused, or graded before, has no job that would notice the end.
    webhooks::finished(&mut tx, &state.ids, batch.id, batch.created_at).await?;
    let written = batches::by_id(&mut tx, batch.id).await?;
    tx.commit().await?;
    Ok(written.unwrap_or(batch))
}

async fn checked(state: &AppState, item: NewItem) -> Result<(String, Handed), Error> {
    if item
        .reference
        .as_ref()
        .is_some_and(|text| text.chars().count() > REFERENCE_MAX_CHARS)
    {
        let text = format!("reference: at most {REFERENCE_MAX_CHARS} characters");
        return Err(Error::Invalid(text));
    }
    let lab = labs::named(state, &item.lab)?;
    let fields = ModuleFields {
        module: item.module,
        source: item.source,
        language: item.language,
    };
    let handed = accept::check(state, &lab, fields.handed()?).await?;
    Ok((lab, handed))
}

async fn document(state: &AppState, batch: &Batch) -> Result<BatchDocument, Error> {
    let kept: Vec<Kept> =
        serde_json::from_str(&batch.items_json).map_err(|error| Error::Internal(error.into()))?;
    let listed = submissions::list_by_batch(&mut state.db.read().await?, batch.id).await?;
    let mut counts = Counts::default();
    for entry in &listed {
        match entry.status.as_str() {
            "queued" => counts.queued += 1,
            "running" => counts.running += 1,
            "graded" => counts.graded += 1,
            _ => counts.failed += 1,
        }
    }
    let mut listed = listed.into_iter();
    let items = kept.into_iter().map(|kept| {
        if kept.problem.is_some() {
            counts.refused += 1;
        }
        BatchItem {
            submission: kept
                .problem
                .is_none()
                .then(|| listed.next())
                .flatten()
                .map(Into::into),
            reference: kept.reference,
            problem: kept.problem,
        }
    });
    let items = items.collect();
    Ok(BatchDocument {
        id: batch.id.to_string(),
        finished: batch.finished_at.is_some(),
        created_at: batch.created_at,
        finished_at: batch.finished_at,
        counts,
        items,
    })
}

impl Wait {
    fn patience(&self) -> Result<Duration, Error> {
        super::submissions::patience(self.wait)
    }
}
