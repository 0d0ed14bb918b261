//! `/newsletter/issues`: past issues, for everybody, and their feed.

use app::{AccountPage, ArchiveRow, Newsletter};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};

use super::account::show;
use crate::error::Error;
use crate::escape::escaped;
use crate::newsletter::calendar;
use crate::newsletter::compose::Draft;
use crate::newsletter::edition::page_html;
use crate::state::AppState;
use crate::store::issues::{self, Issue};

const PATH: &str = "/newsletter/issues";
/// Issues that the archive lists.
const LISTED: i64 = 1_000;
/// Issues in the feed.
const IN_FEED: i64 = 20;
/// How long caches may keep an issue, or the list: it changes when the next one leaves.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// `GET /newsletter/issues`
pub async fn list(State(state): State<AppState>) -> Result<Response, Error> {
    let issues = issues::list_published(&mut state.db.read().await?, LISTED).await?;
    let rows = issues.iter().map(row).collect();
    kept(&state, PATH, Newsletter::Archive(rows)).await
}

/// `GET /newsletter/issues/{slug}`
pub async fn issue(
    State(state): State<AppState>,
    Path(slug): Path<String>,
) -> Result<Response, Error> {
    if slug.contains('\0') {
        return Err(Error::NotFound);
    }
    let issue = issues::by_slug(&mut state.db.read().await?, &slug).await?;
    let issue = issue.ok_or(Error::NotFound)?;
    let html = html(&issue)?;
    let row = row(&issue);
    kept(&state, PATH, Newsletter::Issue { row, html }).await
}

/// `GET /newsletter/feed.xml` (Atom, RFC 4287)
pub async fn feed(State(state): State<AppState>) -> Result<Response, Error> {
    let issues = issues::list_published(&mut state.db.read().await?, IN_FEED).await?;
    let site = state.config.site(state.config.server.listen);
    let updated = issues
        .first()
        .map_or_else(|| "2026-01-01T00:00:00Z".into(), moment);
    let mut entries = String::new();
    for issue in &issues {
        let url = format!("{site}{PATH}/{}", issue.slug);
        let (title, summary) = (escaped(&issue.subject), escaped(&issue.summary));
        let html = escaped(&html(issue)?);
        let at = moment(issue);
        entries.push_str(&format!(
            "<entry>\n<id>{url}</id>\n<title>{title}</title>\n<updated>{at}</updated>\n\
             <link href=\"{url}\"/>\n<summary>{summary}</summary>\n\
             <content type=\"html\">{html}</content>\n</entry>\n"
        ));
    }
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>{site}/newsletter/feed.xml</id>\n<title>Headroom's newsletter</title>\n\
         <updated>{updated}</updated>\n<author><name>Headroom</name></author>\n\
         <link rel=\"self\" href=\"{site}/newsletter/feed.xml\"/>\n<link href=\"{site}{PATH}\"/>\n\
         {entries}</feed>\n"
    );
    let kind = HeaderValue::from_static("application/atom+xml; charset=utf-8");
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEEP)],
        feed,
    )
        .into_response())
}

fn row(issue: &Issue) -> ArchiveRow {
    ArchiveRow {
        slug: issue.slug.clone(),
        subject: issue.subject.clone(),
        summary: issue.summary.clone(),
        day: calendar::day(issue.started_at.unwrap_or(issue.created_at)),
    }
}

fn moment(issue: &Issue) -> String {
    calendar::moment(issue.started_at.unwrap_or(issue.created_at))
}

fn html(issue: &Issue) -> Result<String, Error> {
    let draft = Draft::of(issue).map_err(|error| Error::Internal(error.into()))?;
    Ok(page_html(&draft.markdown))
}

async fn kept(state: &AppState, path: &'static str, page: Newsletter) -> Result<Response, Error> {
    let mut response = show(state, path, AccountPage::Newsletter(page)).await?;
    response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
    Ok(response)
}
