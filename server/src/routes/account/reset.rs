//! `/reset`: a link for those who forgot their password.

use app::{AccountPage, Typed};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;

use super::{ask_for, show};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::Purpose;

const PATH: &str = "/reset";

/// `GET /reset`
pub async fn page(State(state): State<AppState>) -> Result<Response, Error> {
    show(&state, PATH, AccountPage::Reset(Typed::default())).await
}

/// `POST /reset`
pub async fn ask(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let how = (
        Purpose::Reset,
        PATH,
        AccountPage::Reset as fn(Typed) -> AccountPage,
    );
    ask_for(&state, client, request, how).await
}
