//! One file per page.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod api;
pub(crate) mod area;
pub(crate) mod articles;
pub(crate) mod blocks;
pub(crate) mod course;
pub(crate) mod error;
mod figures;
pub(crate) mod glossary;
pub(crate) mod home;
pub(crate) mod lab;
pub(crate) mod labs;
pub(crate) mod lesson;
pub(crate) mod me;
pub(crate) mod offline;
pub(crate) mod print;
pub(crate) mod problem;
pub(crate) mod quiz;
pub(crate) mod search;
mod status;

use leptos::prelude::*;

use crate::page::Body;
use crate::shell::Head;

/// The page for a name that nothing has.
pub(crate) fn missing(what: &str, name: &str) -> Body {
    error::body(404, what, None, name)
}

pub(crate) fn found(head: Head, view: impl IntoView) -> Body {
    Body {
        status: 200,
        head,
        view: view.into_any(),
    }
}

/// The way from the course to here.
pub(crate) fn breadcrumbs(steps: Vec<(String, String)>, here: String) -> impl IntoView {
    let links = steps.into_iter().map(|(href, label)| {
        view! { <li><a href=href>{label}</a></li> }
    });
    view! {
        <nav class="breadcrumbs" aria-label="Breadcrumb">
            <ol>
                {links.collect_view()}
                <li><span aria-current="page">{here}</span></li>
            </ol>
        </nav>
    }
}
