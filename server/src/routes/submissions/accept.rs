//! Taking a submission: checked, then durable, with its job or, if the module is known, its grade.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::http::HeaderMap;

use super::body::Handed;
use crate::accept::client_key;
use crate::accounts::Visitor;
use crate::edge::ClientAddress;
use crate::error::{Error, Finding};
use crate::ids::Id;
use crate::jobs::Job as _;
use crate::jobs::grade_submission::{self, GradeSubmission};
use crate::state::AppState;
use crate::store::grades::{self, GradeKey};
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
/// asked for.
///
/// # Errors
/// When the key was used for something else, or too many wait.
pub async fn record(
    state: &AppState,
    new: &NewSubmission,
    module: &[u8],
    supersedes: bool,
) -> Result<Submission, Error> {
    let mut tx = write(state).await?;
    if let Some(earlier) = insert(state, &mut tx, (new, module), &mut Room::default()).await? {
        return Ok(earlier);
    }
    if supersedes {
        let waiting = submissions::list_waiting(&mut tx, &new.client, &new.lab, new.id).await?;
        for id in waiting {
            cancel(state, &mut tx, id).await?;
        }
    }
    let submission = submissions::by_id(&mut tx, new.id).await?;
    tx.commit().await?;
    submission.ok_or_else(|| Error::Internal(anyhow::anyhow!("a submission vanished")))
}

/// How many more may wait: counted with the first that needs it, once for a whole batch.
#[derive(Default)]
pub struct Room(Option<i64>);

impl Room {
    async fn take(&mut self, state: &AppState, tx: &mut Tx) -> Result<(), Error> {
        let most = i64::from(state.config.grader.queue_max);
        let left = match self.0 {
            Some(left) => left,
            None => most - jobs::count(tx, GradeSubmission::KIND).await?.queued,
        };
        if left <= 0 {
            return Err(Error::QueueFull {
                waiting: u64::try_from(most - left).unwrap_or(0),
            });
        }
        self.0 = Some(left - 1);
        Ok(())
    }
}

/// Writes a submission with its job or its grade. Answers the one that was made by the same
/// request before.
pub async fn insert(
    state: &AppState,
    tx: &mut Tx,
    (new, module): (&NewSubmission, &[u8]),
    room: &mut Room,
) -> Result<Option<Submission>, Error> {
    modules::insert(tx, module, new.created_at).await?;
    match submissions::insert(tx, new).await? {
        Inserted::New => {}
        Inserted::Repeated(earlier) => return Ok(Some(*earlier)),
        Inserted::KeyReused => return Err(Error::IdempotencyConflict),
    }
    if graded_from_cache(state, tx, new).await? {
        webhooks::settled(tx, &state.ids, new.id, new.created_at).await?;
        return Ok(None);
    }
    room.take(state, tx).await?;
    let owner = &new.client;
    GradeSubmission::enqueue(tx, &state.ids, (new.id, owner), new.created_at).await?;
    Ok(None)
}

/// Ends what still waits or runs. Answers whether it did.
///
/// # Errors
/// When the database does not take it.
pub async fn cancel(state: &AppState, tx: &mut Tx, id: Id) -> Result<bool, Error> {
    let now_ms = state.parts.clock.now_ms();
    let problem = grade_submission::cancelled();
    let news = submissions::update_failed(tx, id, &problem, now_ms).await?;
    if news {
        webhooks::settled(tx, &state.ids, id, now_ms).await?;
    }
    Ok(news)
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
