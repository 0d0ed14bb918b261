//! `/admin/newsletter/deliverability`: whether mail from here is believed elsewhere, and what to
//! publish where it is not.

use leptos::prelude::*;

use super::desk;
use crate::admin::{Deliverability, Finding};
use crate::page::Body;

pub(super) fn body(page: &Deliverability) -> Body {
    let count = |verdict: &str| {
        let all = page.findings.iter();
        all.filter(|finding| finding.verdict == verdict).count()
    };
    let lead = match (count("broken"), count("mind")) {
        (0, 0) => "All of it is as it should be.".to_owned(),
        (0, minds) => format!("Mail leaves; {minds} to know about."),
        (broken, minds) => format!("{broken} to mend, {minds} to know about."),
    };
    let findings = page.findings.iter().map(finding);
    let view = view! {
        <p class="lead">{page.from.clone()} ": " {lead}</p>
        <ul class="checks">{findings.collect_view()}</ul>
        <p class="note">
            "Looked up just now, from this machine: DNS, the mail server, and this site at its \
             public address. No mail was sent. Records that were changed a moment ago may take as \
             long to be seen as their time to live says."
        </p>
        <p><a class="button" href="/admin/newsletter/deliverability">"Look again"</a></p>
    };
    desk("Deliverability", "/admin/newsletter", view)
}

fn finding(finding: &Finding) -> impl IntoView + use<> {
    let words = match finding.verdict {
        "fine" => "fine",
        "mind" => "to know",
        _ => "to mend",
    };
    let remedy = finding.remedy.clone();
    let remedy = remedy.map(|remedy| view! { <p class="remedy">{remedy}</p> });
    view! {
        <li class=finding.verdict>
            <p><strong>{finding.about}</strong> " " <span class="verdict">{words}</span></p>
            <p>{finding.found.clone()}</p>
            {remedy}
        </li>
    }
}
