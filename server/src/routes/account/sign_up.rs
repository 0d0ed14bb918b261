//! `/sign-up`: an account is made by opening a link, never before. So nobody can make one for an
//! address of somebody else and wait for them with a password they know.

use app::{AccountPage, Typed};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{HOME, ask_for, show};
use crate::accounts::Visitor;
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::Purpose;

const PATH: &str = "/sign-up";

/// `GET /sign-up`
pub async fn page(
    State(state): State<AppState>,
    Extension(Visitor(user)): Extension<Visitor>,
) -> Result<Response, Error> {
    if user.is_some() {
        return Ok(Redirect::to(HOME).into_response());
    }
    show(&state, PATH, AccountPage::SignUp(Typed::default())).await
}

/// `POST /sign-up`
pub async fn ask(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let how = (
        Purpose::SignUp,
        PATH,
        AccountPage::SignUp as fn(Typed) -> AccountPage,
    );
    ask_for(&state, client, request, how).await
}
