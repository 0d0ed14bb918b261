//! Pages about accounts, and what their forms do. One file per page. The answer to a form does
//! not depend on whether an address has an account.

pub mod export;
pub mod keys;
pub mod link;
pub mod reset;
pub mod settings;
pub mod sign_in;
pub mod sign_up;

use app::{AccountPage, LinkPurpose, Typed};
use axum::extract::Request;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tower_sessions::Session;

use super::submissions::body;
use crate::accounts::{Address, agent, asked, marker, visitor};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::state::AppState;
use crate::store::links::Purpose;
use crate::store::users::User;

/// Bytes of a form; an address and two passwords are far less.
pub(super) const FORM_MAX_BYTES: usize = 16 << 10;
/// Where somebody who has signed in goes, unless they were on their way elsewhere.
const HOME: &str = "/me";

/// Renders a page.
pub(super) async fn show(
    state: &AppState,
    path: &'static str,
    page: AccountPage,
) -> Result<Response, Error> {
    let site = state.parts.site.clone();
    let rendered = tokio::task::spawn_blocking(move || site.account_page(&page, path));
    let (status, html) = rendered
        .await
        .map_err(|error| Error::Internal(error.into()))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    Ok((status, Html(html)).into_response())
}

/// Renders a form again, with what is wrong with it.
pub(super) async fn refuse(
    state: &AppState,
    path: &'static str,
    page: AccountPage,
) -> Result<Response, Error> {
    let mut response = show(state, path, page).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The address of this page is a secret: it is told to no other.
pub(super) fn hushed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let no_referrer = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, no_referrer);
    let private = HeaderValue::from_static("private, no-store");
    headers.insert(header::CACHE_CONTROL, private);
    response
}

/// Reads a form, within time and size.
pub(super) async fn form<T: DeserializeOwned>(
    state: &AppState,
    request: Request,
) -> Result<T, Error> {
    form_within(state, request, FORM_MAX_BYTES).await
}

async fn form_within<T: DeserializeOwned>(
    state: &AppState,
    request: Request,
    max_bytes: usize,
) -> Result<T, Error> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/x-www-form-urlencoded") {
        return Err(Error::UnsupportedMediaType(
            "this address takes a form: application/x-www-form-urlencoded".into(),
        ));
    }
    let patience = state.config.server.body_timeout();
    let bytes = body::bytes(request, max_bytes, patience, || Error::TooLarge).await?;
    serde_urlencoded::from_bytes(&bytes).map_err(|error| Error::Invalid(error.to_string()))
}

/// Reads a form in which a name may come more than once.
pub(super) async fn pairs(
    state: &AppState,
    request: Request,
) -> Result<Vec<(String, String)>, Error> {
    form(state, request).await
}

/// The first value of a field; nothing where it is missing.
pub(super) fn field<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    let found = pairs.iter().find(|(found, _)| found == name);
    found.map_or("", |(_, value)| value)
}

/// A form with a text in it that is longer than forms are.
pub(super) async fn long_pairs(
    state: &AppState,
    request: Request,
    max_bytes: usize,
) -> Result<Vec<(String, String)>, Error> {
    form_within(state, request, max_bytes).await
}

#[derive(Deserialize)]
struct LinkForm {
    email: String,
}

/// What a form that asks for a link does: the same whether the address has an account or not.
async fn ask_for(
    state: &AppState,
    client: ClientAddress,
    request: Request,
    (wanted, path, again): (Purpose, &'static str, fn(Typed) -> AccountPage),
) -> Result<Response, Error> {
    let LinkForm { email } = form(state, request).await?;
    match address(&email) {
        Ok(address) => {
            state.account_limits.ask_mail(client.0, &address).await?;
            asked::ask(state, wanted, &address, None).await?;
            let purpose = purpose(wanted);
            show(state, path, AccountPage::Mailed { email, purpose }).await
        }
        Err(problem) => {
            let typed = Typed {
                email,
                problem: Some(problem),
                ..Typed::default()
            };
            refuse(state, path, again(typed)).await
        }
    }
}

/// The address in a form, or the sentence that says what is wrong with it.
pub(super) fn address(text: &str) -> Result<Address, String> {
    text.parse::<Address>().map_err(|error| error.to_string())
}

/// Signs in and goes on.
pub(super) async fn enter(
    state: &AppState,
    session: &Session,
    (user, headers): (&User, &HeaderMap),
    next: &str,
) -> Result<Response, Error> {
    visitor::sign_in(state, session, user, &agent::name(headers)).await?;
    Ok(marked(
        Redirect::to(local(next)),
        marker::set(&state.config),
    ))
}

fn marked(response: Redirect, cookie: HeaderValue) -> Response {
    let mut response = response.into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// Where to go on to: a path on this site and nowhere else. Browsers take `//` and `/\` for the
/// beginning of another site's address.
fn local(next: &str) -> &str {
    let mut letters = next.chars();
    let is_path = letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'));
    let is_plain = next
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if is_path && is_plain { next } else { HOME }
}

fn purpose(purpose: Purpose) -> LinkPurpose {
    match purpose {
        Purpose::SignUp => LinkPurpose::SignUp,
        Purpose::SignIn => LinkPurpose::SignIn,
        Purpose::Reset => LinkPurpose::Reset,
        Purpose::Email => LinkPurpose::Email,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for kept in ["/", "/account", "/lessons/a/b?x=1#y", "/search?q=a%20b"] {
            assert_eq!(local(kept), kept);
        }
        for other in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nset-cookie: x=1",
            "/\t/evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(local(other), HOME, "{other:?}");
        }
    }
}
