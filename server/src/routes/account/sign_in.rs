//! `/sign-in` and `/sign-out`.

use app::{AccountPage, Typed};
use axum::Extension;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::{address, ask_for, enter, form, local, marked, refuse, show};
use crate::accounts::{Visitor, marker, visitor};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::Purpose;
use crate::store::users;

const PATH: &str = "/sign-in";

/// The query of `GET /sign-in`.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub async fn page(
    State(state): State<AppState>,
    Extension(Visitor(user)): Extension<Visitor>,
    Query(Asked { next }): Query<Asked>,
) -> Result<Response, Error> {
    if user.is_some() {
        return Ok(Redirect::to(local(&next)).into_response());
    }
    let typed = Typed {
        next,
        ..Typed::default()
    };
    show(&state, PATH, AccountPage::SignIn(typed)).await
}

#[derive(Deserialize)]
struct Form {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub async fn with_password(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let headers = request.headers().clone();
    let Form {
        email,
        password,
        next,
    } = form(&state, request).await?;
    let problem = match address(&email) {
        Ok(address) => {
            state
                .account_limits
                .try_password(client.0, &address)
                .await?;
            let user = users::by_email(&mut state.db.read().await?, address.as_str()).await?;
            let hash = user.as_ref().and_then(|user| user.password_hash.as_deref());
            match (state.passwords.verify(hash, &password).await?, &user) {
                (true, Some(user)) => {
                    return enter(&state, &session, (user, &headers), &next).await;
                }
                _ => "No account has this address and this password.".to_owned(),
            }
        }
        Err(problem) => problem,
    };
    let typed = Typed {
        email,
        next,
        problem: Some(problem),
    };
    refuse(&state, PATH, AccountPage::SignIn(typed)).await
}

/// `POST /sign-in/link`
pub async fn by_link(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let how = (
        Purpose::SignIn,
        PATH,
        AccountPage::SignIn as fn(Typed) -> AccountPage,
    );
    ask_for(&state, client, request, how).await
}

/// `POST /sign-out`
pub async fn out(State(state): State<AppState>, session: Session) -> Result<Response, Error> {
    visitor::sign_out(&session).await?;
    Ok(marked(Redirect::to("/"), marker::gone(&state.config)))
}
