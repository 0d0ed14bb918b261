//! `/api/v1/lessons`: the curriculum for programs. The documents are the site's own, so that a
//! lesson that changes shows at once.

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use content::{Lesson, Library};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pages;
use crate::error::Error;
use crate::state::AppState;

/// A topic of the course.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TopicEntry {
    area: String,
    slug: String,
    title: String,
    /// What the learner gains.
    promise: String,
    /// What the learner can do afterwards.
    outcomes: Vec<String>,
    /// Slugs of topics that help to have read first.
    needs: Vec<String>,
    /// Ids of the labs that exercise it.
    labs: Vec<String>,
    /// The address of its lesson; none where that is not written yet.
    lesson: Option<String>,
}

/// A lesson.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LessonDocument {
    area: String,
    slug: String,
    title: String,
    /// What the learner gains.
    promise: String,
    /// What the learner can do afterwards.
    outcomes: Vec<String>,
    /// Time to read it and answer its questions.
    minutes: u32,
    /// Day of the last change, `YYYY-MM-DD`.
    updated: String,
    /// The address of its page.
    url: String,
    /// The text. Numbers that the simulator gave are in it as readers see them.
    markdown: String,
}

/// The topics of the course
#[utoipa::path(
    get, path = "/api/v1/lessons", tag = "content",
    responses((status = 200, description = "In the order of the course", body = Vec<TopicEntry>)),
)]
pub async fn list(state: State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    pages::show(state, uri, headers).await
}

/// One lesson
#[utoipa::path(
    get, path = "/api/v1/lessons/{area}/{slug}", tag = "content",
    params(("area" = String, Path, description = "Its area", example = "reliability"),
           ("slug" = String, Path, description = "Its topic", example = "retries")),
    responses((status = 200, description = "The lesson", body = LessonDocument)),
)]
pub async fn show(state: State<AppState>, uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    pages::show(state, uri, headers).await
}

/// The document at this path, if there is one.
#[must_use]
pub fn document(library: &Library, path: &str) -> Option<String> {
    let rest = path.strip_prefix("/api/v1/lessons")?;
    if rest.is_empty() {
        return serde_json::to_string(&topics(library)).ok();
    }
    let (area, slug) = rest.strip_prefix('/')?.split_once('/')?;
    serde_json::to_string(&lesson(library.lesson(area, slug)?)).ok()
}

fn topics(library: &Library) -> Vec<TopicEntry> {
    let topics = library.topics().map(|topic| TopicEntry {
        area: topic.area.clone(),
        slug: topic.slug.clone(),
        title: topic.title.clone(),
        promise: topic.promise.clone(),
        outcomes: topic.outcomes.clone(),
        needs: topic.needs.clone(),
        labs: topic.labs.iter().map(|lab| lab.id.clone()).collect(),
        lesson: topic
            .written
            .then(|| format!("/api/v1/lessons/{}/{}", topic.area, topic.slug)),
    });
    topics.collect()
}

fn lesson(lesson: &Lesson) -> LessonDocument {
    LessonDocument {
        area: lesson.area.clone(),
        slug: lesson.slug.clone(),
        title: lesson.title.clone(),
        promise: lesson.promise.clone(),
        outcomes: lesson.outcomes.clone(),
        minutes: lesson.minutes,
        updated: lesson.updated.clone(),
        url: format!("/lessons/{}/{}", lesson.area, lesson.slug),
        markdown: lesson.markdown.clone(),
    }
}
