//! Tabs of scenarios, and the charts of the one that is chosen.

use std::collections::BTreeMap;

use ::labs::engine::plot::{Plot, Role};
use ::labs::{Lab, Native, Policy, run_case};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::State;
use crate::components::chart;

/// Charts of built-in policies, by policy and scenario, once they were run.
type Known = BTreeMap<(&'static str, usize), Vec<Plot>>;

pub(super) fn charts(state: State) -> impl IntoView {
    let known = StoredValue::new(Known::new());
    let drawn = Memo::new(move |_| draw(state, known));
    view! {
        <div class="wb-results">
            {tabs(state)}
            {overlays(state)}
            <div id="wb-panel" role="tabpanel" tabindex="0"
                aria-labelledby=move || format!("wb-tab-{}", state.scenario.get())>
                <p class="note">{move || summary(state)}</p>
                <div class="wb-charts" inner_html=move || drawn.get()></div>
            </div>
        </div>
    }
}

fn summary(state: State) -> String {
    let spec = state.lab.spec();
    let chosen = spec.public().nth(state.scenario.get());
    chosen.map_or_else(String::new, |(_, s)| format!("{}: {}", s.title, s.summary))
}

fn tabs(state: State) -> impl IntoView {
    let count = state.lab.spec().public().count();
    let go = move |event: leptos::ev::KeyboardEvent| {
        let at = state.scenario.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        state.scenario.set(to);
        let tab = document().get_element_by_id(&format!("wb-tab-{to}"));
        if let Some(tab) = tab.and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
            // Focus follows the choice; without it the keys still work.
            let _ = tab.focus();
        }
    };
    let tab = move |(i, (_, scenario)): (usize, (usize, &::labs::Scenario))| {
        let mine = move || state.scenario.get() == i;
        view! {
            <button type="button" role="tab" id=format!("wb-tab-{i}") aria-controls="wb-panel"
                aria-selected=move || mine().to_string()
                tabindex=move || if mine() { "0" } else { "-1" }
                on:click=move |_| state.scenario.set(i)>{scenario.id.clone()}</button>
        }
    };
    let tabs = state
        .lab
        .spec()
        .public()
        .enumerate()
        .map(tab)
        .collect_view();
    view! { <div class="wb-tabs" role="tablist" aria-label="Scenarios" on:keydown=go>{tabs}</div> }
}

fn overlays(state: State) -> impl IntoView {
    let names = [
        ("you", "you"),
        ("reference", "reference"),
        ("naive", "naive"),
        ("bound", "limits"),
    ];
    let boxes = names.into_iter().map(|(id, label)| {
        let toggle = move |_| {
            state.overlays.update(|shown| {
                if !shown.remove(id) {
                    shown.insert(id);
                }
            });
        };
        view! {
            <label>
                <input type="checkbox" checked=true
                    prop:checked=move || state.overlays.with(|s| s.contains(id))
                    on:change=toggle/>
                {label}
            </label>
        }
    });
    view! {
        <fieldset class="wb-overlays">
            <legend class="note">"Show"</legend>
            {boxes.collect_view()}
        </fieldset>
    }
}

fn draw(state: State, known: StoredValue<Known>) -> String {
    let at = state.scenario.get();
    let shown = state.overlays.get();
    let Some((_, scenario)) = state.lab.spec().public().nth(at) else {
        return String::new();
    };
    let built_in = |policy: &'static Policy| {
        known.try_update_value(|known| {
            known
                .entry((policy.id, at))
                .or_insert_with(|| run(state.lab, at, policy))
                .clone()
        })
    };
    let reference = built_in(state.lab.reference()).unwrap_or_default();
    let naive = state.naive().and_then(built_in).unwrap_or_default();
    let mine = state
        .cases
        .with(|cases| cases.get(&scenario.id).map(|(_, plots)| plots.clone()));
    let mut out = String::new();
    for (i, frame) in reference.iter().enumerate() {
        let mut plot = frame.clone();
        plot.series.retain(|s| s.role.is_world());
        if !shown.contains("bound") {
            plot.series.retain(|s| s.role == Role::Offered);
        }
        let mut lay = |id: &str, plots: &[Plot], role: Role, label: &str| {
            if let Some(other) = plots
                .iter()
                .find(|p| p.id == frame.id && shown.contains(id))
            {
                plot.overlay(other, role, label);
            }
        };
        lay(
            "naive",
            &naive,
            Role::Naive,
            state.naive().map_or("naive", |p| p.title),
        );
        lay("reference", &reference, Role::Reference, "reference");
        lay("you", mine.as_deref().unwrap_or_default(), Role::You, "you");
        out.push_str(&chart::figure(&plot, &format!("wb-{i}")));
    }
    out
}

/// Runs a built-in policy natively on a public scenario's first seed.
fn run(lab: &Lab, at: usize, policy: &Policy) -> Vec<Plot> {
    let Some((_, scenario)) = lab.spec().public().nth(at) else {
        return Vec::new();
    };
    let seed = scenario.seeds.first().copied().unwrap_or(0);
    run_case(lab, scenario, seed, &mut Native(policy.make), true).1
}
