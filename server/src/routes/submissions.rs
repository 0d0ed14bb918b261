//! `/api/v1/labs/{lab}/submissions` and `/api/v1/submissions`.
#![expect(
    unused_qualifications,
    reason = "the macro of utoipa names its traits in full"
)]

pub mod accept;
pub mod body;
mod events;
mod replay;
pub mod view;

use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::IntoParams;

use self::accept::Client;
pub use self::events::{__path_show as __path_events, show as events};
pub use self::replay::{__path_log, __path_series, log, series};
use self::view::{SubmissionDocument, SubmissionPage};
use crate::accounts::{Person, Visitor};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::ids::Id;
use crate::limits::Allowance;
use crate::routes::labs;
use crate::state::AppState;
use crate::store::Tx;
use crate::store::grades::{self, Grade};
use crate::store::submissions::{self, Range, Submission};

const WAIT_MAX_S: u64 = 30;
/// Other nodes' commits do not wake us; on PostgreSQL we look again this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Entries of a page, unless asked for another number, and at most.
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 200;

/// The query of a `POST`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Handing {
    /// Seconds to wait for the end before answering.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: u64,
    /// Cancel what you handed in for this lab before and what still waits.
    #[serde(default)]
    supersede: bool,
}

/// Hand in a module or a script
///
/// The module itself (`application/wasm`), a script (`text/javascript`), a form, or JSON with the
/// module in base64. The same `Idempotency-Key` with the same body gives the same answer.
#[utoipa::path(
    post, path = "/api/v1/labs/{lab}/submissions", tag = "submissions",
    security((), ("key" = ["submissions:write"]), ("session" = [])),
    params(("lab" = String, Path, description = "Its id, with or without @VERSION",
            example = "rate_limiter"),
           Handing,
           ("Idempotency-Key" = Option<String>, Header, max_length = 255, min_length = 1,
            description = "Any text that is new for each new submission")),
    request_body(content(
        (body::ModuleFields = "application/json"),
        (body::Binary = "application/wasm"),
        (body::Binary = "text/javascript"),
        (body::ModuleForm = "multipart/form-data"))),
    responses((status = 202, description = "Accepted: it will be graded once, whatever happens",
               body = SubmissionDocument,
               headers(("Location" = String, description = "Where it is"),
                       ("RateLimit" = String, description = "What is left of your share"),
                       ("RateLimit-Policy" = String, description = "Your share")))),
)]
pub async fn create(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    Extension(address): Extension<ClientAddress>,
    Extension(visitor): Extension<Visitor>,
    handing: Result<Query<Handing>, QueryRejection>,
    request: Request,
) -> Result<Response, Error> {
    let lab = labs::named(&state, &lab)?;
    let Handing { wait, supersede } = query(handing)?;
    let wait = patience(wait)?;
    let allowance = state.limits.take(address.0, visitor.0.as_ref(), 1).await?;
    let key = accept::idempotency_key(request.headers())?;
    let handed = body::read(request, state.config.server.body_timeout()).await?;
    let handed = accept::check(&state, &lab, handed).await?;
    let client = Client::of(address, &visitor);
    let mut new = accept::new(&state, &client, lab, &handed);
    new.idempotency_key = key;
    let made = accept::record(&state, new, handed.module, supersede).await?;
    let seen = match wait.is_zero() && made.grade_id.is_none() {
        true => (made, None),
        false => settled(&state, made.id, wait).await?,
    };
    let mut response = shown(seen)?;
    *response.status_mut() = StatusCode::ACCEPTED;
    allow(response.headers_mut(), &allowance);
    Ok(response)
}

/// How long to wait.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Seconds to wait for the end before answering.
    #[serde(default)]
    #[param(minimum = 0, maximum = 30, default = 0)]
    pub(super) wait: u64,
}

/// One submission
#[utoipa::path(
    get, path = "/api/v1/submissions/{id}", tag = "submissions",
    params(("id" = String, Path, description = "Its id"), Wait),
    responses((status = 200, description = "As it stands", body = SubmissionDocument)),
)]
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    wait: Result<Query<Wait>, QueryRejection>,
) -> Result<Response, Error> {
    let wait = patience(query(wait)?.wait)?;
    shown(settled(&state, parsed(&id)?, wait).await?)
}

/// The report of a submission, byte for byte
///
/// These are the bytes that the browser computes and that `headroom grade --json` prints.
#[utoipa::path(
    get, path = "/api/v1/submissions/{id}/report", tag = "submissions",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The report", body = serde_json::Value)),
)]
pub async fn report(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let (_, grade) = graded(&state, &id).await?;
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, grade.findings.report).into_response())
}

/// Take a submission back
///
/// What still waits is never graded; what runs is not recorded.
#[utoipa::path(
    delete, path = "/api/v1/submissions/{id}", tag = "submissions",
    security((), ("key" = ["submissions:write"]), ("session" = [])),
    params(("id" = String, Path, description = "Its id; you handed it in")),
    responses((status = 200, description = "It is cancelled", body = SubmissionDocument)),
)]
pub async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(address): Extension<ClientAddress>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Error> {
    let id = parsed(&id)?;
    let mut tx = accept::write(&state).await?;
    let submission = by_id(&mut tx, id).await?;
    if submission.client != Client::of(address, &visitor).digest {
        return Err(Error::NotYours);
    }
    if !accept::cancel(&state, &mut tx, id).await? {
        return Err(Error::AlreadySettled(submission.status.as_str()));
    }
    let cancelled = seen(&mut tx, id).await?;
    tx.commit().await?;
    shown(cancelled)
}

