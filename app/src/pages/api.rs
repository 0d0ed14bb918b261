//! `/docs/api`: the guide to the API and all there is in it.

use leptos::prelude::*;

use super::found;
use crate::backend::Backend;
use crate::page::Body;
use crate::reference::{Document, Field, Group, Operation};
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend) -> Body {
    let reference = backend.reference();
    let about = "Hand in, wait, read the grade, check the receipt: the API in five minutes, and \
                 everything that is in it.";
    let links = reference.groups.iter().map(|group| {
        view! { <li><a href=format!("#{}", group.name)>{group.name.clone()}</a></li> }
    });
    found(
        Head::new("API", about),
        view! {
            <div class="page narrow api">
                <h1>"API"</h1>
                <p class="lead">{about}</p>
                <p>
                    "The description for programs is "
                    <a href="/api/v1/openapi.json">"openapi.json"</a>
                    " (OpenAPI 3.1). Every refusal has "
                    <a href="/problems">"a page that explains it"</a> "."
                </p>
                <div class="prose" inner_html=reference.guide.clone()></div>
                <h2 id="reference">"Reference"</h2>
                <nav aria-label="Parts of the API">
                    <ul class="tags">{links.collect_view()}
                        <li><a href="#documents">"documents"</a></li></ul>
                </nav>
                {reference.groups.iter().map(group).collect_view()}
                <section aria-labelledby="documents">
                    <h3 id="documents">"Documents"</h3>
                    {reference.documents.iter().map(document).collect_view()}
                </section>
            </div>
        },
    )
}

fn group(group: &Group) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby=group.name.clone()>
            <h3 id=group.name.clone()>{group.name.clone()}</h3>
            <p>{group.about.clone()}</p>
            {group.operations.iter().map(operation).collect_view()}
        </section>
    }
}

fn operation(operation: &Operation) -> impl IntoView + use<> {
    let Operation {
        method,
        path,
        summary,
        about,
        who,
        fields,
        sends,
        answers,
    } = operation.clone();
    let sends = (!sends.is_empty()).then(|| {
        let kinds = sends
            .into_iter()
            .map(|kind| view! { <li>{named(&kind)}</li> });
        view! { <h5>"Sends"</h5><ul>{kinds.collect_view()}</ul> }
    });
    let answers = answers.into_iter().map(|(status, meaning, document)| {
        let document = document.map(|name| view! { " " {named(&name)} });
        view! { <li><code>{status}</code> " " {meaning} {document}</li> }
    });
    let about = (!about.is_empty()).then(|| view! { <p>{about}</p> });
    view! {
        <details class="operation">
            <summary>
                <h4><code class="method">{method}</code> " " <code>{path}</code></h4>
                <span>{summary}</span>
            </summary>
            {about}
            <p class="note">{who}</p>
            {list("Parameters", &fields)}
            {sends}
            <h5>"Answers"</h5>
            <ul>{answers.collect_view()}</ul>
        </details>
    }
}

fn document(document: &Document) -> impl IntoView + use<> {
    let id = document.name.clone();
    view! {
        <section class="document" aria-labelledby=id.clone()>
            <h4 id=id.clone()>{document.name.clone()}</h4>
            <p>{document.about.clone()}</p>
            {list("Members", &document.members)}
        </section>
    }
}

fn list(title: &'static str, fields: &[Field]) -> Option<AnyView> {
    let rows = fields.iter().map(|field| {
        let optional = field.optional.then_some(", optional");
        view! {
            <div>
                <dt><code>{field.name.clone()}</code>
                    " " <span class="note">{named(&field.kind)} {optional}</span></dt>
                <dd>{field.about.clone()}</dd>
            </div>
        }
    });
    let rows = rows.collect_view();
    (!fields.is_empty()).then(|| {
        view! { <h5 class="fields-title">{title}</h5><dl class="fields">{rows}</dl> }.into_any()
    })
}

/// Words in which names of documents, which stand between backquotes, are links.
fn named(words: &str) -> impl IntoView + use<> {
    let parts = words.split('`').enumerate().map(|(at, part)| {
        let part = part.to_owned();
        match at % 2 {
            0 => part.into_any(),
            _ => view! { <a href=format!("#{part}")>{part.clone()}</a> }.into_any(),
        }
    });
    parts.collect_view()
}
