//! A lab's world, live: choose policies, change the world, see what becomes of it.

use leptos::prelude::*;

use super::field::{choice, slider};
use super::player;
use super::state::State;
use crate::components::chart;
use crate::components::format::metric;
use crate::figures::{LabRunInfo, MetricInfo};

/// The live figure. Its children are the chart that the server drew.
#[island]
pub fn LabRun(
    /// The figure as the lesson sets it.
    info: LabRunInfo,
    /// Address of the figures' script.
    module: String,
    /// The chart at first.
    children: Children,
) -> impl IntoView {
    let id = format!("{}-live", info.key);
    let state = State::new(info, module);
    state.follow();
    let drawn = move || state.plot.with(Option::is_some);
    let live = move || {
        let draw = |plot: &::labs::engine::plot::Plot| chart::figure(plot, &id);
        state
            .plot
            .with(|plot| plot.as_ref().map_or_else(String::new, draw))
    };
    view! {
        <div class="bench" on:pointerover=move |_| state.touch() on:focusin=move |_| state.touch()>
            <div class="bench-controls">{controls(state)}</div>
            <div class="bench-numbers" role="status" aria-live="polite">{numbers(state)}</div>
            <p class="figure-problem" role="alert">
                {move || state.problem.get().unwrap_or_default()}
            </p>
            <div class="bench-chart" hidden=drawn>{children()}</div>
            <div class="bench-chart" hidden=move || !drawn() inner_html=live></div>
            {player::bar(state.player, state.plot)}
            {table(state)}
        </div>
    }
}

fn controls(state: State) -> impl IntoView {
    let (options, sliders) = state.info.with_value(|info| {
        let options = info.policies.iter();
        let options = options.map(|policy| (policy.id.clone(), policy.title.clone()));
        (options.collect::<Vec<_>>(), info.sliders.clone())
    });
    let none = (String::new(), "nobody".to_owned());
    let others = std::iter::once(none).chain(options.clone()).collect();
    let sliders = sliders.into_iter().map(|shown| {
        let (start, name) = (shown.start, StoredValue::new(shown.name.clone()));
        let value = move || {
            let name = name.get_value();
            state
                .setting
                .with(|s| s.values.get(&name).copied().unwrap_or(start))
        };
        let set = move |value| {
            state.change(|s| s.set(&name.get_value(), value));
        };
        slider(shown, value, set)
    });
    let sliders = sliders.collect_view();
    let policy = move || state.setting.with(|s| s.policy.clone());
    let against = move || {
        state
            .setting
            .with(|s| s.against.clone().unwrap_or_default())
    };
    let oppose = move |id: String| {
        state.change(|s| s.against = Some(id).filter(|id| !id.is_empty()));
    };
    view! {
        {choice("Policy", options, policy, move |id| state.change(|s| s.policy = id))}
        {choice("Against", others, against, oppose)}
        {sliders}
        <p class="bench-reset">
            <button class="button" type="button" disabled=move || state.is_at_start()
                on:click=move |_| state.reset()>"Reset"</button>
        </p>
    }
}

/// A metric of a policy as text; a dash before it is known.
fn value(state: State, policy: &str, shown: &MetricInfo) -> String {
    state.rows.with(|rows| {
        let value = rows.get(policy).and_then(|row| row.metrics.get(&shown.id));
        value.map_or_else(|| "–".to_owned(), |value| metric(*value, &shown.unit))
    })
}

fn numbers(state: State) -> impl IntoView {
    let metrics = state.info.with_value(|info| info.metrics.clone());
    let stale = move || state.setting.with(|s| state.is_stale(&s.policy));
    let each = metrics.into_iter().map(move |shown| {
        let other = shown.clone();
        let title = shown.title.clone();
        let own = move || value(state, &state.setting.with(|s| s.policy.clone()), &shown);
        let against = move || {
            let id = state.setting.with(|s| s.against.clone())?;
            let title = state
                .info
                .with_value(|info| info.policy(&id).map(|p| p.title.clone()));
            Some(format!("{}: {}", title?, value(state, &id, &other)))
        };
        view! {
            <p class="number" class:stale=stale>
                <span>{title}</span> <strong>{own}</strong> <span>{against}</span>
            </p>
        }
    });
    each.collect_view()
}

fn table(state: State) -> impl IntoView {
    let (policies, metrics, key) = state.info.with_value(|info| {
        let metrics = info.metrics.clone();
        (info.policies.clone(), metrics, info.key.clone())
    });
    let head = metrics
        .iter()
        .map(|m| view! { <th scope="col">{m.title.clone()}</th> });
    let head = head.collect_view();
    let rows = policies.into_iter().map(|policy| {
        let id = StoredValue::new(policy.id);
        let cells = metrics.clone().into_iter().map(|shown| {
            view! { <td>{move || value(state, &id.get_value(), &shown)}</td> }
        });
        let cells = cells.collect_view();
        let stale = move || state.is_stale(&id.get_value());
        view! { <tr class:stale=stale><th scope="row">{policy.title}</th>{cells}</tr> }
    });
    let rows = rows.collect_view();
    let caption = format!("{key}-table");
    let label = caption.clone();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-labelledby=label>
            <table class="figure-table">
                <caption id=caption>"Every policy in this world"</caption>
                <thead><tr><th scope="col">"Policy"</th>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}