/// Which submissions to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// Of this lab only.
    #[serde(default)]
    #[param(example = "rate_limiter")]
    lab: String,
    /// `next` of the page before.
    #[serde(default)]
    #[param(pattern = "^([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})?$")]
    after: String,
    /// Entries in the answer.
    #[serde(default = "page")]
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: i64,
}

const fn page() -> i64 {
    PAGE
}

/// What you handed in
#[utoipa::path(
    get, path = "/api/v1/submissions", tag = "submissions",
    security(("key" = ["submissions:read"]), ("session" = [])),
    params(Listing),
    responses((status = 200, description = "A page, the newest first", body = SubmissionPage)),
)]
pub async fn list(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<SubmissionPage>, Error> {
    let Listing { lab, after, limit } = query(listing)?;
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Error::Invalid(format!("limit: 1 to {PAGE_MAX}")));
    }
    if !after.is_empty() && after.parse::<Id>().is_err() {
        return Err(Error::Invalid("after: `next` of another page".into()));
    }
    let range = Range {
        lab: &lab.replace('\0', "?"),
        before: &after,
        limit,
    };
    let found = submissions::list_by_user(&mut state.db.read().await?, user.id, range).await?;
    let full = found.len() as i64 == limit;
    let next = found.last().filter(|_| full).map(|last| last.id.clone());
    let items = found.into_iter().map(Into::into).collect();
    Ok(Json(SubmissionPage { items, next }))
}

/// What a query says, or what is wrong with it.
pub(super) fn query<T>(found: Result<Query<T>, QueryRejection>) -> Result<T, Error> {
    let Query(query) = found.map_err(|error| Error::Invalid(error.body_text()))?;
    Ok(query)
}

pub(super) fn patience(wait_s: u64) -> Result<Duration, Error> {
    if wait_s > WAIT_MAX_S {
        return Err(Error::Invalid(format!("wait: 0 to {WAIT_MAX_S} seconds")));
    }
    Ok(Duration::from_secs(wait_s))
}

pub(super) fn parsed(id: &str) -> Result<Id, Error> {
    id.parse()
        .map_err(|_| Error::SubmissionNotFound(id.to_owned()))
}

async fn by_id(tx: &mut Tx, id: Id) -> Result<Submission, Error> {
    let found = submissions::by_id(tx, id).await?;
    found.ok_or_else(|| Error::SubmissionNotFound(id.to_string()))
}

/// A submission, with its grade if it has one.
type Seen = (Submission, Option<Grade>);

async fn seen(tx: &mut Tx, id: Id) -> Result<Seen, Error> {
    let submission = by_id(tx, id).await?;
    let grade = match submission.grade_id {
        Some(grade) => grades::by_id(tx, grade).await?,
        None => None,
    };
    Ok((submission, grade))
}

/// A submission that has a grade, and the grade.
pub(super) async fn graded(state: &AppState, id: &str) -> Result<(Submission, Grade), Error> {
    let mut tx = state.db.read().await?;
    let submission = by_id(&mut tx, parsed(id)?).await?;
    let Some(grade) = submission.grade_id else {
        return Err(Error::NotGraded(submission.status.as_str()));
    };
    let grade = grades::by_id(&mut tx, grade).await?;
    let gone = || Error::Internal(anyhow::anyhow!("a grade vanished"));
    Ok((submission, grade.ok_or_else(gone)?))
}

/// The submission once it is settled, or as it is when the time is up or we are to stop.
async fn settled(state: &AppState, id: Id, wait: Duration) -> Result<Seen, Error> {
    let deadline = tokio::time::Instant::now() + wait;
    let mut changes = state.db.watch_submissions();
    loop {
        changes.mark_unchanged();
        let seen = seen(&mut state.db.read().await?, id).await?;
        if seen.0.is_settled() || tokio::time::Instant::now() >= deadline {
            return Ok(seen);
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = look_again(state) => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = state.stop.cancelled() => return Ok(seen),
        }
    }
}

/// Comes when another node may have changed something that nobody told us of.
pub(super) async fn look_again(state: &AppState) {
    match state.db.is_embedded() {
        true => std::future::pending().await,
        false => tokio::time::sleep(LOOK_AGAIN).await,
    }
}

fn shown((submission, grade): Seen) -> Result<Response, Error> {
    let location = format!("/api/v1/submissions/{}", submission.id);
    let document = view::document(&submission, grade.as_ref())?;
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Json(document)).into_response())
}

pub(super) fn allow(headers: &mut HeaderMap, allowance: &Allowance) {
    let pairs = [
        ("ratelimit-policy", &allowance.policy),
        ("ratelimit", &allowance.remaining),
    ];
    for (name, text) in pairs {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    }
}
