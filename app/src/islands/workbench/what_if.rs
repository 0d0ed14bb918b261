//! The parameters of the scenario's world: all of them visible, all of them adjustable.

use ::labs::what_if::{FACTOR, TOGETHER, changed, range};
use leptos::prelude::*;

use super::{State, bridge};

/// Why the changed worlds cannot be run, if they cannot.
pub(super) fn problem(state: State) -> Option<String> {
    let worlds = state.worlds.get();
    state.spec(|spec| {
        worlds.iter().find_map(|(id, changes)| {
            let (_, scenario) = spec.scenario(id)?;
            changed(scenario, changes).err()
        })
    })
}

pub(super) fn panel(state: State) -> impl IntoView {
    let any = move || state.worlds.with(|worlds| !worlds.is_empty());
    let fields = move || {
        let at = state.scenario.get();
        let (id, world) = state.spec(|spec| {
            let found = spec.public().nth(at);
            found.map_or_else(Default::default, |(_, s)| (s.id.clone(), s.world.clone()))
        });
        let fields = world
            .into_iter()
            .map(|(name, published)| field(state, id.clone(), name, published));
        fields.collect_view()
    };
    let reset = move |_| {
        state.worlds.update(std::collections::BTreeMap::clear);
        bridge::worlds_changed(state);
    };
    let rule = format!(
        "Whole numbers, from a {FACTOR}th of the published value to {FACTOR} times it; all changes \
         to a scenario together within {TOGETHER} times. Durations that end in _ns are nanoseconds."
    );
    view! {
        <details class="wb-whatif">
            <summary>"What if? The parameters of this world"</summary>
            <p><strong>"A run of a changed world does not count for the grade."</strong>
                " It is scored against policies measured in the same changed world, and the address
                of this page carries the changes."</p>
            <p class="note">{rule}</p>
            <div class="wb-params">{fields}</div>
            <p class="wb-problem" role="alert">{move || problem(state)}</p>
            <button class="button" type="button" disabled=move || !any() on:click=reset>
                "Back to the published worlds"</button>
        </details>
        <p class="callout wb-changed" role="status" hidden=move || !any()>
            "What if: " {move || changes(state)} ". Runs do not count for the grade until the
            published worlds are back."
        </p>
    }
}

fn changes(state: State) -> String {
    let worlds = state.worlds.get();
    let each = worlds.iter().flat_map(|(scenario, world)| {
        world
            .iter()
            .map(move |(name, value)| format!("{scenario}.{name} = {value}"))
    });
    each.collect::<Vec<_>>().join(", ")
}

fn field(state: State, scenario: String, name: String, published: i64) -> impl IntoView {
    let (least, most) = range(published);
    let own = (scenario.clone(), name.clone());
    let value = move || {
        state.worlds.with(|worlds| {
            let world = worlds.get(&own.0);
            world
                .and_then(|w| w.get(&own.1))
                .copied()
                .unwrap_or(published)
                .to_string()
        })
    };
    let label = name.clone();
    let change = move |event| {
        let text: String = event_target_value(&event);
        let Ok(value) = text.trim().parse::<i64>() else {
            return;
        };
        state.worlds.update(|worlds| {
            let world = worlds.entry(scenario.clone()).or_default();
            if value == published {
                world.remove(&name);
            } else {
                world.insert(name.clone(), value);
            }
            worlds.retain(|_, world| !world.is_empty());
        });
        state.looking.set(true);
        bridge::worlds_changed(state);
    };
    view! {
        <label class="field">
            <span class="field-name"><code>{label}</code></span>
            <input type="number" inputmode="numeric" step="1" min=least.to_string()
                max=most.to_string() value=published.to_string() prop:value=value
                readonly={published == 0} on:change=change/>
            <span class="note">"published " {published}</span>
        </label>
    }
}
