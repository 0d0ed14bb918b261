//! `/sign-up`: an account is made by opening a link, never before. So nobody can make one for an
//! address of somebody else and wait for them with a password they know.

use app::{AccountPage, LinkPurpose, Typed};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{HOME, address, form, refuse, show};
use crate::accounts::{Visitor, asked};
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

#[derive(Deserialize)]
struct Form {
    email: String,
}

/// `POST /sign-up`
pub async fn ask(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let Form { email } = form(&state, request).await?;
    match address(&email) {
        Ok(address) => {
            state.account_limits.ask_mail(client.0, &address)?;
            asked::ask(&state, Purpose::SignUp, &address, None).await?;
            let purpose = LinkPurpose::SignUp;
            show(&state, PATH, AccountPage::Mailed { email, purpose }).await
        }
        Err(problem) => {
            let typed = Typed {
                email,
                problem: Some(problem),
                ..Typed::default()
            };
            refuse(&state, PATH, AccountPage::SignUp(typed)).await
        }
    }
}
