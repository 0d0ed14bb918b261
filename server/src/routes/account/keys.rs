//! Keys, made and taken away on `/account`.

use app::{AccountPage, Part};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use tower_sessions::Session;

use super::settings::view;
use super::{pairs, refuse, show};
use crate::accounts::Person;
use crate::accounts::keys::Scope;
use crate::error::Error;
use crate::routes::keys::{self, NewKey};
use crate::state::AppState;

const PATH: &str = "/account";

/// `POST /account/keys`: the page, with the secret on it this once.
pub async fn create(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let new = new_key(&pairs(&state, request).await?);
    match keys::make(&state, user.id, new).await {
        Ok((_, secret)) => {
            let mut account = view(&state, &user, &session).await?;
            account.new_key = Some(secret);
            show(&state, PATH, AccountPage::Settings(account)).await
        }
        Err(refusal @ (Error::Invalid(_) | Error::TooMany { .. })) => {
            let mut account = view(&state, &user, &session).await?;
            account.problem = Some((Part::Keys, refusal.to_string()));
            refuse(&state, PATH, AccountPage::Settings(account)).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /account/keys/delete`
pub async fn delete(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    request: Request,
) -> Result<Response, Error> {
    let pairs = pairs(&state, request).await?;
    let id = pairs.iter().find(|(name, _)| name == "key");
    keys::remove(&state, user.id, id.map_or("", |(_, id)| id)).await?;
    Ok(Redirect::to("/account?done=key").into_response())
}

/// A box that is ticked comes as a pair of its own.
fn new_key(pairs: &[(String, String)]) -> NewKey {
    let all = |wanted: &'static str| pairs.iter().filter(move |(name, _)| name == wanted);
    let first = |wanted| all(wanted).next().map_or("", |(_, value)| value.as_str());
    NewKey {
        name: first("name").to_owned(),
        scopes: all("scope")
            .filter_map(|(_, name)| Scope::named(name))
            .collect(),
        days: first("days").parse().unwrap_or(0),
    }
}
