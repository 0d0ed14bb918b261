//! Pages for administrators. They work without JavaScript; with it, counts move.

mod deliverability;
mod findings;
mod health;
mod issue;
mod issues;
mod status;
mod subscribers;

use leptos::prelude::*;

use super::found;
use crate::admin::{AdminPage, Outbox, Overview};
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(page: &AdminPage) -> Body {
    match page {
        AdminPage::Overview(overview) => self::overview(overview),
        AdminPage::Health(page) => health::body(page),
        AdminPage::Status(page) => status::body(page),
        AdminPage::Issues(page) => issues::list(page),
        AdminPage::Deliverability(page) => deliverability::body(page),
        AdminPage::Issue(page) => issue::body(page),
        AdminPage::Recipients(page) => issues::recipients(page),
        AdminPage::Subscribers(page) => subscribers::list(page),
        AdminPage::Subscriber(page) => subscribers::one(page),
        AdminPage::Outbox(page) => outbox(page),
    }
}

/// A page with the way between all of them.
fn desk(title: impl Into<String>, here: &'static str, view: impl IntoView) -> Body {
    let title = title.into();
    let places = [
        ("/admin", "Overview"),
        ("/admin/health", "Health"),
        ("/admin/status", "Status"),
        ("/admin/newsletter", "Newsletter"),
        ("/admin/subscribers", "Subscribers"),
        ("/admin/outbox", "Outbox"),
    ];
    let links = places.into_iter().map(|(href, label)| {
        let current = (href == here).then_some("true");
        view! { <li><a href=href aria-current=current>{label}</a></li> }
    });
    let about = "For whoever runs this site.";
    let head = Head::new(title.clone(), about).scripted("admin.js");
    found(
        head.unlisted(),
        view! {
            <div class="page admin">
                <nav class="places" aria-label="Administration">
                    <ul>{links.collect_view()}</ul>
                </nav>
                <h1>{title}</h1>
                {view}
            </div>
        },
    )
}

/// A number with its noun.
fn counted(count: i64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

fn overview(page: &Overview) -> Body {
    let view = view! {
        <p class="lead">
            {counted(page.accounts, "account")} ", " {counted(page.subscribers, "subscriber")} ". "
            {page.mail.clone()}
        </p>
        <p><a href="/admin/status">"Queues, processes and what protects the site"</a></p>
    };
    desk("Administration", "/admin", view)
}

fn outbox(page: &Outbox) -> Body {
    let lead = match page.is_used {
        true => "Mail is written down here and sent to nobody: mail.transport is “outbox”.",
        false => "Mail is sent. What is here was written down before.",
    };
    let rows = page.rows.iter().map(|(file, subject, to)| {
        view! {
            <tr>
                <td><a href=format!("/admin/outbox/{file}")>{subject.clone()}</a></td>
                <td>{to.clone()}</td>
            </tr>
        }
    });
    let view = view! {
        <p class="lead">{lead}</p>
        <p class="note">{page.all} " messages; the newest " {page.rows.len()} " are shown."</p>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Messages">
            <table>
                <thead><tr><th scope="col">"Subject"</th><th scope="col">"To"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    };
    desk("Outbox", "/admin/outbox", view)
}
