//! Taking a submission: checked, then durable, with its job or, if the module is known, its grade.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::http::HeaderMap;
use bytes::Bytes;
use tokio::sync::oneshot;

use super::body::Handed;
use crate::accept::client_key;
use crate::accounts::Visitor;
use crate::edge::ClientAddress;
use crate::error::{Error, Finding};
use crate::ids::Id;
use crate::jobs::grade_submission::{self, Desk, GradeSubmission};
use crate::jobs::{Called, Job as _};
use crate::state::AppState;
use crate::store::grades::{self, GradeKey};
use crate::store::jobs::Line;
use crate::store::submissions::{self, Inserted, NewSubmission, Submission};
use crate::store::{Tx, jobs, modules};
use crate::webhooks;

/// How long a request waits for the database to take a write.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who hands in.
#[derive(Clone, Debug)]
pub struct Client {
    /// A digest that stands for them: of their account, else of their address.
    pub digest: String,
    /// Their account.
    pub user: Option<Id>,
}

impl Client {
    /// Who is behind a request.
    #[must_use]
    pub fn of(address: ClientAddress, visitor: &Visitor) -> Self {
        let user = visitor.0.as_ref().map(|user| user.id);
        let name = match user {
            Some(user) => format!("user {user}"),
            None => client_key(address.0).to_string(),
        };
        Self {
            digest: modules::digest(name.as_bytes()),
            user,
        }
    }
}

/// The `Idempotency-Key` of a request, if it has one.
///
/// # Errors
/// When it is no key.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Error> {
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
///
/// # Errors
/// Everything that is wrong with the module.
pub async fn check(state: &AppState, lab: &str, handed: Handed) -> Result<Handed, Error> {
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
            Err(Error::ModuleInvalid(vec![Finding {
                code: "unreadable".to_owned(),
                message: "the module could not be read to its end".to_owned(),
                offset: None,
            }]))
        }
    }
}

/// The row to make of what was handed in.
#[must_use]
pub fn new(state: &AppState, client: &Client, lab: String, handed: &Handed) -> NewSubmission {
    let edition = state.parts.grader.edition(&lab, handed.language.as_deref());
    NewSubmission {
        id: state.ids.next(),
        lab_version: edition.map_or(0, |edition| edition.lab_version),
        module_sha256: modules::digest(&handed.module),
        source: handed.source.clone(),
        language: handed.language.clone(),
        user_id: client.user,
        batch_id: None,
        client: client.digest.clone(),
        idempotency_key: None,
        body_sha256: handed.digest(&lab),
        created_at: state.parts.clock.now_ms(),
        is_running: false,
        lab,
    }
}

/// A transaction that writes, soon or not at all.
///
/// # Errors
/// When the database takes no writes.
pub async fn write(state: &AppState) -> Result<Tx, Error> {
    let tx = tokio::time::timeout(PATIENCE, state.db.write()).await;
    let late = |_| Error::Unavailable(anyhow::anyhow!("the database takes no writes"));
    Ok(tx.map_err(late)??)
}

/// Makes the submission durable; what waited for the same lab before gives way where that is
/// asked for. A grader that waits has it from the start.
///
/// # Errors
/// When the key was used for something else, or too many wait.
pub async fn record(
    state: &AppState,
    new: NewSubmission,
    module: Bytes,
    supersedes: bool,
) -> Result<Submission, Error> {
    let mut tx = write(state).await?;
    let (client, lab) = (new.client.clone(), new.lab.clone());
    let way = &mut Way::Desk(&state.desk);
    let (made, until) = match insert(state, &mut tx, (new, module), way).await? {
        Made::New(made, until) => (*made, until),
        Made::Before(earlier) => return Ok(*earlier),
    };
    if supersedes {
        for id in submissions::list_waiting(&mut tx, &client, &lab, made.id).await? {
            cancel(state, &mut tx, id).await?;
        }
    }
    tx.commit().await?;
    drop(until);
    Ok(made)
}

/// The way to a grader.
pub enum Way<'a> {
    /// At once, if one waits; else by the queue.
    Desk(&'a Desk),
    /// By the queue: its line as this client left it, once they have looked.
    Queue(Option<Line>),
}

