//! `/admin/newsletter/{number}`: one issue, what it looks like, and what can be done with it.

use std::convert::Infallible;
use std::time::Duration;

use app::admin::{AdminPage, IssueForm, IssueView};
use axum::extract::{Path, Query, Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use futures_util::stream;
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::json;
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::issues::{FORM_MAX_BYTES, draft, form, row};
use super::shown;
use crate::accounts::Address;
use crate::error::Error;
use crate::mail::{Mailer, Report};
use crate::newsletter::calendar;
use crate::newsletter::compose::{Draft, Finding};
use crate::newsletter::edition::{self, Edition};
use crate::newsletter::office::{self, OfficeError};
use crate::newsletter::pictures;
use crate::routes::account::{field, long_pairs};
use crate::state::AppState;
use crate::store::issues::{Issue, State as Standing};
use crate::store::mailings::{self, Counts, State as Sent};

const PATH: &str = "/admin/newsletter";
const HOUR_MS: i64 = 3_600_000;
/// How often the counts of an issue are told.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// What a mail may do when it is looked at here: show itself.
const MAIL_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'",
);

/// `GET /admin/newsletter/{number}`
pub async fn show(
    State(state): State<AppState>,
    Path(number): Path<i64>,
) -> Result<Response, Error> {
    page(&state, number, None, None).await
}

/// `POST /admin/newsletter/{number}`: does what its field `do` says.
pub async fn act(
    State(state): State<AppState>,
    Path(number): Path<i64>,
    request: Request,
) -> Result<Response, Error> {
    let pairs = long_pairs(&state, request, FORM_MAX_BYTES).await?;
    let field = |name: &str| field(&pairs, name);
    let what = field("do");
    if what == "test" {
        let said = test(&state, number, field("to")).await?;
        return page(&state, number, Some(said), None).await;
    }
    if what == "save" {
        return save(&state, number, &draft(&pairs)).await;
    }
    match change(&state, number, what, (field("at"), field("late"))).await {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}/{number}")).into_response()),
        Err(OfficeError::None(_)) => Err(Error::NotFound),
        Err(OfficeError::Store(error)) => Err(error.into()),
        Err(problem) => page(&state, number, Some(problem.to_string()), None).await,
    }
}

async fn change(
    state: &AppState,
    number: i64,
    what: &str,
    (at, late): (&str, &str),
) -> Result<(), OfficeError> {
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    if matches!(what, "send" | "schedule") {
        let (issue, _) = office::look(&mut tx, number).await?;
        if issue.state.is_open() && findings(state, &issue).iter().any(|found| found.is_error) {
            return Err(OfficeError::Unsound(number));
        }
    }
    match what {
        "send" => office::send(&mut tx, &state.ids, number, now_ms).await?,
        "schedule" => {
            let late = late.parse::<i64>().unwrap_or(4).clamp(0, 720);
            let at = moment(at).ok_or(OfficeError::When)?;
            office::schedule(&mut tx, number, (at, late * HOUR_MS)).await?;
        }
        "pause" => office::pause(&mut tx, number).await?,
        "resume" => office::resume(&mut tx, &state.ids, number, now_ms).await?,
        "cancel" => office::cancel(&mut tx, number, now_ms).await?,
        _ => return Err(OfficeError::What),
    }
    Ok(tx.commit().await?)
}

/// A time as a browser's form gives it, taken as UTC; Unix milliseconds.
fn moment(text: &str) -> Option<i64> {
    let form = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let at = PrimitiveDateTime::parse(text, form).ok()?;
    Some(at.assume_utc().unix_timestamp() * 1_000)
}

async fn save(state: &AppState, number: i64, draft: &Draft) -> Result<Response, Error> {
    let mut tx = state.db.write().await?;
    match office::redraft(&mut tx, number, draft).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("{PATH}/{number}")).into_response())
        }
        Err(OfficeError::None(_)) => Err(Error::NotFound),
        Err(OfficeError::Store(error)) => Err(error.into()),
        Err(problem) => {
            drop(tx);
            let problem = Some(problem.to_string());
            let typed = IssueForm {
                problem,
                ..form(draft)
            };
            page(state, number, None, Some(typed)).await
        }
    }
}

/// Sends one copy, and says how it went.
async fn test(state: &AppState, number: i64, to: &str) -> Result<String, Error> {
    let Ok(address) = to.parse::<Address>() else {
        return Ok(format!("{to:?} is no address."));
    };
    let (issue, _) = office::look(&mut state.db.read().await?, number).await?;
    let edition = edition(state, &issue)?;
    let site = state.parts.site.clone();
    let edition = tokio::task::spawn_blocking(move || edition.illustrated(&*site)).await;
    let edition = edition.map_err(|error| Error::Internal(error.into()))?;
    let clock = state.parts.clock.clone();
    let now_ms = clock.now_ms();
    let mailer = Mailer::new(&state.config, clock).map_err(Error::Internal)?;
    let mailer = mailer.watched(state.metrics.clone(), state.breakers.clone());
    Ok(
        match mailer.post(edition.sample(address.as_str(), now_ms)).await {
            Report::Sent(reply) => format!("A copy is on its way to {}: {reply}", address.as_str()),
            Report::Later(why)
            | Report::Refused(why)
            | Report::Unreached(why)
            | Report::Unknown(why) => format!("The copy was not sent: {why}"),
        },
    )
}

