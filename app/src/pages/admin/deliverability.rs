//! `/admin/newsletter/deliverability`: whether mail from here is believed elsewhere, and what to
//! publish where it is not.

use leptos::prelude::*;

use super::{desk, findings};
use crate::admin::Deliverability;
use crate::page::Body;
use crate::status::Condition;

pub(super) fn body(page: &Deliverability) -> Body {
    let lead = match findings::worst(&page.findings) {
        Condition::Works => "all of it is as it should be.",
        Condition::Behind => "mail leaves; something of it is to know.",
        Condition::Stuck => "something is to mend.",
    };
    let view = view! {
        <p class="lead">{page.from.clone()} ": " {lead}</p>
        {findings::list(&page.findings)}
        <p class="note">
            "Looked up just now, from this machine: DNS, the mail server, and this site at its \
             public address. No mail was sent. Records that were changed a moment ago may take as \
             long to be seen as their time to live says."
        </p>
        <p><a class="button" href="/admin/newsletter/deliverability">"Look again"</a></p>
    };
    desk("Deliverability", "/admin/newsletter", view)
}
