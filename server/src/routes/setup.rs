//! `/setup`: the first administrator of an instance, by the code that the program says at its
//! start. Afterwards there is no such page.
//!
//! The code is typed, never part of an address: addresses stay in histories, in logs of proxies and
//! in `Referer`.

use app::{AccountPage, SetupField, SetupForm};
use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;
use tower_sessions::Session;

use super::account::{address, enter, form, hushed, refuse, show};
use crate::accounts::first::{self, Code, Made};
use crate::accounts::{Address, password};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;

const PATH: &str = "/setup";
/// Where the new administrator sees how the instance is, and what comes next.
const NEXT: &str = "/admin/health?done=setup";

/// `GET /setup`
pub async fn page(State(state): State<AppState>) -> Result<Response, Error> {
    wanted(&state).await?;
    let page = AccountPage::Setup(SetupForm::default());
    show(&state, PATH, page).await.map(hushed)
}

#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    code: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// `POST /setup`
pub async fn make(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    session: Session,
    request: Request,
) -> Result<Response, Error> {
    let code = wanted(&state).await?;
    state.account_limits.try_client(client.0).await?;
    let headers = request.headers().clone();
    let form: Form = form(&state, request).await?;
    let address = match check(code, &form) {
        Ok(address) => address,
        Err(problem) => return again(&state, form, problem).await,
    };
    let hash = state.passwords.hash(&form.password).await?;
    match first::make(&state, &address, hash).await? {
        Made::Admin(user) => enter(&state, &session, (&user, &headers), NEXT)
            .await
            .map(hushed),
        Made::Taken => {
            let email = address.as_str();
            let words = format!(
                "This address has an account. Let it administer with: headroom user grant {email}"
            );
            again(&state, form, (SetupField::Email, words)).await
        }
        Made::Late => Err(Error::NotFound),
    }
}

/// The code, or nothing to be found where there is an administrator.
async fn wanted(state: &AppState) -> Result<&Code, Error> {
    first::invitation(state).await?.ok_or(Error::NotFound)
}

/// The code comes first: whoever does not have it learns nothing else.
fn check(code: &Code, form: &Form) -> Result<Address, (SetupField, String)> {
    if !code.is(&form.code) {
        let words = "That is not the code. It stands in what the program said when it started.";
        return Err((SetupField::Code, words.to_owned()));
    }
    let address = address(&form.email).map_err(|problem| (SetupField::Email, problem))?;
    match password::objection(&form.password, &address) {
        Some(objection) => Err((SetupField::Password, objection)),
        None => Ok(address),
    }
}

/// The form as it was typed, with what is wrong with it. A right code need not be typed again.
async fn again(
    state: &AppState,
    form: Form,
    problem: (SetupField, String),
) -> Result<Response, Error> {
    let is_right = problem.0 != SetupField::Code;
    let form = SetupForm {
        code: if is_right { form.code } else { String::new() },
        email: form.email,
        problem: Some(problem),
    };
    let page = AccountPage::Setup(form);
    refuse(state, PATH, page).await.map(hushed)
}
