//! `/newsletter/course`: the course by mail, and how it goes on.

use leptos::prelude::*;

use super::form_page;
use crate::account::{CourseByMail, Pace};
use crate::page::Body;

pub(super) fn page(
    key: &str,
    email: &str,
    course: Option<&CourseByMail>,
    done: Option<&'static str>,
) -> Body {
    let about = "A lesson a week, as long as you read.";
    let done = done.map(|done| view! { <p class="callout" role="status">{done}</p> });
    let preferences = format!("/newsletter/preferences?key={key}");
    let lead = match course {
        Some(_) => "Lessons go to ",
        None => "The course does not come to ",
    };
    let view = view! {
        {done}
        <p class="lead">{lead} <strong>{email.to_owned()}</strong> "."</p>
        {course.map(|course| section(key, "Where you are", course))}
        <p><a href=preferences>"Choose what comes to you, or end it"</a></p>
    };
    form_page("The course by mail", about, false, view)
}

/// Where somebody stands, and the button that changes it.
pub(super) fn section(
    key: &str,
    title: &'static str,
    course: &CourseByMail,
) -> impl IntoView + use<> {
    let says = |what: &'static str, label: &'static str, class: &'static str| {
        view! {
            <form method="post" action="/newsletter/course">
                <input type="hidden" name="key" value=key.to_owned()/>
                <input type="hidden" name="do" value=what/>
                <button class=class>{label}</button>
            </form>
        }
    };
    let next = || says("next", "Send me the next one", "button primary");
    let pause = || says("pause", "Pause the course", "button");
    let buttons = match course.pace {
        Pace::Weekly => view! { {next()} {pause()} }.into_any(),
        Pace::Paused | Pace::Silent => next().into_any(),
        Pace::Finished => ().into_any(),
    };
    view! {
        <section aria-labelledby="course">
            <h2 id="course">{title}</h2>
            <p>{place(course)}</p>
            <p class="note">{note(course.pace)}</p>
            <div class="course-by-mail">{buttons}</div>
        </section>
    }
}

fn place(course: &CourseByMail) -> AnyView {
    let Some(next) = &course.next else {
        return "You have had every lesson.".into_any();
    };
    let number = format!("Lesson {} of {}, ", next.number, course.lessons);
    let title = view! { <a href=next.path.clone()>{next.title.clone()}</a> };
    let when = match (course.pace, &next.day) {
        (Pace::Weekly, Some(day)) => format!(", comes on {day}."),
        (Pace::Weekly, None) => ", is on its way.".to_owned(),
        _ => ", is the next. The course is paused.".to_owned(),
    };
    view! { {number} {title} {when} }.into_any()
}

const fn note(pace: Pace) -> &'static str {
    match pace {
        Pace::Weekly => {
            "Press the first button after a lesson that you read: after three lessons without a \
             word the course pauses by itself."
        }
        Pace::Paused => "It goes on from here as soon as you say so.",
        Pace::Silent => {
            "It paused by itself, because three lessons came and we did not hear of you. It goes \
             on from here as soon as you say so."
        }
        Pace::Finished => "What is new in the course comes with the newsletter, if you like.",
    }
}
