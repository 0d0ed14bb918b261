//! `/newsletter`: asking, confirming, changing, ending. Nothing that is only looked at changes
//! anything; what is sent twice is done once.

use app::{AccountPage, Newsletter, Wish};
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::{FORM_MAX_BYTES, field, hushed, pairs, refuse, show};
use super::json_body;
use super::newsletter_course as course;
use super::submissions::body;
use crate::accounts::Address;
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::newsletter::wishes::{Frequency, Topic};
use crate::newsletter::{self, Wishes, returned};
use crate::state::AppState;
use crate::store::modules;
use crate::store::subscribers::{self, Status, Subscriber};

const PATH: &str = "/newsletter";
const NO_TOPIC: &str = "Choose at least one thing to read.";

/// `GET /newsletter`
pub async fn page(State(state): State<AppState>) -> Result<Response, Error> {
    show(
        &state,
        PATH,
        AccountPage::Newsletter(asking(String::new(), None, None)),
    )
    .await
}

/// `POST /newsletter`: the same answer for every address.
pub async fn ask(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let pairs = pairs(&state, request).await?;
    let email = field(&pairs, "email").to_owned();
    let source = source(field(&pairs, "source"));
    // The form at the foot of a page asks for an address only.
    let wishes = match field(&pairs, "short") {
        "" => wishes(&pairs),
        _ => Some(Wishes::default()),
    };
    let address: Address = match email.parse() {
        Ok(address) => address,
        Err(problem) => {
            let problem = format!("{problem}");
            let page = asking(email, Some(problem), wishes.as_ref());
            return refuse(&state, PATH, AccountPage::Newsletter(page)).await;
        }
    };
    let Some(wishes) = wishes else {
        let page = asking(email, Some(NO_TOPIC.into()), None);
        return refuse(&state, PATH, AccountPage::Newsletter(page)).await;
    };
    state.account_limits.ask_mail(client.0, &address).await?;
    // A field that people do not see was filled in: a program, which need not know.
    if field(&pairs, "website").is_empty() {
        newsletter::ask(&state, &address, &wishes, source).await?;
    }
    show(
        &state,
        PATH,
        AccountPage::Newsletter(Newsletter::Asked { email }),
    )
    .await
}

/// The query of `GET /newsletter/confirm`.
#[derive(Deserialize)]
pub struct Confirming {
    #[serde(default)]
    token: String,
}

/// `GET /newsletter/confirm`
pub async fn confirm_page(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Query(Confirming { token }): Query<Confirming>,
) -> Result<Response, Error> {
    state.account_limits.try_client(client.0).await?;
    let page = match by_token(&state, &token).await? {
        Some(subscriber) => Newsletter::Confirm {
            token,
            email: subscriber.email,
        },
        None => Newsletter::Dead,
    };
    shown(&state, page).await
}

/// `POST /newsletter/confirm`
pub async fn confirm(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    state.account_limits.try_client(client.0).await?;
    let pairs = pairs(&state, request).await?;
    let Some(subscriber) = by_token(&state, field(&pairs, "token")).await? else {
        return shown(&state, Newsletter::Dead).await;
    };
    newsletter::confirm(&state, &subscriber, "confirm page").await?;
    Ok(to_preferences(&subscriber, "confirmed"))
}

/// The query of what a message links to.
#[derive(Deserialize)]
pub struct Managing {
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    pub(super) done: String,
}

/// Whose key a form carries, and the form.
pub(super) async fn managed(
    state: &AppState,
    client: ClientAddress,
    request: Request,
) -> Result<Option<(Subscriber, Vec<(String, String)>)>, Error> {
    state.account_limits.try_client(client.0).await?;
    let pairs = pairs(state, request).await?;
    let subscriber = by_key(state, field(&pairs, "key")).await?;
    Ok(subscriber.map(|subscriber| (subscriber, pairs)))
}

