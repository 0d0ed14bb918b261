//! A lesson.

use content::{Lesson, Library, Note, Reference, Topic};
use leptos::prelude::*;

use super::blocks::group;
use super::figures::Figures;
use super::{breadcrumbs, found, missing};
use crate::assets::Site;
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend, site: &Site, area: &str, slug: &str) -> Body {
    let library = backend.library();
    let Some(lesson) = library.lesson(area, slug) else {
        return missing("There is no lesson at this address.", slug);
    };
    let head = Head::lesson(lesson.title.clone(), lesson.promise.clone());
    let area_title = library
        .area(area)
        .map_or_else(String::new, |area| area.title.clone());
    let steps = vec![
        ("/course".to_owned(), "Course".to_owned()),
        (format!("/course/{area}"), area_title),
    ];
    let figures = Figures::new(site);
    let sections = lesson.sections.iter().map(|section| {
        let blocks = section.groups().map(|shown| group(shown, &figures));
        let blocks = blocks.collect_view();
        view! {
            <section class="lesson-section" aria-labelledby=section.part.id()>
                <h2 id=section.part.id()>
                    {section.title.clone()} " "
                    <a class="anchor" href=format!("#{}", section.part.id())
                        aria-label="Link to this part">"#"</a>
                </h2>
                {blocks}
            </section>
        }
    });
    found(
        head,
        view! {
            <div class="lesson" data-lesson=format!("{area}/{slug}")>
                {toc(lesson)}
                <article class="lesson-body">
                    {breadcrumbs(steps, lesson.title.clone())}
                    <h1>{lesson.title.clone()}</h1>
                    <p class="lead">{lesson.promise.clone()}</p>
                    <p class="note">
                        {lesson.minutes} " minutes · updated "
                        <time datetime=lesson.updated.clone()>{lesson.updated.clone()}</time>
                        <button class="bookmark quiet" type="button" data-bookmark
                            aria-pressed="false" disabled>"Bookmark"</button>
                    </p>
                    {before(&library, lesson)}
                    {sections.collect_view()}
                    {notes(&lesson.notes)}
                    {own_notes()}
                    {sources(&lesson.sources)}
                    {foot(site, lesson)}
                    {neighbours(&library, lesson)}
                </article>
            </div>
        },
    )
}

fn toc(lesson: &Lesson) -> impl IntoView + use<> {
    let items = lesson.sections.iter().map(|section| {
        view! { <li><a href=format!("#{}", section.part.id())>{section.title.clone()}</a></li> }
    });
    let items = items.collect_view();
    view! {
        <nav class="toc" aria-labelledby="toc-title">
            <details>
                <summary id="toc-title">"In this lesson"</summary>
                <ol>{items} <li><a href="#sources">"Sources"</a></li></ol>
            </details>
        </nav>
    }
}

fn before(library: &Library, lesson: &Lesson) -> impl IntoView + use<> {
    let outcomes = lesson
        .outcomes
        .iter()
        .map(|o| view! { <li>{o.clone()}</li> })
        .collect_view();
    let needs = library.prerequisites(&lesson.slug);
    let needs = (!needs.is_empty()).then(|| {
        let links = needs
            .iter()
            .map(|topic| view! { <li>{super::course::topic_link(topic)}</li> });
        let links = links.collect_view();
        view! { <h2 class="minor">"You may want these first"</h2><ul>{links}</ul> }
    });
    view! {
        <aside class="outcomes" aria-label="Outcomes">
            <h2 class="minor">"After this lesson you can"</h2>
            <ol>{outcomes}</ol>
            {needs}
        </aside>
    }
}

pub(super) fn notes(notes: &[Note]) -> Option<impl IntoView + use<>> {
    let notes: Vec<_> = notes
        .iter()
        .map(|note| {
            let back = format!("#noteref-{}", note.id);
            let label = format!("Back to reference {}", note.number);
            view! {
                <li id=format!("note-{}", note.id)>
                    <div class="prose" inner_html=String::from(note.html.clone())></div>
                    <a class="back" href=back aria-label=label>"↩"</a>
                </li>
            }
        })
        .collect();
    (!notes.is_empty()).then(|| {
        view! {
            <section class="notes" aria-labelledby="notes">
                <h2 id="notes">"Notes"</h2>
                <ol>{notes}</ol>
            </section>
        }
    })
}

/// For the reader's own notes; their script opens it where there are some.
fn own_notes() -> impl IntoView {
    view! {
        <details class="own-notes" id="own-notes" data-notes>
            <summary>"Your notes"</summary>
            <label class="note" for="own-notes-text">
                "Only you see them. Plain text, kept while you write."
            </label>
            <textarea id="own-notes-text" rows="8" maxlength="20000"></textarea>
            <p class="note" role="status" data-kept></p>
        </details>
    }
}

pub(super) fn sources(sources: &[Reference]) -> impl IntoView + use<> {
    let sources = sources.iter().map(|source| {
        let about = format!(
            "{}, {}; checked {}",
            source.kind, source.date, source.checked
        );
        view! {
            <li>
                <a href=source.url.clone() rel="external">{source.title.clone()}</a>
                <span class="note">" (" {about} ")"</span>
                <p>{source.why.clone()}</p>
            </li>
        }
    });
    let sources = sources.collect_view();
    view! {
        <section class="sources" aria-labelledby="sources">
            <h2 id="sources">"Sources, in reading order"</h2>
            <ol>{sources}</ol>
        </section>
    }
}

/// The lesson as it was written, and where it can be changed.
fn foot(site: &Site, lesson: &Lesson) -> impl IntoView + use<> {
    let (area, slug) = (&lesson.area, &lesson.slug);
    let edit = site.content_source.as_ref().map(|source| {
        let href = format!("{}/{area}/{slug}.md", source.trim_end_matches('/'));
        view! { <li><a href=href rel="external">"Edit this page"</a></li> }
    });
    view! {
        <ul class="inline lesson-foot">
            <li><a href=format!("/lessons/{area}/{slug}.md")>"This lesson as markdown"</a></li>
            {edit}
            <li><a href="/course/print">"The whole course on one page"</a></li>
        </ul>
    }
}

fn neighbours(library: &Library, lesson: &Lesson) -> impl IntoView + use<> {
    let (before, after) = library.neighbours(&lesson.slug);
    let link = |topic: Option<&Topic>, rel: &'static str, label: &'static str| {
        topic.map(|topic| {
            let (area, slug) = (&topic.area, &topic.slug);
            let href = if topic.written {
                format!("/lessons/{area}/{slug}")
            } else {
                format!("/course/{area}#{slug}")
            };
            let title = topic.title.clone();
            view! { <a class="neighbour" rel=rel href=href>
            <span class="note">{label}</span> {title}</a> }
        })
    };
    view! {
        <nav class="neighbours" aria-label="Neighbouring topics">
            {link(before, "prev", "Before")}
            {link(after, "next", "Next")}
        </nav>
    }
}
