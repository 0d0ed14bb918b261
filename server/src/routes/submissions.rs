//! `/api/v1/labs/{lab}/submissions` and `/api/v1/submissions/{id}`.

pub mod body;
mod view;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use self::body::Handed;
use self::view::Settled as _;
use crate::accept::client_key;
use crate::accounts::Visitor;
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::ids::Id;
use crate::jobs::Job as _;
use crate::jobs::grade_submission::GradeSubmission;
use crate::limits::Allowance;
use crate::state::AppState;
use crate::store::grades::{self, GradeKey};
use crate::store::submissions::{self, Inserted, NewSubmission, Submission};
use crate::store::{Db, Tx, jobs, modules};

/// How long a request waits for the database to take a write.
const PATIENCE: Duration = Duration::from_secs(2);
const WAIT_MAX_S: u64 = 30;
/// Other nodes' commits do not wake us; on PostgreSQL we look again this often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// `POST /api/v1/labs/{lab}/submissions`
pub async fn create(
    State(state): State<AppState>,
    Path(lab): Path<String>,
    Extension(client): Extension<ClientAddress>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Error> {
    if state.parts.grader.edition(&lab, None).is_none() {
        return Err(Error::LabNotFound(lab));
    }
    let allowance = state.limits.take(client.0)?;
    let key = idempotency_key(request.headers())?;
    let handed = body::read(request, state.config.server.body_timeout()).await?;
    let handed = check(&state, &lab, handed).await?;
    let new = new_submission(&state, lab, (client, &visitor), key, &handed);
    let submission = record(&state, &new, &handed.module).await?;
    let mut response = shown(&state.db, submission).await?;
    *response.status_mut() = StatusCode::ACCEPTED;
    allow(response.headers_mut(), &allowance);
    Ok(response)
}

/// `wait` of `GET /api/v1/submissions/{id}`.
#[derive(Deserialize)]
pub struct Wait {
    #[serde(default)]
    wait: u64,
}

/// `GET /api/v1/submissions/{id}`
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(Wait { wait }): Query<Wait>,
) -> Result<Response, Error> {
    let submission = settled(&state, &id, Duration::from_secs(wait.min(WAIT_MAX_S))).await?;
    shown(&state.db, submission).await
}

/// `GET /api/v1/submissions/{id}/report`: exactly the bytes that the digest is of.
pub async fn report(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let submission = by_id(&mut tx, &id).await?;
    let Some(grade) = submission.grade_id else {
        return Err(Error::NotFound);
    };
    let Some(grade) = grades::by_id(&mut tx, grade).await? else {
        return Err(Error::NotFound);
    };
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((kind, grade.findings.report).into_response())
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 {
        return Err(Error::Invalid(
            "Idempotency-Key must have 1 to 255 ASCII characters".into(),
        ));
    }
    Ok(Some(key.to_owned()))
}

/// Validation meets hostile bytes: it runs off the async threads, and a panic in it is a refusal.
async fn check(state: &AppState, lab: &str, handed: Handed) -> Result<Handed, Error> {
    let (catalogue, lab) = (state.parts.catalogue.clone(), lab.to_owned());
    let checked = tokio::task::spawn_blocking(move || {
        let found = catch_unwind(AssertUnwindSafe(|| {
            catalogue.check(&lab, handed.language.as_deref(), &handed.module)
        }));
        (found, handed)
    });
    let (found, handed) = checked
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    match found {
        Ok(Ok(())) => Ok(handed),
        Ok(Err(findings)) => Err(Error::ModuleInvalid(findings)),
        Err(_) => {
            let sha256 = modules::digest(&handed.module);
            tracing::error!(module.sha256 = %sha256, "validation panicked on module {sha256}");
            Err(Error::ModuleInvalid(vec![crate::error::Finding {
                code: "unreadable".to_owned(),
                message: "the module could not be read to its end".to_owned(),
                offset: None,
            }]))
        }
    }
}