/// `GET /newsletter/preferences`
pub async fn preferences_page(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Query(Managing { key, done }): Query<Managing>,
) -> Result<Response, Error> {
    state.account_limits.try_client(client.0).await?;
    let page = match by_key(&state, &key).await? {
        Some(subscriber) => preferences(&state, &subscriber, said(&done), None).await?,
        None => Newsletter::Dead,
    };
    shown(&state, page).await
}

/// `POST /newsletter/preferences`
pub async fn change(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let Some((subscriber, pairs)) = managed(&state, client, request).await? else {
        return shown(&state, Newsletter::Dead).await;
    };
    let Some(wishes) = wishes(&pairs) else {
        let page = preferences(&state, &subscriber, None, Some(NO_TOPIC.into())).await?;
        let page = refuse(&state, PATH, AccountPage::Newsletter(page)).await?;
        return Ok(hushed(page));
    };
    newsletter::change(&state, &subscriber, &wishes).await?;
    Ok(to_preferences(&subscriber, "changed"))
}

/// `GET /newsletter/unsubscribe`: what a message links to for people; it only shows the button.
pub async fn end_page(Query(Managing { key, .. }): Query<Managing>) -> Response {
    let key = key.replace(
        |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'),
        "",
    );
    hushed(Redirect::to(&format!("/newsletter/preferences?key={key}")).into_response())
}

/// `POST /newsletter/unsubscribe`: one click, from a mail program (RFC 8058) or from the page.
pub async fn end(
    State(state): State<AppState>,
    Query(Managing { key, .. }): Query<Managing>,
    request: Request,
) -> Result<Response, Error> {
    let patience = state.config.server.body_timeout();
    let body = body::bytes(request, FORM_MAX_BYTES, patience, || Error::TooLarge).await?;
    // A mail program sends one field as either kind of form; the key in the address is the proof.
    let text = String::from_utf8_lossy(&body);
    let by_program = text.contains("List-Unsubscribe") && text.contains("One-Click");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let key = match field(&pairs, "key") {
        "" => key,
        key => key.to_owned(),
    };
    let subscriber = by_key(&state, &key).await?;
    match (&subscriber, by_program) {
        // Whoever has gone is gone: a program is told the same.
        (None, true) => Ok(newsletter::UNSUBSCRIBED.into_response()),
        (None, false) => shown(&state, Newsletter::Dead).await,
        (Some(subscriber), _) => {
            let source = if by_program {
                "one click"
            } else {
                "preferences"
            };
            newsletter::end(&state, subscriber, source).await?;
            if by_program {
                return Ok(newsletter::UNSUBSCRIBED.into_response());
            }
            Ok(to_preferences(subscriber, "ended"))
        }
    }
}

/// `POST /newsletter/bounces`: a message that came back, raw, as a mail server hands it over. What
/// it says counts only where it names a delivery by the name that its reader alone was given.
pub async fn bounced(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    if state.config.mail.bounces.is_none() {
        return Err(Error::NotFound);
    }
    state.account_limits.try_client(client.0).await?;
    let patience = state.config.server.body_timeout();
    let raw = body::bytes(request, returned::MAX_BYTES, patience, || Error::TooLarge).await?;
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    let outcome = returned::take(&mut tx, &raw, "", now_ms).await?;
    tx.commit().await?;
    Ok(format!("{}\n", outcome.words()).into_response())
}

/// A wish to subscribe.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    #[schema(max_length = 254, example = "ada@example.org")]
    email: String,
    /// What to read; everything that is new, and not the course by mail, if left away.
    topics: Option<Vec<Topic>>,
    /// How often; once a week if left away.
    frequency: Option<Frequency>,
}

/// What becomes of a wish to subscribe.
#[derive(Serialize, ToSchema)]
pub struct AskedDocument {
    /// What happens next, in words: the same for every address.
    detail: String,
}

