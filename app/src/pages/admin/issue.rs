//! An issue: its text, what it looks like, how far it is, what can be done.

use leptos::prelude::*;

use super::issues::fields;
use super::{counted, desk};
use crate::admin::IssueView;
use crate::page::Body;

pub(super) fn body(page: &IssueView) -> Body {
    let number = page.row.number;
    let said = page
        .said
        .clone()
        .map(|said| view! { <p class="callout" role="status">{said}</p> });
    let planned = page
        .planned
        .clone()
        .map(|at| view! { <p class="note">{at}</p> });
    let archived = page.page.clone().map(|page| {
        view! { <p><a href=page>"Its page in the archive"</a></p> }
    });
    let view = view! {
        {said}
        <p class="lead">
            "Issue " {number} ", " {page.row.state} ". " {audience(page)}
        </p>
        {planned}
        {archived}
        {progress(page)}
        {actions(page)}
        {findings(page)}
        <section aria-labelledby="look">
            <h2 id="look">"As a mail"</h2>
            <p class="actions">
                <button class="button" type="button" data-width="100%" aria-pressed="true">
                    "Wide"</button>
                <button class="button" type="button" data-width="390px" aria-pressed="false">
                    "Phone"</button>
                <a class="button" href=format!("/admin/newsletter/{number}/mail?form=text")>
                    "As text"</a>
                <a class="button" href=format!("/admin/newsletter/{number}/mail")>"Alone"</a>
            </p>
            <iframe class="mail-frame" title="The mail" sandbox=""
                src=format!("/admin/newsletter/{number}/mail")></iframe>
        </section>
        {edit(page)}
    };
    desk(page.row.subject.clone(), "/admin/newsletter", view)
}

fn audience(page: &IssueView) -> Option<String> {
    page.is_open.then(|| {
        format!(
            "It would go to {} now.",
            counted(page.audience, "subscriber")
        )
    })
}

fn progress(page: &IssueView) -> Option<impl IntoView + use<>> {
    let goes_on = matches!(page.row.state, "sending" | "collecting" | "paused");
    // While recipients are collected there are none yet, and the page follows what comes.
    if page.row.all == 0 && !goes_on {
        return None;
    }
    let number = page.row.number;
    let cells = page.counts.iter().map(|(name, words, count)| {
        view! {
            <div class="number"><strong data-count=*name>{*count}</strong> {*words}</div>
        }
    });
    let open = ["queued", "in_flight", "deferred"];
    let counts = page.counts.iter().filter(|(name, ..)| !open.contains(name));
    let done: i64 = counts.map(|(.., count)| count).sum();
    let live = goes_on.then(|| format!("/admin/newsletter/{number}/events"));
    Some(view! {
        <section aria-labelledby="progress" data-progress=live data-state=page.row.state>
            <h2 id="progress">"How far it is"</h2>
            <progress max=page.row.all.max(1) value=done aria-labelledby="progress"></progress>
            <p class="note" data-said role="status"></p>
            <div class="bench-numbers">{cells.collect_view()}</div>
            <p class="note">
                {page.uncertain} " were in flight when something broke, and may have been sent
                twice, under the same Message-ID. "
                <a href=format!("/admin/newsletter/{number}/recipients")>"Who got it"</a>
            </p>
        </section>
    })
}

fn actions(page: &IssueView) -> impl IntoView + use<> {
    let number = page.row.number;
    let button = |what: &'static str, words: &'static str, class: &'static str| {
        view! {
            <form method="post" action=format!("/admin/newsletter/{number}")>
                <input type="hidden" name="do" value=what/>
                <button class=class>{words}</button>
            </form>
        }
    };
    let state = page.row.state;
    let has_errors = page.findings.iter().any(|(is_error, _)| *is_error);
    let send =
        (page.is_open && !has_errors).then(|| button("send", "Send it now", "button primary"));
    let pause = (state == "sending").then(|| button("pause", "Pause", "button"));
    let resume = (state == "paused").then(|| button("resume", "Go on", "button primary"));
    let over = matches!(state, "sent" | "cancelled");
    let cancel = (!over).then(|| button("cancel", "Give it up", "button danger"));
    let schedule = (page.is_open && !has_errors).then(|| {
        view! {
            <form class="account-form" method="post" action=format!("/admin/newsletter/{number}")>
                <input type="hidden" name="do" value="schedule"/>
                <label for="at">"Send it at (UTC)"</label>
                <input id="at" type="datetime-local" name="at" required/>
                <label for="late">"But no more than this many hours later"</label>
                <input id="late" type="number" name="late" min="0" max="720" value="4"/>
                <button class="button">"Plan"</button>
            </form>
        }
    });
    view! {
        <section aria-labelledby="do">
            <h2 id="do">"What to do"</h2>
            <div class="actions">{send} {pause} {resume} {cancel}</div>
            <form class="account-form" method="post" action=format!("/admin/newsletter/{number}")>
                <input type="hidden" name="do" value="test"/>
                <label for="to">"Send one copy to"</label>
                <input id="to" type="email" name="to" required autocomplete="email"/>
                <button class="button">"Send a test"</button>
            </form>
            {schedule}
        </section>
    }
}

fn findings(page: &IssueView) -> Option<impl IntoView + use<>> {
    if page.findings.is_empty() {
        return None;
    }
    let rows = page.findings.iter().map(|(is_error, text)| {
        let kind = if *is_error { "To mend: " } else { "Advice: " };
        view! { <li><strong>{kind}</strong> {text.clone()}</li> }
    });
    Some(view! {
        <section aria-labelledby="findings">
            <h2 id="findings">"Looked over"</h2>
            <ul>{rows.collect_view()}</ul>
        </section>
    })
}

fn edit(page: &IssueView) -> Option<impl IntoView + use<>> {
    let number = page.row.number;
    page.is_open.then(|| {
        view! {
            <section aria-labelledby="text">
                <h2 id="text">"Its text"</h2>
                <form class="account-form wide" method="post"
                    action=format!("/admin/newsletter/{number}")>
                    <input type="hidden" name="do" value="save"/>
                    {fields(&page.form)}
                    <button class="button primary">"Keep"</button>
                </form>
            </section>
        }
    })
}
