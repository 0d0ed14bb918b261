//! Search: a form that works by itself, and what it found.

use content::search::{Hit, SnippetPart};
use leptos::prelude::*;

use super::found;
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

/// Sections shown for a query.
const HITS: usize = 30;
/// Letters that a query may have.
pub(crate) const QUERY_LENGTH: usize = 200;

pub(crate) fn body(backend: &dyn Backend, query: &str) -> Body {
    let query: String = query.trim().chars().take(QUERY_LENGTH).collect();
    let title = if query.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search for “{query}”")
    };
    let head = Head::new(title, "Search in the lessons, topics and labs.");
    // What a search finds is nothing that another search should find.
    let head = if query.is_empty() {
        head
    } else {
        head.unlisted()
    };
    let results = (!query.is_empty()).then(|| results(&backend.search(&query, HITS), &query));
    found(
        head,
        view! {
            <div class="page narrow search">
                <h1>"Search"</h1>
                {form(&query)}
                {results}
            </div>
        },
    )
}

/// The form with a button, filled in.
pub(crate) fn form(query: &str) -> impl IntoView + use<> {
    view! {
        <form class="search-form" role="search" action="/search">
            <label for="q">"Words to look for"</label>
            <div class="search-row">
                <input id="q" type="search" name="q" value=query.to_owned()
                    maxlength=QUERY_LENGTH.to_string() autocomplete="off"/>
                <button class="button primary">"Search"</button>
            </div>
        </form>
    }
}

fn results(hits: &[Hit], query: &str) -> AnyView {
    if hits.is_empty() {
        return view! {
            <p role="status">"Nothing was found for “" {query.to_owned()} "”."</p>
            <p>
                "Try fewer or other words, or look at "
                <a href="/course">"the course map"</a> ", which names every topic."
            </p>
        }
        .into_any();
    }
    let count = match hits.len() {
        1 => "One section".to_owned(),
        HITS => format!("The best {HITS} sections"),
        many => format!("{many} sections"),
    };
    view! {
        <p role="status">{count} " for “" {query.to_owned()} "”:"</p>
        <ol class="hits">{hits.iter().map(hit).collect_view()}</ol>
    }
    .into_any()
}

fn hit(hit: &Hit) -> impl IntoView + use<> {
    let name = if hit.heading.is_empty() {
        hit.title.clone()
    } else {
        hit.heading.clone()
    };
    let lesson = (!hit.heading.is_empty()).then(|| {
        view! { <p class="note">{hit.title.clone()}</p> }
    });
    view! {
        <li>
            <a class="hit-title" href=hit.url.clone()>{name}</a>
            {lesson}
            <p class="hit-snippet">{hit.snippet.iter().map(part).collect_view()}</p>
        </li>
    }
}

fn part(part: &SnippetPart) -> AnyView {
    let text = part.text.clone();
    if part.marked {
        view! { <mark>{text}</mark> }.into_any()
    } else {
        text.into_any()
    }
}
