//! Webhooks: addresses of programs that are told of what was graded.
//!
//! What is to be told is written in the transaction that makes it true, so nothing is forgotten;
//! a job delivers it, again and again with full jitter, until the other side has taken it.

pub mod address;
pub mod sender;
pub mod signature;

use serde_json::{Value, json};

use crate::ids::{Id, Ids};
use crate::jobs::deliver_webhook::DeliverWebhook;
use crate::store::submissions::{Listed, Submission};
use crate::store::webhooks::{self, NewDelivery};
use crate::store::{StoreError, Tx, batches, submissions};

/// A submission came to its end.
pub const SUBMISSION_SETTLED: &str = "submission.settled";
/// Every submission of a batch came to its end.
pub const BATCH_FINISHED: &str = "batch.finished";
/// Somebody tries a webhook out.
pub const TEST: &str = "test";

/// Tells of a submission that has come to its end; of one in a batch only with the last of it.
///
/// # Errors
/// When the database does not take it.
pub async fn settled(
    tx: &mut Tx,
    ids: &Ids,
    submission: &Submission,
    now_ms: i64,
) -> Result<(), StoreError> {
    let Some(batch) = submission.batch_id else {
        let Some(user) = submission.user_id else {
            return Ok(());
        };
        if let Some(listed) = submissions::listed(tx, submission.id).await? {
            let data = entry(&listed);
            announce(tx, ids, user, (SUBMISSION_SETTLED, &data), now_ms).await?;
        }
        return Ok(());
    };
    finished(tx, ids, batch, now_ms).await
}

/// Tells of a batch, if the last of its submissions has come to its end.
///
/// # Errors
/// When the database does not take it.
pub async fn finished(tx: &mut Tx, ids: &Ids, batch: Id, now_ms: i64) -> Result<(), StoreError> {
    if submissions::count_open_by_batch(tx, batch).await? > 0
        || !batches::update_finished(tx, batch, now_ms).await?
    {
        return Ok(());
    }
    let found = batches::by_id(tx, batch).await?;
    match found.and_then(|batch| batch.user_id) {
        Some(user) => {
            let url = format!("/api/v1/batches/{batch}");
            let data = json!({"id": batch.to_string(), "url": url});
            announce(tx, ids, user, (BATCH_FINISHED, &data), now_ms).await
        }
        None => Ok(()),
    }
}

async fn announce(
    tx: &mut Tx,
    ids: &Ids,
    user: Id,
    (event, data): (&'static str, &Value),
    now_ms: i64,
) -> Result<(), StoreError> {
    for hook in webhooks::list_by_user(tx, user).await? {
        deliver(tx, ids, hook.id, (event, data), now_ms).await?;
    }
    Ok(())
}

/// Writes down what is to be told, and queues the telling. Answers its id.
///
/// # Errors
/// When the database does not take it.
pub async fn deliver(
    tx: &mut Tx,
    ids: &Ids,
    webhook: Id,
    (event, data): (&str, &Value),
    now_ms: i64,
) -> Result<Id, StoreError> {
    let id = ids.next();
    let body = json!({
        "id": id.to_string(), "event": event, "created_at": now_ms, "data": data,
    });
    let new = NewDelivery {
        id,
        webhook_id: webhook,
        event: event.to_owned(),
        body: body.to_string(),
        created_at: now_ms,
    };
    webhooks::insert_delivery(tx, &new).await?;
    DeliverWebhook::enqueue(tx, ids, id, now_ms).await?;
    Ok(id)
}

/// What is told of a submission: what a list says of it.
fn entry(listed: &Listed) -> Value {
    json!({
        "id": listed.id, "lab": listed.lab, "version": listed.lab_version,
        "status": listed.status, "module_sha256": listed.module_sha256,
        "score": listed.score_ppm, "stars": listed.stars, "digest": listed.digest,
    })
}
