//! `/api/v1/instance`: how this instance is doing, for whoever administers it.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::error::Error;
use crate::jobs::Job as _;
use crate::jobs::deliver_webhook::DeliverWebhook;
use crate::jobs::grade_submission::GradeSubmission;
use crate::jobs::mail_account::MailAccount;
use crate::jobs::mail_newsletter::MailNewsletter;
use crate::jobs::send_issue::SendIssue;
use crate::state::AppState;
use crate::store::jobs::Counts;
use crate::store::{StoreError, Tx, jobs, users};

/// How this instance is doing
#[utoipa::path(
    get, path = "/api/v1/instance", tag = "operation", security(("session" = [])),
    responses((status = 200, description = "Accounts, queues and graders", body = Value)),
)]
pub async fn show(State(state): State<AppState>) -> Result<Json<Value>, Error> {
    let mut tx = state.db.read().await?;
    let mut queues = serde_json::Map::new();
    for (kind, counts) in self::queues(&mut tx).await? {
        let counts = json!({
            "queued": counts.queued, "running": counts.running, "dead": counts.dead,
        });
        queues.insert(kind.to_owned(), counts);
    }
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "accounts": users::count(&mut tx).await?,
        "jobs": queues,
        "grader": state.parts.grader.status(),
    })))
}

/// How many jobs of each kind stand where.
pub(super) async fn queues(tx: &mut Tx) -> Result<Vec<(&'static str, Counts)>, StoreError> {
    let kinds = [
        GradeSubmission::KIND,
        MailAccount::KIND,
        MailNewsletter::KIND,
        SendIssue::KIND,
        DeliverWebhook::KIND,
    ];
    let mut all = Vec::new();
    for kind in kinds {
        all.push((kind, jobs::count(tx, kind).await?));
    }
    Ok(all)
}
