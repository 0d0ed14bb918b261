//! `/reset`: a link for those who forgot their password.

use app::{AccountPage, LinkPurpose, Typed};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;

use super::{address, form, refuse, show};
use crate::accounts::asked;
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::Purpose;

const PATH: &str = "/reset";

/// `GET /reset`
pub async fn page(State(state): State<AppState>) -> Result<Response, Error> {
    show(&state, PATH, AccountPage::Reset(Typed::default())).await
}

#[derive(Deserialize)]
struct Form {
    email: String,
}

/// `POST /reset`
pub async fn ask(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let Form { email } = form(&state, request).await?;
    match address(&email) {
        Ok(address) => {
            state.account_limits.ask_mail(client.0, &address)?;
            asked::ask(&state, Purpose::Reset, &address, None).await?;
            let purpose = LinkPurpose::Reset;
            show(&state, PATH, AccountPage::Mailed { email, purpose }).await
        }
        Err(problem) => {
            let typed = Typed {
                email,
                problem: Some(problem),
                ..Typed::default()
            };
            refuse(&state, PATH, AccountPage::Reset(typed)).await
        }
    }
}
