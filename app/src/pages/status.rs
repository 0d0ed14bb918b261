//! `/status`: how the site is doing, for everybody.

use leptos::prelude::*;

use super::found;
use crate::page::Body;
use crate::shell::Head;
use crate::status::{Condition, Lesson, Promise, Service, Status};

pub(super) fn body(page: &Status) -> Body {
    let about = "Whether pages, grading and mail of this site work, and how well they did within \
                 the last hour.";
    let head = Head::new("Status", about).scripted("admin.js");
    let view = view! {
        <div class="page admin">
            <h1>"Status"</h1>
            <div data-live>{summary(page)}</div>
            <p class="note">
                "A program asks "<a href="/readyz"><code>"/readyz"</code></a>
                ", which answers 200 while this process should get requests, and 503 otherwise."
            </p>
        </div>
    };
    found(head.unlisted(), view)
}

/// What everybody sees; administrators see more below it.
pub(super) fn summary(page: &Status) -> impl IntoView + use<> {
    let worst = page.services.iter().map(|service| service.condition).max();
    let lead = match worst.unwrap_or(Condition::Works) {
        Condition::Works => "Everything works.",
        Condition::Behind => "Something is behind. Nothing is lost: what waits is done in turn.",
        Condition::Stuck => "Something does not work. Nothing is lost: what waits is kept.",
    };
    view! {
        <p class="lead">{lead} <span class="note">" As of " {page.at.clone()} " UTC."</span></p>
        <ul class="services">{page.services.iter().map(service).collect_view()}</ul>
        <section>
            <h2>"What the site promises itself"</h2>
            {promises(&page.promises)}
            <p class="note">
                "Counted by the process that answered you, within the last hour. A burn of 1 spends
                the error budget exactly; one of 14.4, kept up for an hour, wakes somebody. "
                <a href="/lessons/observability/alerting">"The lesson on alerting"</a>
                " has the arithmetic."
            </p>
        </section>
    }
}

fn service(service: &Service) -> impl IntoView + use<> {
    let (mark, name, label) = match service.condition {
        Condition::Works => ("\u{2713}", "works", "Works"),
        Condition::Behind => ("\u{2026}", "behind", "Behind"),
        Condition::Stuck => ("\u{2715}", "stuck", "Does not work"),
    };
    view! {
        <li class=format!("service {name}")>
            <strong>{service.name}</strong>
            <span class="condition"><span aria-hidden="true">{mark}" "</span>{label}</span>
            <span>{service.words.clone()} " " {taught(service.lesson)}</span>
        </li>
    }
}

/// Where something is taught.
pub(super) fn taught((path, title): Lesson) -> impl IntoView {
    view! { <a class="taught" href=path>{title}</a> }
}

fn promises(all: &[Promise]) -> impl IntoView + use<> {
    let rows = all.iter().map(|promise| {
        let [minutes, hour] = promise.burn.clone();
        let class = if promise.is_overspent {
            "overspent"
        } else {
            ""
        };
        view! {
            <tr>
                <th scope="row">{promise.words}</th>
                <td>{promise.kept.clone()}</td>
                <td>{minutes}</td>
                <td class=class>{hour}</td>
            </tr>
        }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Promises">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Promise"</th>
                        <th scope="col">"Kept"</th>
                        <th scope="col">"Burn, 5 min"</th>
                        <th scope="col">"Burn, 1 h"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
