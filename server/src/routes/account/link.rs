//! `/link`: what a mailed link opens. Looking changes nothing, the button uses the link up.

use app::AccountPage;
use axum::Extension;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;
use serde::Deserialize;
use tower_sessions::Session;

use super::{HOME, enter, form, hushed, purpose, refuse, show};
use crate::accounts::links::{Opened, find, use_up};
use crate::accounts::{Visitor, password};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::{Link, Purpose};

const PATH: &str = "/link";

/// The query of `GET /link`.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    token: String,
}

/// `GET /link`
pub async fn page(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Query(Asked { token }): Query<Asked>,
) -> Result<Response, Error> {
    state.account_limits.try_client(client.0).await?;
    let page = match find(&state, &token).await? {
        Some(link) => link_page(&link, token, None),
        None => AccountPage::LinkDead,
    };
    show(&state, PATH, page).await.map(hushed)
}

#[derive(Deserialize)]
struct Form {
    token: String,
    #[serde(default)]
    password: String,
}

/// `POST /link`
pub async fn open(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Extension(Visitor(visitor)): Extension<Visitor>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    state.account_limits.try_client(client.0).await?;
    let headers = request.headers().clone();
    let Form { token, password } = form(&state, request).await?;
    let Some(link) = find(&state, &token).await? else {
        return show(&state, PATH, AccountPage::LinkDead).await.map(hushed);
    };
    let chosen = match choose(&state, &link, &password).await? {
        Ok(chosen) => chosen,
        Err(problem) => {
            let page = link_page(&link, token, Some(problem));
            return refuse(&state, PATH, page).await.map(hushed);
        }
    };
    match use_up(&state, &link, chosen).await? {
        Opened::SignsIn(user) => {
            let who = (&user, &headers as &HeaderMap);
            enter(&state, &session, who, HOME).await.map(hushed)
        }
        Opened::Done => {
            let next = visitor.map_or("/sign-in", |_| "/account?done=address");
            Ok(hushed(Redirect::to(next).into_response()))
        }
        Opened::Dead => show(&state, PATH, AccountPage::LinkDead).await.map(hushed),
    }
}

fn link_page(link: &Link, token: String, problem: Option<String>) -> AccountPage {
    AccountPage::Link {
        token,
        purpose: purpose(link.purpose),
        email: link.email.clone(),
        problem,
    }
}

/// The hash of the password that was chosen, or what is wrong with it.
async fn choose(
    state: &AppState,
    link: &Link,
    chosen: &str,
) -> Result<Result<Option<String>, String>, Error> {
    let takes_one = match link.purpose {
        Purpose::SignUp => !chosen.is_empty(),
        Purpose::Reset => true,
        Purpose::SignIn | Purpose::Email => false,
    };
    if !takes_one {
        return Ok(Ok(None));
    }
    let address = link.email.parse().map_err(anyhow::Error::from)?;
    if let Some(objection) = password::objection(chosen, &address) {
        return Ok(Err(objection));
    }
    Ok(Ok(Some(state.passwords.hash(chosen).await?)))
}
