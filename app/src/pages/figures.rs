//! Figures: the live part, and what stands in for it where scripts do not run.

use std::cell::Cell;

use content::{Figure, Table, Value};
use leptos::prelude::*;

use crate::assets::Site;
use crate::bench::{Setup, Traffic};
use crate::components::chart;
use crate::figures::{fan_out, lab_run};
use crate::islands::{FanOut, LabRun, LimiterBench};

/// The figures of one page, numbered as they come: `f1`, `f2` … name them in it and in addresses.
pub(crate) struct Figures<'a> {
    site: &'a Site,
    count: Cell<u32>,
}

impl<'a> Figures<'a> {
    /// None yet.
    pub fn new(site: &'a Site) -> Self {
        let count = Cell::new(0);
        Self { site, count }
    }

    fn key(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("f{}", self.count.get())
    }

    /// Address of the script by which figures ask the lab engine.
    fn script(&self) -> String {
        self.site.assets.url("figure.js")
    }
}

/// A figure as it stands in a lesson.
pub(crate) fn figure(figure: &Figure, figures: &Figures<'_>) -> impl IntoView + use<> {
    let key = figures.key();
    let live = match figure.id.as_str() {
        "limiter-bench" => limiter_bench(figure),
        "lab-run" => lab_run(figure, key, figures.script()),
        "fan-out" => fan_out(figure, key, figures.script()),
        _ => ().into_any(),
    };
    let table = figure.table.as_ref().map(table);
    let model = String::from(figure.model.clone());
    view! {
        <div class="figure" role="group" aria-label=figure.title.clone()>
            <p class="figure-title">{figure.title.clone()}</p>
            {live}
            <p class="figure-alt">{figure.alt.clone()}</p>
            <div class="prose figure-model" inner_html=model></div>
            {table}
        </div>
    }
}

fn limiter_bench(figure: &Figure) -> AnyView {
    let setup = setup(figure);
    let shape = setup.shape.id().to_owned();
    view! {
        <LimiterBench policy=setup.policy rate=setup.rate burst=setup.burst shape=shape/>
    }
    .into_any()
}

/// A lab's world. Every policy is run once while the page is rendered, and the page is kept.
fn lab_run(figure: &Figure, key: String, script: String) -> AnyView {
    let Ok(run) = lab_run::read(&figure.params) else {
        // Lessons with such a figure are not served; see `figures::check`.
        return ().into_any();
    };
    let id = format!("{key}-still");
    let still = run.still(key);
    let chart = still.plot.as_ref().map(|plot| chart::figure(plot, &id));
    let chart = chart.unwrap_or_default();
    let scenario = still.scenario;
    let world = scenario.world.iter().map(|(name, value)| {
        view! { <li><code>{name.clone()}</code> " " {*value}</li> }
    });
    let world = world.collect_view();
    view! {
        <p class="note">"Scenario " <strong>{scenario.title.clone()}</strong> ": "
            {scenario.summary.clone()}</p>
        <LabRun info=still.info module=script><div inner_html=chart></div></LabRun>
        <details class="figure-world">
            <summary>"Every parameter of this world, as published"</summary>
            <ul>{world} <li>"seed " {scenario.seeds.first().copied().unwrap_or(0)}</li></ul>
        </details>
    }
    .into_any()
}

fn fan_out(figure: &Figure, key: String, script: String) -> AnyView {
    let Ok(setting) = fan_out::read(&figure.params) else {
        return ().into_any();
    };
    let id = format!("{key}-still");
    let (info, plot) = fan_out::still(setting, key);
    let chart = chart::figure(&plot, &id);
    view! { <FanOut info=info module=script><div inner_html=chart></div></FanOut> }.into_any()
}

/// The bench as the lesson sets it; what it leaves out is the default.
fn setup(figure: &Figure) -> Setup {
    let number = |name: &str| match figure.params.get(name) {
        Some(Value::Integer(value)) => Some(*value),
        _ => None,
    };
    let text = |name: &str| match figure.params.get(name) {
        Some(Value::Text(value)) => Some(value.clone()),
        _ => None,
    };
    let usual = Setup::default();
    let setup = Setup {
        policy: text("policy")
            .or_else(|| text("algorithm"))
            .unwrap_or(usual.policy.clone()),
        rate: number("rate")
            .or_else(|| number("interval_ms").map(|ms| 1_000 / ms.max(1)))
            .unwrap_or(usual.rate),
        burst: number("burst").unwrap_or(usual.burst),
        shape: text("traffic")
            .as_deref()
            .and_then(Traffic::by_id)
            .unwrap_or(usual.shape),
    };
    let known = crate::bench::policies()
        .iter()
        .any(|policy| policy.id == setup.policy);
    if known {
        setup.clamped()
    } else {
        Setup {
            policy: usual.policy,
            ..setup
        }
        .clamped()
    }
}

fn table(table: &Table) -> impl IntoView + use<> {
    let head = table
        .head
        .iter()
        .map(|cell| view! { <th scope="col">{cell.clone()}</th> });
    let head = head.collect_view();
    let rows = table.rows.iter().map(|row| {
        let cells = row
            .iter()
            .map(|cell| view! { <td>{cell.clone()}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <details class="chart-data">
            <summary>"The end state as numbers"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="The end state as numbers">
                <table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        </details>
    }
}
