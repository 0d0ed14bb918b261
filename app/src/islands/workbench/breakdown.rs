//! Where every lost point went: by scenario and metric, by cost, the largest first.

use ::labs::engine::PPM;
use ::labs::engine::plot::Plot;
use ::labs::{Case, Report, Shape, Spec};
use leptos::prelude::*;

use super::state::{Ends, Who};
use super::{State, charts, scrub};
use crate::components::chart;
use crate::components::format::{metric, points};

/// Losses below this are not shown, points.
const NOTHING: f64 = 0.005;
/// Scenarios whose charts are compared with the reference's without being looked at: each is a
/// run of its own.
const COMPARED: usize = 3;

/// A metric's part in the loss of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Scenario id.
    pub scenario: String,
    /// Metric id; empty where the run ended in a fault.
    pub metric: String,
    /// Points of the score, out of 100.
    pub lost: f64,
    /// Value in the metric's unit.
    pub value: i64,
    /// Utility, ppm.
    pub utility: i64,
    /// `(good, bad)`, where the run told them.
    pub ends: Option<(i64, i64)>,
    /// Seed of the case that counts.
    pub seed: u64,
}

/// What a score is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// By scenario and metric, the largest loss first.
    pub parts: Vec<Part>,
    /// Points lost to operations over budget.
    pub ops: f64,
    /// Points lost to memory over budget.
    pub memory: f64,
    /// The scenario that counts 30 % more, if one loses anything.
    pub worst: Option<String>,
}

