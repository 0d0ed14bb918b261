//! `/admin/subscribers`: those who get the newsletter.

use app::admin::{AdminPage, SubscriberView, Subscribers};
use axum::Extension;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::shown;
use crate::accounts::Address;
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::ids::Id;
use crate::newsletter::{self, Wishes, calendar};
use crate::routes::account::{field, pairs};
use crate::state::AppState;
use crate::store::subscribers::{self, Status, Subscriber};
use crate::store::{mailings, modules};

const PATH: &str = "/admin/subscribers";
/// Subscribers on one page.
const PAGE: i64 = 100;
/// Issues that somebody's page names.
const ISSUES: i64 = 100;

/// The query of the list.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

/// `GET /admin/subscribers`
pub async fn list(
    State(state): State<AppState>,
    Query(Search { q, after }): Query<Search>,
) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let part = q.trim().to_lowercase().replace('\0', "");
    let after = after
        .parse::<Id>()
        .map_or_else(|_| String::new(), |id| id.to_string());
    let found = subscribers::list(&mut tx, &part, &after, PAGE).await?;
    let counts = subscribers::count(&mut tx).await?;
    drop(tx);
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let next = found
        .last()
        .filter(|_| is_full && part.is_empty())
        .map(|last| last.id.to_string());
    let rows = found.into_iter().map(|found| {
        let (status, wishes) = (status(&found), wishes(&found));
        (found.id.to_string(), found.email, status, wishes)
    });
    let page = Subscribers {
        counts,
        query: q,
        rows: rows.collect(),
        next,
    };
    shown(&state, PATH, AdminPage::Subscribers(page)).await
}

/// `POST /admin/subscribers`: asks somebody, as if they had asked.
pub async fn ask(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let pairs = pairs(&state, request).await?;
    let address: Address = field(&pairs, "email")
        .parse()
        .map_err(|problem| Error::Incomplete(format!("{problem}")))?;
    state.account_limits.ask_mail(client.0, &address).await?;
    newsletter::ask(&state, &address, &Wishes::default(), "administrator").await?;
    Ok(Redirect::to(PATH).into_response())
}

/// `GET /admin/subscribers/{id}`
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let found = find(&mut tx, &id).await?;
    let digest = modules::digest(found.email.as_bytes());
    let consents = subscribers::list_consents(&mut tx, &digest).await?;
    let lines = mailings::list_of(&mut tx, found.id, ISSUES).await?;
    drop(tx);
    let issues = lines.into_iter().map(|line| {
        let day = line.at.map_or_else(String::new, calendar::day);
        (line.issue, line.state, day, line.reply.unwrap_or_default())
    });
    let page = SubscriberView {
        id: found.id.to_string(),
        status: status(&found),
        wishes: wishes(&found),
        subscribes: found.status == Status::Confirmed,
        consents,
        issues: issues.collect(),
        email: found.email,
    };
    shown(&state, PATH, AdminPage::Subscriber(page)).await
}

/// `POST /admin/subscribers/{id}`
pub async fn act(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Error> {
    let pairs = pairs(&state, request).await?;
    let what = field(&pairs, "do");
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    let found = find(&mut tx, &id).await?;
    if matches!(what, "end" | "forget") {
        newsletter::leave(&mut tx, &state.ids, &found, "administrator", now_ms).await?;
    }
    let to = match what {
        "forget" => {
            subscribers::delete(&mut tx, found.id).await?;
            PATH.to_owned()
        }
        _ => format!("{PATH}/{}", found.id),
    };
    tx.commit().await?;
    Ok(Redirect::to(&to).into_response())
}

async fn find(tx: &mut crate::store::Tx, id: &str) -> Result<Subscriber, Error> {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    subscribers::by_id(tx, id).await?.ok_or(Error::NotFound)
}

fn status(of: &Subscriber) -> String {
    match (&of.suppressed, of.status) {
        (Some(why), Status::Confirmed) => format!("subscribes, but gets nothing: {why}"),
        (_, Status::Confirmed) => "subscribes".into(),
        (_, Status::Pending) => "has not confirmed".into(),
        (_, Status::Ended) => "has left".into(),
    }
}

fn wishes(of: &Subscriber) -> String {
    format!("{}; {}", of.topics.replace(' ', ", "), of.frequency)
}
