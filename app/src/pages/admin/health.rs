//! `/admin/health`: what works on this site, what to mend, and what comes next.

use leptos::prelude::*;

use super::{desk, findings};
use crate::admin::Health;
use crate::page::Body;
use crate::status::Condition;

pub(super) fn body(page: &Health) -> Body {
    let welcome = page.is_new.then(|| {
        view! {
            <p role="status">
                "You administer this site now, and are signed in. Nobody else can become an
                administrator by the code."
            </p>
        }
    });
    let lead = match findings::worst(&page.findings) {
        Condition::Works => "Everything this site needs is in order.",
        Condition::Behind => "The site works. Something of it should be looked after.",
        Condition::Stuck => "Something does not work.",
    };
    let view = view! {
        {welcome}
        <p class="lead">{lead}</p>
        {findings::list(&page.findings)}
        <p class="note">
            "Looked at just now. " <code>"headroom doctor"</code>
            " finds the same from a shell, with the settings of the service."
        </p>
        <section>
            <h2>"What comes next"</h2>
            {steps()}
        </section>
    };
    desk("Health", "/admin/health", view)
}

fn steps() -> impl IntoView {
    view! {
        <ol class="steps">
            <li>
                <strong>"Settings. "</strong> <code>"headroom config > headroom.toml"</code>
                " writes all of them with what they are for; "
                <code>"headroom config check"</code>
                " shows what is in force. A change takes effect at the next start. Set "
                <code>"server.public_url"</code> " first: links in mail are made of it."
            </li>
            <li>
                <strong>"Mail. "</strong> "Until "
                <code>"mail.transport"</code> " is " <code>"\"smtp\""</code>
                ", messages are only written down, in the " <a href="/admin/outbox">"outbox"</a>
                ". Then " <a href="/sign-up">"ask for a link"</a> " to try it."
            </li>
            <li>
                <strong>"Backup. "</strong> <code>"headroom backup FILE"</code>
                " writes database and keys into one file while the site runs, and reads it back;
                have a timer do it."
            </li>
            <li>
                <strong>"People. "</strong> "Readers make accounts by mail. Without mail, "
                <code>"headroom user add ADDRESS"</code>
                " prints a link that signs in; " <code>"--admin"</code>
                " makes another administrator."
            </li>
        </ol>
    }
}
