//! The course map.

use content::{LabRef, Library, Question, Topic};
use leptos::prelude::*;

use super::found;
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend) -> Body {
    let library = backend.library();
    let course = library.course();
    let head = Head::new("Course map", course.promise.clone());
    let areas = course.areas.iter().enumerate().map(|(i, area)| {
        let topics = area
            .topics
            .iter()
            .map(|t| topic_card(t, &library))
            .collect_view();
        view! {
            <section class="area" aria-labelledby=format!("area-{}", area.slug)>
                <p class="eyebrow">"Area " {i + 1}</p>
                <h2 id=format!("area-{}", area.slug)>
                    <a href=format!("/course/{}", area.slug)>{area.title.clone()}</a>
                </h2>
                <p>{area.tagline.clone()}</p>
                <ul class="cards topics">{topics}</ul>
            </section>
        }
    });
    found(
        head,
        view! {
            <div class="page">
                <h1>{course.title.clone()}</h1>
                <p class="lead">{course.promise.clone()}</p>
                <p class="resume" data-resume hidden></p>
                <p class="note">
                    "Topics with a link have a lesson. The others show what the topic covers, what
                    you can do afterwards, and what to read."
                </p>
                {tracks(&library)}
                {areas.collect_view()}
                {tradeoffs(&library)}
                {scenarios(&library)}
                {tools(&library)}
                {offline()}
            </div>
        },
    )
}

/// Shown where the browser can keep pages.
fn offline() -> impl IntoView {
    view! {
        <section aria-labelledby="offline" data-offline="save" hidden>
            <h2 id="offline">"Without a network"</h2>
            <p>
                "Pages that you visit are kept on this device. You can also keep all of them: every
                lesson, every lab with its simulator, and the compilers that run in the browser."
            </p>
            <p class="actions">
                <button class="button" type="button">"Save the course for offline"</button>
                <button class="button quiet" type="button" hidden>"Remove it"</button>
            </p>
            <progress value="0" max="1" hidden aria-label="Saving"></progress>
            <p class="note" role="status"></p>
        </section>
    }
}

/// A topic: a link if its lesson is written, a line of the syllabus otherwise.
pub(crate) fn topic_card(topic: &Topic, library: &Library) -> impl IntoView + use<> {
    let needs: Vec<&Topic> = library.prerequisites(&topic.slug);
    let needs = (!needs.is_empty()).then(|| {
        view! { <p class="note">"First: " {topic_links(&needs)}</p> }
    });
    let outcomes = topic
        .outcomes
        .iter()
        .map(|o| view! { <li>{o.clone()}</li> })
        .collect_view();
    let labs = (!topic.labs.is_empty())
        .then(|| view! { <p class="note">"Labs: " {lab_links(&topic.labs)}</p> });
    view! {
        <li
            class="topic-card" id=topic.slug.clone() data-written=topic.written.to_string()
            data-topic=topic.written.then(|| format!("{}/{}", topic.area, topic.slug))
        >
            <h3>{topic_link(topic)}</h3>
            <p>{topic.promise.clone()}</p>
            <details>
                <summary>"What you will be able to do"</summary>
                <ul>{outcomes}</ul>
            </details>
            {needs}
            {labs}
        </li>
    }
}

/// The topic's name, linked to its lesson or to its place in the area's syllabus.
pub(crate) fn topic_link(topic: &Topic) -> AnyView {
    let title = topic.title.clone();
    if topic.written {
        let href = format!("/lessons/{}/{}", topic.area, topic.slug);
        view! { <a href=href>{title}</a> }.into_any()
    } else {
        title.into_any()
    }
}

pub(crate) fn topic_links(topics: &[&Topic]) -> Vec<AnyView> {
    let link = |(i, topic): (usize, &&Topic)| {
        let (area, slug) = (&topic.area, &topic.slug);
        let href = if topic.written {
            format!("/lessons/{area}/{slug}")
        } else {
            format!("/course/{area}#{slug}")
        };
        let comma = if i == 0 { "" } else { ", " };
        view! { {comma}<a href=href>{topic.title.clone()}</a> }.into_any()
    };
    topics.iter().enumerate().map(link).collect()
}

