//! One area of the course.

use content::Topic;
use leptos::prelude::*;

use super::course::{lab_links, topic_link};
use super::{breadcrumbs, found, missing};
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend, slug: &str) -> Body {
    let library = backend.library();
    let Some(area) = library.area(slug) else {
        return missing("The course has no area of this name.", slug);
    };
    let head = Head::new(area.title.clone(), area.tagline.clone());
    let about = String::from(area.about.clone());
    let steps = vec![("/course".into(), "Course".into())];
    found(
        head,
        view! {
            <div class="page narrow">
                {breadcrumbs(steps, area.title.clone())}
                <h1>{area.title.clone()}</h1>
                <p class="lead">{area.tagline.clone()}</p>
                <div class="prose" inner_html=about></div>
                {area.topics.iter().map(topic).collect_view()}
            </div>
        },
    )
}

fn topic(topic: &Topic) -> impl IntoView + use<> {
    let outcomes = topic
        .outcomes
        .iter()
        .map(|o| view! { <li>{o.clone()}</li> })
        .collect_view();
    let reading = topic
        .reading
        .iter()
        .map(|r| view! { <li>{r.clone()}</li> })
        .collect_view();
    let labs = (!topic.labs.is_empty()).then(|| view! { <p>"Labs: " {lab_links(&topic.labs)}</p> });
    let read = topic.written.then(|| {
        let href = format!("/lessons/{}/{}", topic.area, topic.slug);
        view! { <p><a class="button primary" href=href>"Read the lesson"</a></p> }
    });
    view! {
        <section class="syllabus" aria-labelledby=topic.slug.clone()>
            <h2 id=topic.slug.clone()>{topic_link(topic)}</h2>
            <p>{topic.promise.clone()}</p>
            {read}
            <h3>"Afterwards you can"</h3>
            <ul>{outcomes}</ul>
            <h3>"The number to carry away"</h3>
            <div class="prose" inner_html=String::from(topic.quantity.clone())></div>
            {labs}
            <h3>"Reading"</h3>
            <ul>{reading}</ul>
        </section>
    }
}