/// Ask for the newsletter
///
/// A mail asks back, and only its owner's answer begins the subscription. The answer here is the
/// same for every address.
#[utoipa::path(
    post, path = "/api/v1/newsletter/subscriptions", tag = "newsletter",
    request_body = NewSubscription,
    responses((status = 202, description = "A mail is on its way", body = AskedDocument)),
)]
pub async fn subscribe(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let NewSubscription {
        email,
        topics,
        frequency,
    } = json_body(&state, request).await?;
    let address: Address = email
        .parse()
        .map_err(|problem| Error::Incomplete(format!("email: {problem}")))?;
    let names = topics.unwrap_or_else(|| Topic::NEWS.to_vec());
    let wishes = Wishes::named(
        names.iter().map(|topic| topic.as_str()),
        frequency.unwrap_or_default().as_str(),
    );
    let wishes = wishes.ok_or_else(|| Error::Incomplete("topics: at least one".into()))?;
    state.account_limits.ask_mail(client.0, &address).await?;
    newsletter::ask(&state, &address, &wishes, "api").await?;
    let detail = "A mail is on its way; the subscription begins when its link is opened and the \
                  button there pressed.";
    let detail = detail.to_owned();
    Ok((StatusCode::ACCEPTED, Json(AskedDocument { detail })).into_response())
}

async fn by_token(state: &AppState, token: &str) -> Result<Option<Subscriber>, Error> {
    let digest = modules::digest(token.as_bytes());
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.read().await?;
    Ok(subscribers::by_confirmation(&mut tx, &digest, now_ms).await?)
}

pub(super) async fn by_key(state: &AppState, key: &str) -> Result<Option<Subscriber>, Error> {
    if key.contains('\0') {
        return Ok(None);
    }
    Ok(subscribers::by_key(&mut state.db.read().await?, key).await?)
}

pub(super) async fn shown(state: &AppState, page: Newsletter) -> Result<Response, Error> {
    show(state, PATH, AccountPage::Newsletter(page))
        .await
        .map(hushed)
}

fn asking(email: String, problem: Option<String>, wishes: Option<&Wishes>) -> Newsletter {
    let everything = Wishes::default();
    let wish = wish(wishes.unwrap_or(&everything));
    Newsletter::Ask {
        email,
        wish,
        words: newsletter::WORDS,
        problem,
    }
}

async fn preferences(
    state: &AppState,
    subscriber: &Subscriber,
    done: Option<&'static str>,
    problem: Option<String>,
) -> Result<Newsletter, Error> {
    let course = course::view(state, subscriber).await?;
    let topics = subscriber.topics.split(' ');
    let wishes = Wishes::named(topics, &subscriber.frequency).unwrap_or_default();
    Ok(Newsletter::Preferences {
        key: subscriber.key.clone(),
        email: subscriber.email.clone(),
        wish: wish(&wishes),
        subscribes: subscriber.status == Status::Confirmed,
        course,
        done,
        problem,
    })
}

fn wish(wishes: &Wishes) -> Wish {
    Wish {
        topics: wishes.topics.iter().map(|topic| topic.as_str()).collect(),
        frequency: wishes.frequency.as_str(),
    }
}

fn wishes(pairs: &[(String, String)]) -> Option<Wishes> {
    let topics = pairs.iter().filter(|(name, _)| name == "topic");
    Wishes::named(
        topics.map(|(_, topic)| topic.as_str()),
        field(pairs, "frequency"),
    )
}

/// Where somebody asked: a path of this site, for the proof.
fn source(text: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_');
    let fits = text.starts_with('/') && text.len() <= 200 && text.bytes().all(plain);
    if fits { text } else { PATH }
}

fn said(done: &str) -> Option<&'static str> {
    match done {
        "confirmed" => Some("You subscribe now. The next issue comes to you."),
        "changed" => Some("Kept."),
        "ended" => Some("It has ended: nothing more comes. Changed your mind? Subscribe again."),
        _ => None,
    }
}

fn to_preferences(subscriber: &Subscriber, done: &str) -> Response {
    let to = format!("/newsletter/preferences?key={}&done={done}", subscriber.key);
    hushed(Redirect::to(&to).into_response())
}