pub(crate) fn lab_links(labs: &[LabRef]) -> Vec<AnyView> {
    let link = |(i, lab): (usize, &LabRef)| {
        let comma = if i == 0 { "" } else { ", " };
        let title = lab.title.clone();
        if lab.open {
            view! { {comma}<a href=format!("/labs/{}", lab.id)>{title}</a> }.into_any()
        } else {
            view! { {comma}{title} }.into_any()
        }
    };
    labs.iter().enumerate().map(link).collect()
}

fn tracks(library: &Library) -> impl IntoView + use<> {
    let tracks = library.course().tracks.iter().map(|track| {
        let topics: Vec<&Topic> = track
            .topics
            .iter()
            .filter_map(|slug| library.topic(slug))
            .collect();
        view! {
            <li class="track">
                <h3>{track.title.clone()}</h3>
                <p>{track.about.clone()}</p>
                <p class="note">{topic_links(&topics)}</p>
            </li>
        }
    });
    let tracks = tracks.collect_view();
    view! {
        <section aria-labelledby="tracks">
            <h2 id="tracks">"Ways through"</h2>
            <ul class="cards">{tracks}</ul>
        </section>
    }
}

fn questions(questions: &[Question], library: &Library) -> impl IntoView + use<> {
    let items = questions.iter().map(|question| {
        let topics: Vec<&Topic> = question
            .topics
            .iter()
            .filter_map(|slug| library.topic(slug))
            .collect();
        let labs = (!question.labs.is_empty())
            .then(|| view! { <span>" · labs: " {lab_links(&question.labs)}</span> });
        let about = String::from(question.about.clone());
        view! {
            <li>
                <h4>{question.title.clone()}</h4>
                <div class="prose" inner_html=about></div>
                <p class="note">"Prepared by: " {topic_links(&topics)} {labs}</p>
            </li>
        }
    });
    view! { <ul class="questions">{items.collect_view()}</ul> }
}

fn tradeoffs(library: &Library) -> impl IntoView + use<> {
    let groups = library.course().tradeoffs.iter().map(|group| {
        let about = String::from(group.about.clone());
        view! {
            <section class="group" id=format!("tradeoff-{}", group.slug)>
                <h3>{group.title.clone()}</h3>
                <div class="prose" inner_html=about></div>
                {questions(&group.questions, library)}
            </section>
        }
    });
    let groups = groups.collect_view();
    view! { <section aria-labelledby="tradeoffs"><h2 id="tradeoffs">"Trade-offs"</h2>
    {groups}</section> }
}

fn scenarios(library: &Library) -> impl IntoView + use<> {
    let groups = library.course().scenarios.iter().map(|scenario| {
        let about = String::from(scenario.about.clone());
        view! {
            <section class="group" id=format!("scenario-{}", scenario.slug)>
                <h3>{scenario.title.clone()} " "
                    <span class="note">{scenario.users.clone()}</span></h3>
                <div class="prose" inner_html=about></div>
                {questions(&scenario.decisions, library)}
            </section>
        }
    });
    let groups = groups.collect_view();
    view! {
        <section aria-labelledby="scenarios">
            <h2 id="scenarios">"Scaling scenarios"</h2>{groups}
        </section>
    }
}

fn tools(library: &Library) -> impl IntoView + use<> {
    let groups = library.course().tools.iter().map(|group| {
        let tools = group.tools.iter().map(|tool| {
            view! {
                <li class="tool" id=tool.slug.clone()>
                    <h4>{tool.title.clone()}</h4>
                    <p>{tool.summary.clone()}</p>
                    <p>{tool.hands_on.clone()}</p>
                    <p class="note">{tool.caution.clone()}</p>
                </li>
            }
        });
        view! {
            <section class="group">
                <h3>{group.title.clone()}</h3>
                <ul class="cards">{tools.collect_view()}</ul>
            </section>
        }
    });
    let groups = groups.collect_view();
    view! { <section aria-labelledby="tools"><h2 id="tools">"Tools"</h2>{groups}</section> }
}
