//! `/newsletter/course`: where every lesson that is mailed leads to. Looking changes nothing; the
//! buttons say to go on, or to pause.

use app::{CourseByMail, Newsletter, NextLesson, Pace};
use axum::Extension;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::account::{field, hushed};
use super::newsletter::{Managing, by_key, managed, shown};
use crate::edge::ClientAddress;
use crate::error::Error;
use crate::newsletter::{calendar, course};
use crate::state::AppState;
use crate::store::course_readers::{self, State as Reading};
use crate::store::subscribers::Subscriber;

/// `GET /newsletter/course`
pub async fn page(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    Query(Managing { key, done }): Query<Managing>,
) -> Result<Response, Error> {
    state.account_limits.try_client(client.0).await?;
    let page = match by_key(&state, &key).await? {
        Some(subscriber) => Newsletter::Course {
            course: view(&state, &subscriber).await?,
            key: subscriber.key,
            email: subscriber.email,
            done: said(&done),
        },
        None => Newsletter::Dead,
    };
    shown(&state, page).await
}

/// `POST /newsletter/course`: pressed twice, it is the same as pressed once.
pub async fn act(
    State(state): State<AppState>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Result<Response, Error> {
    let Some((subscriber, pairs)) = managed(&state, client, request).await? else {
        return shown(&state, Newsletter::Dead).await;
    };
    let mut tx = state.db.write().await?;
    let gets_it = course_readers::by_subscriber(&mut tx, subscriber.id).await?;
    let done = match field(&pairs, "do") {
        _ if gets_it.is_none() => "",
        "next" => {
            course_readers::update_answered(&mut tx, subscriber.id).await?;
            "next"
        }
        "pause" => {
            course_readers::update_paused(&mut tx, subscriber.id).await?;
            "paused"
        }
        _ => "",
    };
    tx.commit().await?;
    let to = format!("/newsletter/course?key={}&done={done}", subscriber.key);
    Ok(hushed(Redirect::to(&to).into_response()))
}

/// Where a subscriber stands, as pages say it; nothing where they do not get the course.
pub(super) async fn view(
    state: &AppState,
    subscriber: &Subscriber,
) -> Result<Option<CourseByMail>, Error> {
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.read().await?;
    let lessons = state.parts.site.lessons();
    let standing = course::standing(&mut tx, &lessons, subscriber.id).await?;
    Ok(standing.map(|standing| CourseByMail {
        pace: match standing.state {
            Reading::Reading => Pace::Weekly,
            Reading::Paused => Pace::Paused,
            Reading::Silent => Pace::Silent,
            Reading::Finished => Pace::Finished,
        },
        lessons: standing.lessons,
        next: standing.next.map(|(number, lesson, due_at)| NextLesson {
            number,
            title: lesson.title,
            path: lesson.path,
            day: (due_at > now_ms).then(|| calendar::weekday(due_at)),
        }),
    }))
}

fn said(done: &str) -> Option<&'static str> {
    match done {
        "next" => Some("Good to hear from you: lessons go on coming."),
        "paused" => Some("Paused. What is on its way already still arrives; then nothing comes."),
        _ => None,
    }
}