fn new_submission(
    state: &AppState,
    lab: String,
    (client, visitor): (ClientAddress, &Visitor),
    key: Option<String>,
    handed: &Handed,
) -> NewSubmission {
    let edition = state.parts.grader.edition(&lab, handed.language.as_deref());
    NewSubmission {
        id: state.ids.next(),
        lab_version: edition.map_or(0, |edition| edition.lab_version),
        module_sha256: modules::digest(&handed.module),
        source: handed.source.clone(),
        language: handed.language.clone(),
        user_id: visitor.0.as_ref().map(|user| user.id),
        client: modules::digest(client_key(client.0).to_string().as_bytes()),
        idempotency_key: key,
        body_sha256: handed.digest(&lab),
        created_at: state.parts.clock.now_ms(),
        lab,
    }
}

/// Makes the submission durable, with its job or, if the module is known, its grade.
async fn record(state: &AppState, new: &NewSubmission, module: &[u8]) -> Result<Submission, Error> {
    let mut tx = tokio::time::timeout(PATIENCE, state.db.write())
        .await
        .map_err(|_| Error::Unavailable(anyhow::anyhow!("the database takes no writes")))??;
    modules::insert(&mut tx, module, new.created_at).await?;
    match submissions::insert(&mut tx, new).await? {
        Inserted::New => {}
        Inserted::Repeated(earlier) => return Ok(*earlier),
        Inserted::KeyReused => return Err(Error::IdempotencyConflict),
    }
    if !graded_from_cache(state, &mut tx, new).await? {
        let waiting = jobs::count(&mut tx, GradeSubmission::KIND).await?.queued;
        if waiting >= i64::from(state.config.grader.queue_max) {
            return Err(Error::QueueFull {
                waiting: u64::try_from(waiting).unwrap_or(0),
            });
        }
        GradeSubmission::enqueue(&mut tx, &state.ids, new.id, new.created_at).await?;
    }
    let submission = by_id(&mut tx, &new.id.to_string()).await?;
    tx.commit().await?;
    Ok(submission)
}

async fn graded_from_cache(
    state: &AppState,
    tx: &mut Tx,
    new: &NewSubmission,
) -> Result<bool, Error> {
    let Some(edition) = state
        .parts
        .grader
        .edition(&new.lab, new.language.as_deref())
    else {
        return Ok(false);
    };
    let key = GradeKey {
        module_sha256: new.module_sha256.clone(),
        lab: new.lab.clone(),
        lab_version: edition.lab_version,
        engine: edition.engine,
        meter: edition.meter,
    };
    let Some(grade) = grades::by_key(tx, &key).await? else {
        return Ok(false);
    };
    let now_ms = state.parts.clock.now_ms();
    Ok(submissions::update_graded(tx, new.id, grade.id, key.lab_version, now_ms).await?)
}

async fn by_id(tx: &mut Tx, id: &str) -> Result<Submission, Error> {
    let absent = || Error::SubmissionNotFound(id.to_owned());
    let parsed: Id = id.parse().map_err(|_| absent())?;
    submissions::by_id(tx, parsed).await?.ok_or_else(absent)
}

/// The submission once it is settled, or as it is when the time is up or we are to stop.
async fn settled(state: &AppState, id: &str, wait: Duration) -> Result<Submission, Error> {
    let deadline = tokio::time::Instant::now() + wait;
    let mut changes = state.db.watch_submissions();
    loop {
        changes.mark_unchanged();
        let submission = by_id(&mut state.db.read().await?, id).await?;
        if submission.is_settled() || tokio::time::Instant::now() >= deadline {
            return Ok(submission);
        }
        let nap = async {
            match state.db.is_embedded() {
                true => std::future::pending().await,
                false => tokio::time::sleep(LOOK_AGAIN).await,
            }
        };
        tokio::select! {
            _ = changes.changed() => {}
            () = nap => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = state.stop.cancelled() => return Ok(submission),
        }
    }
}

async fn shown(db: &Db, submission: Submission) -> Result<Response, Error> {
    let grade = match submission.grade_id {
        Some(id) => grades::by_id(&mut db.read().await?, id).await?,
        None => None,
    };
    let location = format!("/api/v1/submissions/{}", submission.id);
    let document = view::document(&submission, grade.as_ref())?;
    let headers = [
        (header::LOCATION, location),
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, document.to_string()).into_response())
}

fn allow(headers: &mut HeaderMap, allowance: &Allowance) {
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
