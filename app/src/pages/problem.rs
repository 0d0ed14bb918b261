//! What the API's problems mean.

use leptos::prelude::*;

use super::{breadcrumbs, found, missing};
use crate::page::Body;
use crate::problems::{PROBLEMS, ProblemKind};
use crate::shell::Head;

/// The list of all problems.
pub(crate) fn index() -> Body {
    let rows = PROBLEMS.iter().map(|kind| {
        view! {
            <tr>
                <td>{kind.status.to_string()}</td>
                <th scope="row"><a href=format!("/problems/{}", kind.code)>{kind.code}</a></th>
                <td>{kind.title}</td>
            </tr>
        }
    });
    let head = Head::new(
        "Error reference",
        "Every problem the API can answer, and what to do.",
    );
    found(
        head,
        view! {
            <div class="page">
                <h1>"Error reference"</h1>
                <p class="lead">
                    "The API answers errors as " <code>"application/problem+json"</code>
                    " (RFC 9457). The " <code>"type"</code> " of each is one of these addresses."
                </p>
                <div class="scroll" tabindex="0" role="region" aria-label="Problems">
                    <table>
                        <thead><tr>
                            <th scope="col">"Status"</th>
                            <th scope="col">"Code"</th>
                            <th scope="col">"Meaning"</th>
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            </div>
        },
    )
}

/// One problem.
pub(crate) fn body(code: &str) -> Body {
    let Some(kind) = ProblemKind::by_code(code) else {
        return missing("No problem has this code.", code);
    };
    let head = Head::new(kind.title, kind.advice);
    let steps = vec![("/problems".into(), "Error reference".into())];
    found(
        head,
        view! {
            <div class="page narrow">
                {breadcrumbs(steps, kind.code.into())}
                <p class="eyebrow">"HTTP " {kind.status.to_string()}</p>
                <h1>{kind.title}</h1>
                <p class="lead">{kind.advice}</p>
                <p>"Its type in answers of the API: "
                <code>{format!("/problems/{}", kind.code)}</code></p>
            </div>
        },
    )
}
