//! Tabs of scenarios, who is drawn, and the charts of the scenario that is chosen.

use ::labs::engine::plot::{Plot, Role};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::state::Who;
use super::{State, bridge, cursor, scrub, what_if};
use crate::components::format::escape;

/// The part of the workbench that shows runs. `still` is what the server drew of the first
/// scenario, to be seen until somebody looks closer.
pub(super) fn charts(state: State, still: String) -> impl IntoView {
    let drawn = Memo::new(move |_| draw(state));
    let look = move || {
        if !state.looking.get_untracked() {
            state.looking.set(true);
        }
    };
    Effect::new(move |_| {
        if state.looking.get() {
            for subject in wanted(state) {
                bridge::fetch(state, subject);
            }
        }
    });
    let still = StoredValue::new(still);
    let live = Memo::new(move |_| state.looking.get());
    let panel = move || {
        if live.get() {
            let charts = move || {
                let plots = drawn.get();
                if plots.is_empty() {
                    let waiting = "Running the built-in policies…";
                    return view! { <p class="note" role="status">{waiting}</p> }.into_any();
                }
                let figures = plots.into_iter().enumerate();
                let figures = figures.map(|(i, plot)| cursor::figure(state, plot, i));
                view! { <div class="wb-charts">{figures.collect_view()}</div> }.into_any()
            };
            charts.into_any()
        } else {
            view! { <div class="wb-charts" inner_html=still.get_value()></div> }.into_any()
        }
    };
    view! {
        <div class="wb-results" on:focusin=move |_| look() on:pointerover=move |_| look()>
            {tabs(state)}
            <div id="wb-panel" role="tabpanel" tabindex="0"
                aria-labelledby=move || format!("wb-tab-{}", state.scenario.get())>
                <p class="note">{move || summary(state)}</p>
                {what_if::panel(state)}
                {overlays(state)}
                {scrub::bar(state)}
                {panel}
                {scrub::decisions(state)}
            </div>
        </div>
    }
}

fn summary(state: State) -> String {
    let at = state.scenario.get();
    state.spec(|spec| {
        let chosen = spec.public().nth(at);
        chosen.map_or_else(String::new, |(_, s)| format!("{}: {}", s.title, s.summary))
    })
}

fn tabs(state: State) -> impl IntoView {
    let ids: Vec<String> = state.spec(|spec| spec.public().map(|(_, s)| s.id.clone()).collect());
    let count = ids.len();
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
        choose(state, to);
        let tab = document().get_element_by_id(&format!("wb-tab-{to}"));
        if let Some(tab) = tab.and_then(|t| t.dyn_into::<HtmlElement>().ok()) {
            // Focus follows the choice; without it the keys still work.
            let _ = tab.focus();
        }
    };
    let tab = move |(i, id): (usize, String)| {
        let mine = move || state.scenario.get() == i;
        view! {
            <button type="button" role="tab" id=format!("wb-tab-{i}") aria-controls="wb-panel"
                aria-selected=move || mine().to_string()
                tabindex=move || if mine() { "0" } else { "-1" }
                on:click=move |_| choose(state, i)>{id}</button>
        }
    };
    let tabs = ids.into_iter().enumerate().map(tab).collect_view();
    view! { <div class="wb-tabs" role="tablist" aria-label="Scenarios" on:keydown=go>{tabs}</div> }
}

/// Shows another scenario.
pub(super) fn choose(state: State, at: usize) {
    state.looking.set(true);
    if state.scenario.get_untracked() != at {
        state.instant.set(None);
        state.window.set(None);
        state.scenario.set(at);
    }
}

fn overlays(state: State) -> impl IntoView {
    let names = [
        ("you", "you"),
        ("reference", "reference"),
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
            {opponents(state)}
        </fieldset>
    }
}