impl Way<'_> {
    fn call(&self, line: Line) -> Option<Called> {
        match self {
            Self::Desk(desk) => desk.call(line),
            Self::Queue(_) => None,
        }
    }

    async fn line(&self, tx: &mut Tx, client: &str) -> Result<Line, Error> {
        match self {
            Self::Queue(Some(line)) => Ok(*line),
            _ => Ok(jobs::line(tx, GradeSubmission::KIND, client).await?),
        }
    }

    /// Takes one place in the queue.
    fn queue(&mut self, state: &AppState, line: Line) -> Result<(), Error> {
        let Line { queued, start } = line;
        if queued >= i64::from(state.config.grader.queue_max) {
            return Err(Error::QueueFull {
                waiting: queued.unsigned_abs(),
            });
        }
        if let Self::Queue(left) = self {
            *left = Some(Line {
                queued: queued + 1,
                start: start + 1,
            });
        }
        Ok(())
    }
}

/// A submission that is made.
pub enum Made {
    /// By this request. A grader that has it waits until the other end is dropped, after the end of
    /// the transaction.
    New(Box<Submission>, Option<oneshot::Sender<()>>),
    /// By the same request before.
    Before(Box<Submission>),
}

/// Writes a submission with its job or its grade.
///
/// # Errors
/// When the key was used for something else, or too many wait.
pub async fn insert(
    state: &AppState,
    tx: &mut Tx,
    (mut new, module): (NewSubmission, Bytes),
    way: &mut Way<'_>,
) -> Result<Made, Error> {
    let turn = turn(state, tx, &new, way).await?;
    new.is_running = matches!(turn, Turn::Called(..));
    modules::insert(tx, &module, new.created_at).await?;
    let made = match submissions::insert(tx, &new).await? {
        Inserted::New(made) => made,
        Inserted::Repeated(earlier) => return Ok(Made::Before(earlier)),
        Inserted::KeyReused => return Err(Error::IdempotencyConflict),
    };
    Ok(match turn {
        Turn::Graded(grade, version) => {
            let now_ms = state.parts.clock.now_ms();
            let graded = submissions::update_graded(tx, new.id, grade, version, now_ms).await?;
            let graded = graded.map_or(made, Box::new);
            webhooks::settled(tx, &state.ids, &graded, new.created_at).await?;
            Made::New(graded, None)
        }
        Turn::Called(called, key, line) => {
            let what = (&new, key, module);
            let until = state.desk.hand(called, tx, &state.ids, what, line).await?;
            Made::New(made, Some(until))
        }
        Turn::Queued(line) => {
            way.queue(state, line)?;
            let whose = (new.id, new.client.as_str(), Some(line.start));
            GradeSubmission::enqueue(tx, &state.ids, whose, new.created_at).await?;
            Made::New(made, None)
        }
    })
}

/// What becomes of a submission first.
enum Turn {
    /// It has this grade, by this version of the lab.
    Graded(Id, i64),
    /// A grader has it.
    Called(Called, GradeKey, Line),
    /// It waits.
    Queued(Line),
}

async fn turn(
    state: &AppState,
    tx: &mut Tx,
    new: &NewSubmission,
    way: &Way<'_>,
) -> Result<Turn, Error> {
    let Some(key) = key(state, new) else {
        return Ok(Turn::Queued(way.line(tx, &new.client).await?));
    };
    if let Some(grade) = grades::id_by_key(tx, &key).await? {
        return Ok(Turn::Graded(grade, key.lab_version));
    }
    let line = way.line(tx, &new.client).await?;
    Ok(match way.call(line) {
        Some(called) => Turn::Called(called, key, line),
        None => Turn::Queued(line),
    })
}

/// What decides the grade of a submission; nothing where the lab is gone.
fn key(state: &AppState, new: &NewSubmission) -> Option<GradeKey> {
    let language = new.language.as_deref();
    let edition = state.parts.grader.edition(&new.lab, language)?;
    Some(edition.key(&new.lab, &new.module_sha256))
}

/// Ends what still waits or runs. Answers whether it did.
///
/// # Errors
/// When the database does not take it.
pub async fn cancel(state: &AppState, tx: &mut Tx, id: Id) -> Result<bool, Error> {
    let now_ms = state.parts.clock.now_ms();
    let problem = grade_submission::cancelled();
    let Some(failed) = submissions::update_failed(tx, id, &problem, now_ms).await? else {
        return Ok(false);
    };
    webhooks::settled(tx, &state.ids, &failed, now_ms).await?;
    Ok(true)
}
