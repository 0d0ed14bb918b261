//! What was found about this site, one line for each thing.

use leptos::prelude::*;

use crate::admin::Finding;
use crate::status::Condition;

/// How the worst of it is.
pub(super) fn worst(all: &[Finding]) -> Condition {
    let conditions = all.iter().map(|finding| finding.condition);
    conditions.max().unwrap_or(Condition::Works)
}

pub(super) fn list(all: &[Finding]) -> impl IntoView + use<> {
    view! { <ul class="services">{all.iter().map(finding).collect_view()}</ul> }
}

fn finding(finding: &Finding) -> impl IntoView + use<> {
    let (mark, name, label) = match finding.condition {
        Condition::Works => ("\u{2713}", "works", "In order"),
        Condition::Behind => ("!", "behind", "Look after it"),
        Condition::Stuck => ("\u{2715}", "stuck", "Does not work"),
    };
    let remedy = finding.remedy.clone().map(|remedy| {
        view! { <span class="remedy"><strong>"To do: "</strong> {remedy} "."</span> }
    });
    view! {
        <li class=format!("service {name}")>
            <strong class="about">{finding.about}</strong>
            <span class="condition"><span aria-hidden="true">{mark}" "</span>{label}</span>
            <span>{finding.found.clone()} "."</span>
            {remedy}
        </li>
    }
}
