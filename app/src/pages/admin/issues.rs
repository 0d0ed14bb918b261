//! The issues in a list, and who got one.

use leptos::prelude::*;

use super::desk;
use crate::admin::{CourseReaders, IssueForm, IssueRow, Issues, Recipients};
use crate::page::Body;
use crate::pages::account::problem;

/// Audiences by name, with the words for them.
const AUDIENCES: [(&str, &str); 4] = [
    ("everyone", "Everyone"),
    ("practising", "Who practised within the last 30 days"),
    ("away", "Who practised, but not within the last 30 days"),
    ("reading", "Who never practised here"),
];

const TOPICS: [(&str, &str); 3] = [
    ("articles", "Articles"),
    ("lessons", "Lessons"),
    ("labs", "Labs"),
];

pub(super) fn list(page: &Issues) -> Body {
    let rows = page.rows.iter().map(row);
    let table = match page.rows.is_empty() {
        true => view! { <p class="lead">"Nothing has been written yet."</p> }.into_any(),
        false => view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Issues">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"No."</th>
                            <th scope="col">"Subject"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Day"</th>
                            <th scope="col">"Sent"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    };
    let view = view! {
        {table}
        {course(&page.course)}
        <p><a href="/admin/newsletter/deliverability">"Whether mail from here is believed"</a></p>
        <section aria-labelledby="new">
            <h2 id="new">"A new issue"</h2>
            <form class="account-form wide" method="post" action="/admin/newsletter">
                {fields(&page.form)}
                <button class="button primary">"Keep as a draft"</button>
            </form>
        </section>
    };
    desk("Newsletter", "/admin/newsletter", view)
}

/// Who gets the course by mail; nothing where nobody does.
fn course(course: &CourseReaders) -> Option<impl IntoView + use<>> {
    let [reading, paused, silent, finished] = course.counts;
    let places = course.places.iter().map(|(lesson, count)| {
        view! { <tr><td>{lesson.clone()}</td><td>{*count}</td></tr> }
    });
    let places = places.collect_view();
    (reading + paused + silent + finished > 0).then(|| {
        view! {
            <section aria-labelledby="course">
                <h2 id="course">"The course by mail"</h2>
                <div class="bench-numbers">
                    <div class="number"><strong>{reading}</strong> "get a lesson a week"</div>
                    <div class="number"><strong>{paused}</strong> "have paused"</div>
                    <div class="number"><strong>{silent}</strong> "were not heard of"</div>
                    <div class="number"><strong>{finished}</strong> "have had every lesson"</div>
                </div>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Where they stand">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"The last lesson"</th>
                                <th scope="col">"Readers"</th>
                            </tr>
                        </thead>
                        <tbody>{places}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}

fn row(row: &IssueRow) -> impl IntoView + use<> {
    let kind = row
        .is_digest
        .then(|| view! { <span class="note">" (digest)"</span> });
    view! {
        <tr>
            <td>{row.number}</td>
            <td>
                <a href=format!("/admin/newsletter/{}", row.number)>{row.subject.clone()}</a> {kind}
            </td>
            <td>{row.state}</td>
            <td>{row.day.clone()}</td>
            <td>{row.sent} " of " {row.all}</td>
        </tr>
    }
}

/// The fields of an issue.
pub(super) fn fields(form: &IssueForm) -> impl IntoView + use<> {
    let markdown = form.markdown.clone();
    let topics = TOPICS.into_iter().map(|(name, words)| {
        view! { <option value=name selected=form.topic == name>{words}</option> }
    });
    let audiences = AUDIENCES.into_iter().map(|(name, words)| {
        view! { <option value=name selected=form.audience == name>{words}</option> }
    });
    view! {
        {problem("issue-problem", form.problem.as_deref())}
        <label for="subject">"Subject"</label>
        <input id="subject" name="subject" value=form.subject.clone() required maxlength="150"/>
        <label for="summary">"Summary"</label>
        <input id="summary" name="summary" value=form.summary.clone() maxlength="200"
            aria-describedby="summary-hint"/>
        <p class="note" id="summary-hint">"Mail programs show it beside the subject."</p>
        <label for="slug">"Address"</label>
        <input id="slug" name="slug" value=form.slug.clone() pattern="[a-z0-9\\-]*"
            aria-describedby="slug-hint"/>
        <p class="note" id="slug-hint">"Left empty, it is made of the subject."</p>
        <label for="topic">"Whoever wants"</label>
        <select id="topic" name="topic">{topics.collect_view()}</select>
        <label for="audience">"And of those"</label>
        <select id="audience" name="audience" aria-describedby="audience-hint">
            {audiences.collect_view()}
        </select>
        <p class="note" id="audience-hint">
            "Known of accounts with the same address: progress kept and solutions handed in. \
             That a mail was opened is never measured."
        </p>
        <label for="markdown">"Text, in markdown"</label>
        <textarea id="markdown" name="markdown" rows="18" required>{markdown}</textarea>
    }
}

pub(super) fn recipients(page: &Recipients) -> Body {
    let number = page.number;
    let ways = [
        ("", "All"),
        ("sent", "Sent"),
        ("doubt", "In doubt"),
        ("deferred", "Put off"),
        ("bounced", "Bounced"),
        ("uncertain", "Given up in doubt"),
        ("dropped", "Left before"),
    ];
    let ways = ways.into_iter().map(|(name, words)| {
        let current = (page.shown == name).then_some("true");
        let href = format!("/admin/newsletter/{number}/recipients?state={name}");
        view! { <li><a href=href aria-current=current>{words}</a></li> }
    });
    let rows = page
        .rows
        .iter()
        .map(|(position, email, state, tries, reply)| {
            view! {
                <tr>
                    <td>{*position}</td>
                    <td>{email.clone()}</td>
                    <td>{state.clone()}</td>
                    <td>{*tries}</td>
                    <td>{reply.clone()}</td>
                </tr>
            }
        });
    let next = page.next.map(|next| {
        let shown = &page.shown;
        let href = format!("/admin/newsletter/{number}/recipients?state={shown}&after={next}");
        view! { <p><a class="button" href=href>"More"</a></p> }
    });
    let view = view! {
        <p class="lead">
            <a href=format!("/admin/newsletter/{number}")>{page.subject.clone()}</a>
        </p>
        <nav class="places" aria-label="Which"><ul>{ways.collect_view()}</ul></nav>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Recipients">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"No."</th>
                        <th scope="col">"Address"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Tries"</th>
                        <th scope="col">"The server said"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {next}
    };
    desk(format!("Who got issue {number}"), "/admin/newsletter", view)
}