/// Who else can be drawn: any built-in policy, any attempt with a module.
fn opponents(state: State) -> impl IntoView {
    let value = move || match state.opponent.get() {
        None => String::new(),
        Some(Who::Policy(id)) => format!("policy:{id}"),
        Some(Who::Attempt(id)) => format!("attempt:{id}"),
    };
    let first = state.opponent.get_untracked();
    let policies: Vec<(String, String)> = state.info.with_value(|info| {
        let others = info.policies.iter().filter(|p| !p.reference);
        others.map(|p| (p.id.clone(), p.title.clone())).collect()
    });
    let policies = policies.into_iter().map(|(id, title)| {
        let selected = first == Some(Who::Policy(id.clone()));
        view! { <option value=format!("policy:{id}") selected=selected>{title}</option> }
    });
    let attempts = move || {
        let all = state.attempts.get().into_iter();
        let mine = all.filter(|a| a.why == "run").take(30).map(|attempt| {
            let value = format!("attempt:{}", attempt.id);
            view! { <option value=value>{super::attempts::title(&attempt)}</option> }
        });
        mine.collect_view()
    };
    let change = move |event| {
        let text: String = event_target_value(&event);
        let who = text.split_once(':').map(|(kind, id)| match kind {
            "attempt" => Who::Attempt(id.to_owned()),
            _ => Who::Policy(id.to_owned()),
        });
        state.looking.set(true);
        state.opponent.set(who);
    };
    view! {
        <label class="wb-opponent">
            "and"
            <select prop:value=value on:change=change aria-label="Compare with">
                <option value="">"nobody else"</option>
                <optgroup label="Built-in policies">{policies.collect_view()}</optgroup>
                <optgroup label="Your attempts">{attempts}</optgroup>
            </select>
        </label>
    }
}

/// Whose charts the page needs now.
fn wanted(state: State) -> Vec<super::state::Subject> {
    let (index, id) = state.shown();
    let world = state.world_json(&id);
    let reference = Some(Who::Policy(state.reference()));
    let all = [reference, state.opponent.get()].into_iter().flatten();
    all.map(|who| (who, index, world.clone())).collect()
}

/// The charts of the chosen scenario, with everybody who is shown.
fn draw(state: State) -> Vec<Plot> {
    let shown = state.overlays.get();
    let (index, id) = state.shown();
    let world = state.world_json(&id);
    let of = |who: Who| {
        let subject = (who, index, world.clone());
        state.known.with(|known| known.get(&subject).cloned())
    };
    let reference = of(Who::Policy(state.reference())).unwrap_or_default();
    let opponent = state.opponent.get();
    let other = opponent.clone().and_then(of).unwrap_or_default();
    let (role, title) = named(state, opponent.as_ref());
    // What was run in another world must not be laid over this one.
    let same = state.ran_worlds.with(|ran| {
        state
            .worlds
            .with(|now| ran.get(&id).filter(|w| !w.is_empty()) == now.get(&id))
    });
    let mine = state
        .cases
        .with(|cases| cases.get(&id).map(|(_, plots)| plots.clone()));
    let mine = mine
        .filter(|_| same && shown.contains("you"))
        .unwrap_or_default();
    let frames = if reference.is_empty() {
        &mine
    } else {
        &reference
    };
    let reference_name = state.info.with_value(|info| info.title(&state.reference()));
    frames
        .iter()
        .map(|frame| {
            let mut plot = frame.clone();
            plot.series.retain(|s| s.role.is_world());
            if !shown.contains("bound") {
                plot.series.retain(|s| s.role == Role::Offered);
            }
            let mut lay = |plots: &[Plot], role: Role, label: &str| {
                if let Some(other) = plots.iter().find(|p| p.id == frame.id) {
                    plot.overlay(other, role, label);
                }
            };
            lay(&other, role, &title);
            if shown.contains("reference") {
                let label = format!("reference ({reference_name})");
                lay(&reference, Role::Reference, &label);
            }
            lay(&mine, Role::You, "you");
            plot
        })
        .collect()
}

fn named(state: State, who: Option<&Who>) -> (Role, String) {
    match who {
        None => (Role::Other, String::new()),
        Some(Who::Policy(id)) => state.info.with_value(|info| {
            let naive = info.policies.iter().any(|p| p.id == *id && p.naive);
            let role = if naive { Role::Naive } else { Role::Other };
            (role, info.title(id))
        }),
        Some(Who::Attempt(id)) => {
            let title = state.attempts.with(|all| {
                let found = all.iter().find(|a| a.id == *id);
                found.map_or_else(|| "attempt".to_owned(), super::attempts::title)
            });
            (Role::Other, escape(&title))
        }
    }
}