/// Explains a report. What all parts, operations and memory lost adds up to 100 less the score.
///
/// A scenario loses its share of the mean (0.7) and, if it is the worst, 0.3 more; inside it each
/// metric loses by its weight times the logarithm of its utility, as the geometric mean counts.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn explain(spec: &Spec, report: &Report, ends: &Ends) -> Breakdown {
    let points = |ppm: i64| ppm as f64 / 10_000.0;
    let count = report.scenarios.len().max(1) as f64;
    let worst = report
        .scenarios
        .iter()
        .min_by_key(|s| s.score)
        .filter(|s| s.score < PPM);
    let mut parts = Vec::new();
    for scenario in &report.scenarios {
        let is_worst = worst.is_some_and(|w| w.id == scenario.id);
        let share = 0.7 / count + if is_worst { 0.3 } else { 0.0 };
        let lost = (100.0 - points(scenario.score)) * share;
        let case = scenario.cases.iter().find(|c| c.score == scenario.score);
        if let Some(case) = case {
            let ends = ends.get(&(scenario.id.clone(), case.seed));
            let ends = |id: &str| ends.and_then(|e| e.get(id)).copied();
            parts.extend(parts_of(spec, case, lost, ends));
        }
    }
    parts.sort_by(|a, b| b.lost.total_cmp(&a.lost));
    let quality = points(report.quality);
    let after_ops = quality * report.kappa_ops as f64 / PPM as f64;
    Breakdown {
        parts,
        ops: quality - after_ops,
        memory: after_ops - points(report.score),
        worst: worst.map(|s| s.id.clone()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn parts_of(
    spec: &Spec,
    case: &Case,
    lost: f64,
    ends: impl Fn(&str) -> Option<(i64, i64)>,
) -> Vec<Part> {
    let blank = |metric: &str, lost: f64| Part {
        scenario: case.scenario.clone(),
        metric: metric.to_owned(),
        lost,
        value: case.metrics.get(metric).copied().unwrap_or(0),
        utility: case.utility.get(metric).copied().unwrap_or(0),
        ends: ends(metric),
        seed: case.seed,
    };
    if case.fault.is_some() {
        return vec![blank("", lost)];
    }
    let scored: Vec<_> = spec
        .metrics
        .iter()
        .filter(|m| case.utility.contains_key(&m.id))
        .collect();
    let zero = scored.iter().any(|m| case.utility.get(&m.id) == Some(&0));
    let weigh = |id: &str, weight: i64| {
        let u = case.utility.get(id).copied().unwrap_or(0);
        let pull = match (zero, u) {
            // At its bad anchor a metric takes all, whatever the others do.
            (true, 0) => 1.0,
            (true, _) => 0.0,
            (false, u) => -(u as f64 / PPM as f64).ln(),
        };
        pull * weight as f64
    };
    let total: f64 = scored.iter().map(|m| weigh(&m.id, m.weight)).sum();
    let share = |id: &str, weight| {
        if total.abs() < 1e-12 {
            0.0
        } else {
            lost * weigh(id, weight) / total
        }
    };
    scored
        .iter()
        .map(|m| blank(&m.id, share(&m.id, m.weight)))
        .collect()
}

/// The report's points, explained.
pub(super) fn table(state: State, report: &Report) -> AnyView {
    let found = state.spec(|spec| state.ends.with(|ends| explain(spec, report, ends)));
    let lost: Vec<&Part> = found
        .parts
        .iter()
        .filter(|p| p.lost.abs() >= NOTHING)
        .collect();
    if lost.is_empty() && found.ops < NOTHING && found.memory < NOTHING {
        return view! { <p>"No point was lost."</p> }.into_any();
    }
    let mut scenarios: Vec<&String> = lost.iter().map(|part| &part.scenario).collect();
    scenarios.dedup();
    for scenario in scenarios.into_iter().take(COMPARED) {
        let place = state.spec(|spec| spec.scenario(scenario).map(|(i, _)| i));
        if let Some(index) = place {
            let world = state.world_json(scenario);
            super::bridge::fetch(state, (Who::Policy(state.reference()), index, world));
        }
    }
    let worst = lost.first().map(|part| headline(state, part));
    let rows = lost
        .iter()
        .map(|part| row(state, part, found.worst.as_ref()))
        .collect_view();
    let costs = costs(state, report, &found);
    view! {
        <h4 id="wb-breakdown">"Where the points went"</h4>
        {worst}
        <div class="scroll" tabindex="0" role="region" aria-labelledby="wb-breakdown">
            <table class="stack wb-breakdown">
                <thead><tr>
                    <th scope="col">"Scenario"</th><th scope="col">"Metric"</th>
                    <th scope="col">"Value"</th><th scope="col">"Full marks at"</th>
                    <th scope="col">"Nothing at"</th><th scope="col">"Utility"</th>
                    <th scope="col">"Points lost"</th>
                    <th scope="col">"Parts from the reference"</th>
                </tr></thead>
                <tbody>{rows} {costs}</tbody>
            </table>
        </div>
        <p class="note">
            "A scenario's score is the geometric mean of its utilities, by weight. Quality is 0.7 ×
            the mean of the scenarios + 0.3 × the worst of them; what is spent over budget is
            multiplied in after that. Losses add up to 100 less the score."
        </p>
    }
    .into_any()
}

fn headline(state: State, part: &Part) -> impl IntoView + use<> {
    let what = state.spec(|spec| {
        let found = spec.metrics.iter().find(|m| m.id == part.metric);
        found.map_or_else(|| "a fault".to_owned(), |m| m.title.clone())
    });
    let text = format!(
        "Most was lost in {}, by {what}: {:.1} points.",
        part.scenario, part.lost
    );
    view! { <p class="wb-headline">{text}</p> }
}

fn row(state: State, part: &Part, worst: Option<&String>) -> impl IntoView + use<> {
    let found = state.spec(|spec| spec.metrics.iter().find(|m| m.id == part.metric).cloned());
    let unit = found.as_ref().map_or("", |m| m.unit.as_str()).to_owned();
    let show = |value: i64| metric(value, &unit);
    let (good, bad) = part.ends.map_or_else(
        || ("–".to_owned(), "–".to_owned()),
        |(good, bad)| (show(good), show(bad)),
    );
    let value = if found.is_some() {
        show(part.value)
    } else {
        "–".to_owned()
    };
    let term = match found {
        None => view! { "ended in a fault" }.into_any(),
        Some(found) => glossary(&found).into_any(),
    };
    let is_worst = (worst == Some(&part.scenario)).then_some(" (worst)");
    let (scenario, lost) = (part.scenario.clone(), format!("{:.1}", part.lost));
    let seed = part.seed;
    view! {
        <tr>
            <th scope="row">{part.scenario.clone()}{is_worst}
                <span class="note">" seed " {seed}</span></th>
            <td data-label="Metric">{term}</td>
            <td data-label="Value">{value}</td>
            <td data-label="Full marks at">{good}</td>
            <td data-label="Nothing at">{bad}</td>
            <td data-label="Utility">{points(part.utility)} " %"</td>
            <td data-label="Points lost"><strong>{lost}</strong></td>
            <td data-label="Parts from the reference">{move || moment(state, &scenario)}</td>
        </tr>
    }
}

/// A metric's name; opened, what it means.
pub(super) fn glossary(metric: &::labs::Metric) -> impl IntoView + use<> {
    let unit = match metric.unit.as_str() {
        "ppm" => "Shown in percent.".to_owned(),
        "ns" => "Shown in milliseconds.".to_owned(),
        other => format!("Unit: {other}."),
    };
    let scale = match metric.shape {
        Shape::Linear => "Utility falls evenly from good to bad",
        Shape::Log => "Utility falls with the logarithm, so by equal factors",
    };
    let open = if metric.open {
        "; better than good earns up to 1.1"
    } else {
        ""
    };
    let rule = format!("{unit} {scale}{open}. Weight {}.", metric.weight);
    view! {
        <details class="term">
            <summary>{metric.title.clone()}</summary>
            <p>{metric.doc.clone()}</p>
            <p class="note">{rule}</p>
        </details>
    }
}

fn costs(state: State, report: &Report, found: &Breakdown) -> impl IntoView + use<> {
    let budget = state.spec(|spec| spec.budget.clone());
    let mean = report.ops_mean_milli.unwrap_or(0) / 1_000;
    let pages = report.pages.unwrap_or(0);
    let row = |name: &'static str, value: String, free: String, factor: i64, lost: f64| {
        (lost >= NOTHING).then(|| {
            view! {
                <tr>
                    <th scope="row">"All scenarios"</th>
                    <td data-label="Metric">{name}</td>
                    <td data-label="Value">{value}</td>
                    <td data-label="Full marks at">{free}</td>
                    <td data-label="Nothing at">"never below one half"</td>
                    <td data-label="Utility">{points(factor)} " %"</td>
                    <td data-label="Points lost"><strong>{format!("{lost:.1}")}</strong></td>
                    <td data-label="Parts from the reference">"–"</td>
                </tr>
            }
        })
    };
    let ops = format!("up to {} per call", budget.ops_per_call);
    let memory = "up to the scenario's pages".to_owned();
    (
        row(
            "Metered operations",
            format!("{mean} per call"),
            ops,
            report.kappa_ops,
            found.ops,
        ),
        row(
            "Memory",
            format!("{pages} pages"),
            memory,
            report.kappa_memory,
            found.memory,
        ),
    )
}

/// Where the learner's charts leave the reference's, as a button that goes there.
fn moment(state: State, scenario: &str) -> AnyView {
    let at = state.spec(|spec| spec.public().position(|(_, s)| s.id == scenario));
    let index = state.spec(|spec| spec.scenario(scenario).map(|(i, _)| i));
    let (Some(at), Some(index)) = (at, index) else {
        return view! { "–" }.into_any();
    };
    let world = state.world_json(scenario);
    let subject = (Who::Policy(state.reference()), index, world);
    let found = state.cases.with(|cases| {
        let (_, mine) = cases.get(scenario)?;
        state
            .known
            .with(|known| parting(mine, known.get(&subject)?))
    });
    let go = move |instant: Option<i64>| {
        charts::choose(state, at);
        if instant.is_some() {
            state.instant.set(instant);
        }
        super::bridge::reveal("wb-panel");
    };
    match found {
        Some((title, ns)) => view! {
            <button class="button" type="button" on:click=move |_| go(Some(ns))>
                "at " {scrub::time(ns)}</button>
            <span class="note">" in: " {title}</span>
        }
        .into_any(),
        None => view! {
            <button class="button" type="button" on:click=move |_| go(None)>"See charts"</button>
        }
        .into_any(),
    }
}

/// The first chart of time, in the lab's order, in which two runs part, and when, ns.
#[must_use]
pub fn parting(mine: &[Plot], reference: &[Plot]) -> Option<(String, i64)> {
    mine.iter().find_map(|plot| {
        let other = reference.iter().find(|p| p.id == plot.id)?;
        Some((plot.title.clone(), chart::parting(plot, other)?))
    })
}
