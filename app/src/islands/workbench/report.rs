//! The browser's report and the server's, side by side.

use ::labs::{Report, Spec};
use leptos::prelude::*;

use super::{State, breakdown};
use crate::components::format::{metric, points};

pub(super) fn reports(state: State) -> impl IntoView {
    let local = move || {
        state.local.get().map(|report| {
            let title = if state.is_what_if() {
                "What if"
            } else {
                "In this browser"
            };
            let note = state.is_what_if().then(|| {
                view! {
                    <p class="callout">"A changed world: this does not count for the grade."</p>
                }
            });
            let cost = report.clone();
            view! {
                <section>
                    <h3>{title}</h3>
                    {note}
                    {state.spec(|spec| table(spec, &report))}
                    {move || breakdown::table(state, &cost)}
                </section>
            }
        })
    };
    view! {
        <div class="wb-reports" aria-live="polite">
            {local}
            {move || state.server.get().map(|answer| server(state, &answer))}
        </div>
    }
}

fn server(state: State, answer: &serde_json::Value) -> AnyView {
    let report = answer.pointer("/grade/report").cloned();
    let report: Option<Report> = report.and_then(|r| serde_json::from_value(r).ok());
    let Some(report) = report else {
        let text = |at: &str| {
            answer
                .pointer(at)
                .and_then(|v| v.as_str())
                .unwrap_or("")
                .to_owned()
        };
        let (title, detail) = (text("/problem/title"), text("/problem/detail"));
        return view! { <section><h3>"On the server"</h3>
        <p><strong>{title}</strong></p><p>{detail}</p></section> }
        .into_any();
    };
    let same = state
        .local
        .with(|local| local.as_ref().is_some_and(|l| l.digest == report.digest));
    let (class, word) = if same {
        (
            "verdict-equal",
            "Equal: the server's report has the same bytes as this browser's.",
        )
    } else {
        (
            "verdict-differs",
            "Differs: the two reports are not the same. Run again with the module you submitted.",
        )
    };
    let stars = answer
        .pointer("/grade/stars")
        .and_then(serde_json::Value::as_u64);
    let stars = stars.map(|n| view! { <p>"Stars after the hidden scenarios: " {n} " of 3"</p> });
    view! {
        <section>
            <h3>"On the server"</h3>
            {state.spec(|spec| table(spec, &report))}
            {stars}
            <p class=class role="status">{word}</p>
        </section>
    }
    .into_any()
}

fn table(spec: &Spec, report: &Report) -> impl IntoView + use<> {
    let head = spec
        .metrics
        .iter()
        .map(|m| view! { <th scope="col">{m.title.clone()}</th> });
    let head = head.collect_view();
    let rows = report.scenarios.iter().map(|scenario| {
        let case = scenario.cases.first();
        let cells = spec.metrics.iter().map(|m| {
            let value = case.and_then(|c| c.metrics.get(&m.id));
            let utility = case.and_then(|c| c.utility.get(&m.id));
            let text = value.map_or_else(|| "fault".to_owned(), |v| metric(*v, &m.unit));
            let utility = utility.map_or_else(String::new, |u| format!(" (u {})", points(*u)));
            view! { <td data-label=m.title.clone()>{text}<span class="note">{utility}</span></td> }
        });
        let cells = cells.collect_view();
        view! {
            <tr>
                <th scope="row">{scenario.id.clone()}</th>{cells}
                <td data-label="Score">{points(scenario.score)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let cost = report.ops_mean_milli.map_or_else(String::new, |milli| {
        format!(
            "{}.{:03} metered operations per call",
            milli / 1_000,
            milli % 1_000
        )
    });
    let pages = report
        .pages
        .map_or_else(String::new, |pages| format!(" · {pages} pages"));
    view! {
        <p class="wb-score">{points(report.score)} " points"</p>
        <p class="note">
            "Quality " {points(report.quality)} " × cost " {points(report.kappa_ops)}
            " % × memory " {points(report.kappa_memory)} " % · " {cost} {pages}
        </p>
        <div class="scroll" tabindex="0" role="region" aria-label="Scores by scenario">
            <table class="stack">
                <thead><tr>
                    <th scope="col">"Scenario"</th>{head}<th scope="col">"Score"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="note">"Digest of the report:"</p>
        <p class="digest">{report.digest.0.clone()}</p>
    }
}