fn edition(state: &AppState, issue: &Issue) -> Result<Edition, Error> {
    let site = state.config.site(state.config.server.listen);
    Edition::new(issue, &site).map_err(|error| Error::Internal(error.into()))
}

fn findings(state: &AppState, issue: &Issue) -> Vec<Finding> {
    let has = |path: &str| pictures::has(&*state.parts.site, path);
    Draft::of(issue).map_or_else(|_| Vec::new(), |draft| draft.check(&has))
}

async fn page(
    state: &AppState,
    number: i64,
    said: Option<String>,
    typed: Option<IssueForm>,
) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let (issue, counts) = office::look(&mut tx, number).await?;
    let draft = Draft::of(&issue).map_err(|error| Error::Internal(error.into()))?;
    let until = state.parts.clock.now_ms();
    let whom = edition::whom(&issue, until).map_err(|error| Error::Internal(error.into()))?;
    let audience = mailings::count_recipients(&mut tx, &whom, until).await?;
    drop(tx);
    let is_open = issue.state.is_open() && !issue.is_digest;
    let found = if is_open {
        findings(state, &issue)
    } else {
        Vec::new()
    };
    let is_public = issue.started_at.is_some() && issue.state != Standing::Cancelled;
    let planned = issue.send_at.filter(|_| issue.state == Standing::Scheduled);
    let view = IssueView {
        row: row(&issue, &counts),
        form: typed.unwrap_or_else(|| form(&draft)),
        is_open,
        planned: planned.map(|at| format!("Planned for {}.", calendar::moment(at))),
        counts: counts
            .states
            .iter()
            .map(|(at, count)| (at.as_str(), words(*at), *count))
            .collect(),
        uncertain: counts.uncertain,
        findings: found.into_iter().map(|f| (f.is_error, f.text)).collect(),
        page: (is_public && !issue.is_digest).then(|| format!("/newsletter/issues/{}", issue.slug)),
        audience,
        said,
    };
    shown(state, PATH, AdminPage::Issue(Box::new(view))).await
}

const fn words(state: Sent) -> &'static str {
    match state {
        Sent::Queued => "wait",
        Sent::InFlight => "in flight",
        Sent::Sent => "sent",
        Sent::Deferred => "put off",
        Sent::Bounced => "bounced",
        Sent::Uncertain => "given up in doubt",
        Sent::Dropped => "left before",
    }
}

/// How a mail is to be shown.
#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    form: String,
}

/// `GET /admin/newsletter/{number}/mail`
pub async fn mail(
    State(state): State<AppState>,
    Path(number): Path<i64>,
    Query(Form { form }): Query<Form>,
) -> Result<Response, Error> {
    let (issue, _) = office::look(&mut state.db.read().await?, number).await?;
    let (text, html) = edition(&state, &issue)?.preview("", "preview");
    if form == "text" {
        return Ok(text.into_response());
    }
    let policy = [(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)];
    let frame = [(
        header::X_FRAME_OPTIONS,
        HeaderValue::from_static("SAMEORIGIN"),
    )];
    Ok((policy, frame, Html(html)).into_response())
}

/// `GET /admin/newsletter/{number}/events`: how far it is, every second, until it ends.
pub async fn events(
    State(state): State<AppState>,
    Path(number): Path<i64>,
) -> Result<Response, Error> {
    office::look(&mut state.db.read().await?, number).await?;
    let began = state.parts.clock.now_ms();
    let events = stream::unfold(
        (state, None, false),
        move |(state, first, over)| async move {
            if over {
                return None;
            }
            if first.is_some() {
                tokio::select! {
                    () = tokio::time::sleep(TELL_EVERY) => {}
                    () = state.stop.cancelled() => return None,
                }
            }
            let (issue, counts) = office::look(&mut state.db.read().await.ok()?, number)
                .await
                .ok()?;
            let done = landed(&counts);
            let first = first.unwrap_or(done);
            let elapsed = (state.parts.clock.now_ms() - began).max(1);
            let event = progress(&issue, &counts, (done - first, elapsed))?;
            let over = matches!(issue.state, Standing::Sent | Standing::Cancelled);
            Some((Ok::<_, Infallible>(event), (state, Some(first), over)))
        },
    );
    Ok(Sse::new(events)
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn landed(counts: &Counts) -> i64 {
    let ends = [Sent::Sent, Sent::Bounced, Sent::Uncertain, Sent::Dropped];
    ends.into_iter().map(|end| counts.of(end)).sum()
}

fn progress(issue: &Issue, counts: &Counts, (since, ms): (i64, i64)) -> Option<Event> {
    let (done, all) = (landed(counts), counts.all());
    let rate = since * 1_000 / ms;
    let words = match (issue.state, rate) {
        (Standing::Sending, 1..) => {
            let left_s = (all - done) / rate;
            format!(
                "{rate} a second; about {} min {} s left.",
                left_s / 60,
                left_s % 60
            )
        }
        (state, _) => format!("{} of {all}, {}.", done, state.as_str()),
    };
    let states = counts.states.iter();
    let states: serde_json::Map<_, _> = states
        .map(|(state, count)| (state.as_str().to_owned(), json!(count)))
        .collect();
    let told = json!({
        "state": issue.state.as_str(), "done": done, "all": all, "counts": states, "words": words,
    });
    Event::default().event("progress").json_data(told).ok()
}
