//! Those who get the newsletter.

use leptos::prelude::*;

use super::desk;
use crate::admin::{SubscriberView, Subscribers};
use crate::page::Body;

pub(super) fn list(page: &Subscribers) -> Body {
    let [confirmed, pending, ended, suppressed] = page.counts;
    let rows = page.rows.iter().map(|(id, email, status, wishes)| {
        view! {
            <tr>
                <td><a href=format!("/admin/subscribers/{id}")>{email.clone()}</a></td>
                <td>{status.clone()}</td>
                <td>{wishes.clone()}</td>
            </tr>
        }
    });
    let next = page.next.clone().map(|next| {
        let href = format!("/admin/subscribers?after={next}");
        view! { <p><a class="button" href=href>"More"</a></p> }
    });
    let view = view! {
        <div class="bench-numbers">
            <div class="number"><strong>{confirmed}</strong> "subscribe"</div>
            <div class="number"><strong>{suppressed}</strong> "of them cannot be reached"</div>
            <div class="number"><strong>{pending}</strong> "have not confirmed"</div>
            <div class="number"><strong>{ended}</strong> "have left"</div>
        </div>
        <form class="account-form" method="get" action="/admin/subscribers" role="search">
            <label for="q">"Part of an address"</label>
            <input id="q" type="search" name="q" value=page.query.clone()/>
            <button class="button">"Search"</button>
        </form>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Subscribers">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Reads"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {next}
        <section aria-labelledby="add">
            <h2 id="add">"Add somebody"</h2>
            <form class="account-form" method="post" action="/admin/subscribers">
                <label for="email">"Address"</label>
                <input id="email" type="email" name="email" required/>
                <p class="note">"A mail asks them; they subscribe when they say yes."</p>
                <button class="button">"Ask them"</button>
            </form>
            <p class="note">
                "Many at once, and all of them as a table: "
                <code>"headroom newsletter import"</code> " and " <code>"export"</code> "."
            </p>
        </section>
    };
    desk("Subscribers", "/admin/subscribers", view)
}

pub(super) fn one(page: &SubscriberView) -> Body {
    let id = &page.id;
    let act = |what: &'static str, words: &'static str| {
        view! {
            <form method="post" action=format!("/admin/subscribers/{id}")>
                <input type="hidden" name="do" value=what/>
                <button class="button danger">{words}</button>
            </form>
        }
    };
    let end = page.subscribes.then(|| act("end", "End the subscription"));
    let consents = page.consents.iter().map(|(event, words, source)| {
        let (event, words, source) = (event.clone(), words.clone(), source.clone());
        view! { <li><strong>{event}</strong> " (" {source} ") " {words}</li> }
    });
    let issues = page.issues.iter().map(|(issue, state, day, reply)| {
        view! {
            <tr>
                <td><a href=format!("/admin/newsletter/{issue}")>{*issue}</a></td>
                <td>{state.clone()}</td>
                <td>{day.clone()}</td>
                <td>{reply.clone()}</td>
            </tr>
        }
    });
    let view = view! {
        <p class="lead">{page.status.clone()} " " {page.wishes.clone()}</p>
        <div class="actions">{end} {act("forget", "Erase the address")}</div>
        <section aria-labelledby="agreed">
            <h2 id="agreed">"What they agreed to"</h2>
            <ul>{consents.collect_view()}</ul>
        </section>
        <section aria-labelledby="got">
            <h2 id="got">"What they were sent"</h2>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Issues">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Issue"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Day"</th>
                            <th scope="col">"The server said"</th>
                        </tr>
                    </thead>
                    <tbody>{issues.collect_view()}</tbody>
                </table>
            </div>
        </section>
    };
    desk(page.email.clone(), "/admin/subscribers", view)
}
