//! `/account`: what somebody can change of their account.

mod view;

use app::{AccountPage, LinkPurpose, Part};
use axum::Extension;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use self::view::done;
pub(super) use self::view::view;
use super::{address, form, marked, refuse, show};
use crate::accounts::{Person, asked, links, marker, password, visitor};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::Purpose;
use crate::store::users::{self, User};
use crate::store::{sessions, submissions};

const PATH: &str = "/account";
const WRONG: &str = "That is not your current password.";

/// The query of `GET /account`.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// `GET /account`
pub async fn page(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    Query(asked): Query<Asked>,
    session: Session,
) -> Result<Response, Error> {
    let mut account = view(&state, &user, &session).await?;
    account.done = done(&asked.done);
    show(&state, PATH, AccountPage::Settings(account)).await
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    current: String,
    password: String,
}

/// `POST /account/password`
pub async fn password(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Extension(Person(user)): Extension<Person>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let PasswordForm { current, password } = form(&state, request).await?;
    let mut problem = wrong(&state, client, &user, &current).await?;
    if problem.is_none() {
        let address = user.email.parse().map_err(anyhow::Error::from)?;
        problem = password::objection(&password, &address);
    }
    if let Some(problem) = problem {
        return refused(&state, &user, &session, (Part::Password, problem)).await;
    }
    let hash = state.passwords.hash(&password).await?;
    let now_ms = state.parts.clock.now_ms();
    let kept = visitor::key(&session);
    let mut tx = state.db.write().await?;
    links::change_password(&mut tx, &state.ids, &user, &hash, (&kept, now_ms)).await?;
    tx.commit().await?;
    visitor::renew(&state, &session).await?;
    Ok(Redirect::to("/account?done=password").into_response())
}

#[derive(Deserialize)]
struct EmailForm {
    #[serde(default)]
    current: String,
    email: String,
}

/// `POST /account/email`
pub async fn email(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Extension(Person(user)): Extension<Person>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let EmailForm { current, email } = form(&state, request).await?;
    let address = match wrong(&state, client, &user, &current).await? {
        None => address(&email),
        Some(problem) => Err(problem),
    };
    match address {
        Ok(address) => {
            state.account_limits.ask_mail(client.0, &address).await?;
            asked::ask(&state, Purpose::Email, &address, Some(user.id)).await?;
            let purpose = LinkPurpose::Email;
            show(&state, PATH, AccountPage::Mailed { email, purpose }).await
        }
        Err(problem) => refused(&state, &user, &session, (Part::Email, problem)).await,
    }
}

#[derive(Deserialize)]
struct RevokeForm {
    session: Option<String>,
}

/// `POST /account/sessions/revoke`: one session, or all the others.
pub async fn revoke(
    State(state): State<AppState>,
    Extension(Person(user)): Extension<Person>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let wanted: RevokeForm = form(&state, request).await?;
    let mut tx = state.db.write().await?;
    match wanted.session {
        Some(other) => {
            sessions::delete_of_user(&mut tx, user.id, &other).await?;
        }
        None => {
            sessions::delete_by_user(&mut tx, user.id, &visitor::key(&session)).await?;
        }
    }
    tx.commit().await?;
    Ok(Redirect::to("/account?done=sessions").into_response())
}

#[derive(Deserialize)]
struct DeleteForm {
    #[serde(default)]
    current: String,
    sure: Option<String>,
}

/// `POST /account/delete`
pub async fn delete(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Extension(Person(user)): Extension<Person>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let DeleteForm { current, sure } = form(&state, request).await?;
    let problem = match sure {
        Some(_) => wrong(&state, client, &user, &current).await?,
        None => Some("Tick the box if you are sure.".to_owned()),
    };
    if let Some(problem) = problem {
        return refused(&state, &user, &session, (Part::Delete, problem)).await;
    }
    let mut tx = state.db.write().await?;
    submissions::delete_by_user(&mut tx, user.id).await?;
    crate::store::links::delete_by_email(&mut tx, &user.email).await?;
    users::delete(&mut tx, user.id).await?;
    tx.commit().await?;
    tracing::info!(user.id = %user.id, "deleted an account");
    visitor::sign_out(&session).await?;
    Ok(marked(Redirect::to("/"), marker::gone(&state.config)))
}

/// What is wrong with the current password. Who has none has shown who they are by a mailed link.
async fn wrong(
    state: &AppState,
    client: ClientAddress,
    user: &User,
    current: &str,
) -> Result<Option<String>, Error> {
    let Some(hash) = &user.password_hash else {
        return Ok(None);
    };
    let address = user.email.parse().map_err(anyhow::Error::from)?;
    state
        .account_limits
        .try_password(client.0, &address)
        .await?;
    let is_right = state.passwords.verify(Some(hash), current).await?;
    Ok((!is_right).then(|| WRONG.to_owned()))
}

async fn refused(
    state: &AppState,
    user: &User,
    session: &Session,
    problem: (Part, String),
) -> Result<Response, Error> {
    let mut account = view(state, user, session).await?;
    account.problem = Some(problem);
    refuse(state, PATH, AccountPage::Settings(account)).await
}
