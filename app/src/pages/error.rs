//! Pages for errors.

use leptos::prelude::*;

use super::search;
use crate::page::Body;
use crate::shell::Head;

/// The page for an HTTP status. Where nothing is at `path`, its words may be searched for.
pub(crate) fn body(status: u16, detail: &str, request_id: Option<&str>, path: &str) -> Body {
    let (title, usual) = words(status);
    let detail = if detail.is_empty() {
        usual.to_owned()
    } else {
        detail.to_owned()
    };
    let id = request_id.map(|id| {
        let id = id.to_owned();
        view! { <p class="note">"Request id: " <code>{id}</code></p> }
    });
    let view = view! {
        <div class="page narrow">
            <p class="eyebrow">{status.to_string()}</p>
            <h1>{title}</h1>
            <p class="lead">{detail}</p>
            {id}
            {(status == 404).then(|| search::form(&wanted(path)))}
            <p>"From here you can go on to:"</p>
            <ul>
                <li><a href="/course">"the course map"</a>", which links every lesson"</li>
                <li><a href="/labs">"the labs"</a></li>
                <li><a href="/">"the first page"</a></li>
            </ul>
        </div>
    };
    let head = Head::new(title, usual).unlisted();
    Body {
        status,
        head,
        view: view.into_any(),
    }
}

/// The words of an address, without those that only say what kind of page it is.
fn wanted(path: &str) -> String {
    let kinds = ["course", "lessons", "labs", "problems", "html", "md"];
    let words = path.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && !kinds.contains(word));
    let words = words.collect::<Vec<_>>().join(" ");
    words.chars().take(search::QUERY_LENGTH).collect()
}

const fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => (
            "The request cannot be read",
            "The address or the form is not one this site knows.",
        ),
        401 => (
            "Sign in first",
            "This is for people with an account. Sign in and try again.",
        ),
        403 => (
            "Not allowed",
            "The request came from another site or without the right to do this.",
        ),
        404 => (
            "Nothing here",
            "The address is misspelt, or what it named is gone.",
        ),
        405 => (
            "Not that way",
            "This address does not take that kind of request.",
        ),
        413 => (
            "Too large",
            "The request was larger than this address accepts.",
        ),
        429 => ("Too many requests", "Wait a moment before the next one."),
        503 => (
            "Busy",
            "The server cannot take this now. Try again in a moment.",
        ),
        _ => (
            "Something failed",
            "The fault is on the server's side and has been logged.",
        ),
    }
}
