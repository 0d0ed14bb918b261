//! The whole course on one page, for paper and for reading without a network.

use content::{Lesson, Library};
use leptos::prelude::*;

use super::blocks::group;
use super::figures::Figures;
use super::found;
use crate::assets::Site;
use crate::backend::Backend;
use crate::page::Body;
use crate::scoped::scoped;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend, site: &Site) -> Body {
    let library = backend.library();
    let course = library.course();
    let lessons: Vec<&Lesson> = in_order(&library);
    let contents = lessons.iter().map(|lesson| {
        view! { <li><a href=format!("#{}", lesson.slug)>{lesson.title.clone()}</a></li> }
    });
    let contents = contents.collect_view();
    let bodies = lessons.iter().map(|shown| lesson(shown, site));
    let about = "Every lesson of the course, in order, for printing.";
    found(
        Head::new("The course on one page", about).unlisted(),
        view! {
            <div class="page narrow whole">
                <h1>{course.title.clone()}</h1>
                <p class="lead">{course.promise.clone()}</p>
                <p class="note">
                    "Every lesson that is written, in the order of the course. "
                    <label class="with-answers">
                        <input type="checkbox" checked/> " Show the answers to questions"
                    </label>
                </p>
                <nav aria-labelledby="contents">
                    <h2 id="contents">"Contents"</h2>
                    <ol>{contents}</ol>
                </nav>
                {bodies.collect_view()}
            </div>
        },
    )
}

fn in_order(library: &Library) -> Vec<&Lesson> {
    let areas = library.course().areas.iter();
    let topics = areas.flat_map(|area| &area.topics);
    let lessons = topics.filter_map(|topic| library.lesson(&topic.area, &topic.slug));
    lessons.collect()
}

/// Lessons use the same anchors; here each has a name of its own before them.
fn lesson(lesson: &Lesson, site: &Site) -> impl IntoView + use<> {
    let figures = Figures::new(site);
    let sections = lesson.sections.iter().map(|section| {
        let blocks = section.groups().map(|shown| group(shown, &figures));
        view! {
            <section class="lesson-section">
                <h3 id=section.part.id()>{section.title.clone()}</h3>
                {blocks.collect_view()}
            </section>
        }
    });
    let sources = lesson.sources.iter().map(|source| {
        view! {
            <li><cite>{source.title.clone()}</cite> " (" {source.date.clone()} "). "
                {source.url.clone()}</li>
        }
    });
    let inside = view! {
        <p class="lead">{lesson.promise.clone()}</p>
        {sections.collect_view()}
        {super::lesson::notes(&lesson.notes)}
        <section class="sources"><h3>"Sources"</h3><ol>{sources.collect_view()}</ol></section>
    };
    let slug = lesson.slug.clone();
    let html = scoped(&inside.to_html(), &slug);
    // Paper does not open anything.
    let html = html.replace("<details", "<details open");
    view! {
        <article class="whole-lesson lesson-body" aria-labelledby=slug.clone()>
            <h2 id=slug.clone()>{lesson.title.clone()}</h2>
            <div inner_html=html></div>
        </article>
    }
}
