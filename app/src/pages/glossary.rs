//! The terms of the course, by letter, each with an anchor of its own. The box that filters them
//! appears where scripts run.

use content::{Library, Term};
use leptos::prelude::*;

use super::found;
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend) -> Body {
    let library = backend.library();
    let terms = library.glossary();
    let letters: Vec<&[Term]> = terms.chunk_by(|a, b| initial(a) == initial(b)).collect();
    let links = letters.iter().map(|terms| {
        let initial = initial(&terms[0]);
        view! { <li><a href=format!("#{}", anchor(initial))>{initial.to_string()}</a></li> }
    });
    let about = "What the words of system design and scaling mean in this course.";
    let count = terms.len();
    found(
        Head::new("Glossary", about),
        view! {
            <div class="page narrow glossary" data-glossary>
                <h1>"Glossary"</h1>
                <p class="lead">
                    {count} " terms as this course uses them, with the lessons that work with them."
                </p>
                <form class="glossary-filter" hidden>
                    <label for="filter">"Show terms that mention"</label>
                    <input id="filter" type="search" autocomplete="off"/>
                    <span class="note" role="status"></span>
                </form>
                <nav aria-label="Letters">
                    <ul class="letters">{links.collect_view()}</ul>
                </nav>
                {letters.iter().map(|terms| letter(terms, &library)).collect_view()}
            </div>
        },
    )
}

fn letter(terms: &[Term], library: &Library) -> impl IntoView + use<> {
    let initial = initial(&terms[0]);
    let id = anchor(initial);
    let terms = terms.iter().map(|shown| term(shown, library));
    view! {
        <section class="letter" aria-labelledby=id.clone()>
            <h2 id=id.clone()>{initial.to_string()}</h2>
            <dl>{terms.collect_view()}</dl>
        </section>
    }
}

fn term(term: &Term, library: &Library) -> impl IntoView + use<> {
    let here = format!("#{}", term.slug);
    let label = format!("Link to “{}”", term.name);
    let also = (!term.synonyms.is_empty())
        .then(|| view! { <span class="note">" also " {term.synonyms.join(", ")}</span> });
    view! {
        <div class="term-entry" id=term.slug.clone()>
            <dt>
                <dfn>{term.name.clone()}</dfn> {also}
                " " <a class="anchor" href=here aria-label=label>"#"</a>
            </dt>
            <dd>
                <p inner_html=String::from(term.definition.clone())></p>
                <ul class="term-links">
                    {taught(term, library)} {used(term, library)}
                    {see(term, library)} {source(term)}
                </ul>
            </dd>
        </div>
    }
}

/// The lesson that teaches a term, or the place on the map where it will be taught.
fn taught(term: &Term, library: &Library) -> Option<AnyView> {
    let topic = library.topic(term.topic.as_deref()?)?;
    let link = super::course::topic_links(&[topic]);
    Some(view! { <li>"Taught in " {link}</li> }.into_any())
}

fn used(term: &Term, library: &Library) -> Option<AnyView> {
    let teaches = |slug: &str| term.topic.as_deref() == Some(slug);
    let lessons = library.lessons_with(&term.slug).into_iter();
    let links = lessons
        .filter(|lesson| !teaches(&lesson.slug))
        .map(|lesson| {
            let href = format!("/lessons/{}/{}", lesson.area, lesson.slug);
            (href, lesson.title.clone())
        });
    list("Used in ", links.collect())
}

fn see(term: &Term, library: &Library) -> Option<AnyView> {
    let terms = term.see.iter().filter_map(|slug| library.term(slug));
    let links = terms.map(|term| (format!("#{}", term.slug), term.name.clone()));
    list("See also ", links.collect())
}

fn list(label: &'static str, links: Vec<(String, String)>) -> Option<AnyView> {
    let several = links.into_iter().enumerate().map(|(at, (href, words))| {
        let comma = if at == 0 { "" } else { ", " };
        view! { {comma}<a href=href>{words}</a> }
    });
    let several = several.collect::<Vec<_>>();
    (!several.is_empty()).then(|| view! { <li>{label} {several}</li> }.into_any())
}

fn source(term: &Term) -> Option<AnyView> {
    let source = term.source.as_ref()?;
    let date = format!(" ({})", source.date);
    Some(
        view! {
            <li>"Source: "
                <a href=source.url.clone() rel="external">{source.title.clone()}</a> {date}</li>
        }
        .into_any(),
    )
}

fn initial(term: &Term) -> char {
    let first = term.name.chars().next().unwrap_or('#');
    first.to_ascii_uppercase()
}

fn anchor(initial: char) -> String {
    format!("letter-{}", initial.to_ascii_lowercase())
}
