//! `/admin/newsletter`: the issues, and the form for a new one.

use app::admin::{AdminPage, CourseReaders, IssueForm, IssueRow, Issues, Recipients};
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::shown;
use crate::error::Error;
use crate::newsletter::audience::Audience;
use crate::newsletter::calendar;
use crate::newsletter::compose::{Draft, MARKDOWN_MAX};
use crate::newsletter::course::Lesson;
use crate::newsletter::office;
use crate::newsletter::wishes::Topic;
use crate::routes::account::{field, long_pairs};
use crate::state::AppState;
use crate::store::course_readers::{self, State as Reading};
use crate::store::issues::Issue;
use crate::store::mailings::{self, Counts};

const PATH: &str = "/admin/newsletter";
/// Issues that are listed.
const LISTED: i64 = 200;
/// Recipients on one page.
const PAGE: i64 = 200;
/// Bytes of a form that holds an issue; letters that are not ASCII take three times their bytes.
pub(super) const FORM_MAX_BYTES: usize = 3 * MARKDOWN_MAX + (16 << 10);

/// `GET /admin/newsletter`
pub async fn list(State(state): State<AppState>) -> Result<Response, Error> {
    page(&state, IssueForm::default()).await
}

/// `POST /admin/newsletter`
pub async fn create(State(state): State<AppState>, request: Request) -> Result<Response, Error> {
    let pairs = long_pairs(&state, request, FORM_MAX_BYTES).await?;
    let draft = draft(&pairs);
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    match office::draft(&mut tx, &draft, now_ms).await {
        Ok(number) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("{PATH}/{number}")).into_response())
        }
        Err(office::OfficeError::Store(error)) => Err(error.into()),
        Err(problem) => {
            drop(tx);
            let problem = Some(problem.to_string());
            page(
                &state,
                IssueForm {
                    problem,
                    ..form(&draft)
                },
            )
            .await
        }
    }
}

async fn page(state: &AppState, form: IssueForm) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let all = office::list(&mut tx, LISTED).await?;
    let counts = course_readers::count(&mut tx).await?;
    drop(tx);
    let rows = all
        .iter()
        .map(|(issue, counts)| row(issue, counts))
        .collect();
    let course = course(&counts, &state.parts.site.lessons());
    let page = Issues { rows, course, form };
    shown(state, PATH, AdminPage::Issues(page)).await
}

/// Who gets the course by mail, by how many stand where.
fn course(found: &[(Reading, Option<String>, i64)], lessons: &[Lesson]) -> CourseReaders {
    let sum = |fits: &dyn Fn(Reading, Option<&str>) -> bool| -> i64 {
        let found = found.iter();
        found
            .filter(|(state, lesson, _)| fits(*state, lesson.as_deref()))
            .map(|(.., count)| count)
            .sum()
    };
    let at = |lesson: &Lesson| sum(&|_, last| last == Some(lesson.path.as_str()));
    let places = lessons
        .iter()
        .map(|lesson| (lesson.title.clone(), at(lesson)));
    CourseReaders {
        counts: Reading::ALL.map(|state| sum(&|found, _| found == state)),
        places: places.filter(|(_, count)| *count > 0).collect(),
    }
}

/// The query of a list of recipients.
#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: i64,
}

/// `GET /admin/newsletter/{number}/recipients`
pub async fn recipients(
    State(state): State<AppState>,
    Path(number): Path<i64>,
    Query(Which {
        state: shown_,
        after,
    }): Query<Which>,
) -> Result<Response, Error> {
    let mut tx = state.db.read().await?;
    let (issue, _) = office::look(&mut tx, number).await?;
    let known = mailings::State::ALL.map(mailings::State::as_str);
    let filter = match shown_.as_str() {
        "doubt" => ("", true),
        name => (
            known.into_iter().find(|known| *known == name).unwrap_or(""),
            false,
        ),
    };
    let lines = mailings::list_lines(&mut tx, number, filter, after, PAGE).await?;
    drop(tx);
    let is_full = i64::try_from(lines.len()).is_ok_and(|count| count == PAGE);
    let next = lines.last().filter(|_| is_full).map(|last| last.position);
    let rows = lines.into_iter().map(|line| {
        let email = line.email.unwrap_or_else(|| "(erased)".into());
        let reply = line.reply.unwrap_or_default();
        (line.position, email, line.state, line.attempts, reply)
    });
    let page = Recipients {
        number,
        subject: issue.subject,
        shown: if filter.1 {
            "doubt".into()
        } else {
            filter.0.into()
        },
        rows: rows.collect(),
        next,
    };
    shown(&state, PATH, AdminPage::Recipients(page)).await
}

pub(super) fn row(issue: &Issue, counts: &Counts) -> IssueRow {
    IssueRow {
        number: issue.number,
        subject: issue.subject.clone(),
        state: issue.state.as_str(),
        is_digest: issue.is_digest,
        day: calendar::day(issue.started_at.unwrap_or(issue.created_at)),
        sent: counts.of(mailings::State::Sent),
        all: counts.all(),
    }
}

/// The draft that a form holds. Browsers end lines with CR LF.
pub(super) fn draft(pairs: &[(String, String)]) -> Draft {
    let field = |name: &str| field(pairs, name).replace("\r\n", "\n");
    let topic = field("topic");
    let topic = Topic::NEWS
        .into_iter()
        .find(|known| known.as_str() == topic);
    Draft {
        subject: field("subject").trim().to_owned(),
        summary: field("summary").trim().to_owned(),
        slug: field("slug"),
        topic: topic.unwrap_or(Topic::Articles),
        audience: Audience::named(&field("audience")).unwrap_or_default(),
        markdown: field("markdown"),
    }
}

pub(super) fn form(draft: &Draft) -> IssueForm {
    IssueForm {
        subject: draft.subject.clone(),
        summary: draft.summary.clone(),
        slug: draft.slug.clone(),
        topic: draft.topic.as_str().to_owned(),
        audience: draft.audience.as_str().to_owned(),
        markdown: draft.markdown.clone(),
        problem: None,
    }
}
