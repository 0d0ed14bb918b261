//! The limiter bench: pick a policy, a contract and traffic; see what it admits.
//!
//! The run is native code in the client module: no request is made while the sliders move. The
//! setting is kept in the address, so that it can be sent to someone.

use leptos::prelude::*;

use crate::bench::{self, Setup, Traffic};
use crate::components::chart;
use crate::components::format::percent;

/// The live figure.
#[island]
pub fn LimiterBench(
    /// Id of the built-in policy shown at first.
    policy: String,
    /// Tokens per second.
    rate: i64,
    /// Tokens that may be spent at once.
    burst: i64,
    /// Id of the [`Traffic`].
    shape: String,
) -> impl IntoView {
    let shape = Traffic::by_id(&shape).unwrap_or(Traffic::Edge);
    let setup = RwSignal::new(
        Setup {
            policy,
            rate,
            burst,
            shape,
        }
        .clamped(),
    );
    let outcome = Memo::new(move |_| bench::run(&setup.get()));
    let chart = move || {
        outcome.with(|run| {
            run.as_ref()
                .map_or_else(String::new, |r| chart::figure(&r.plot, "bench"))
        })
    };
    #[cfg(feature = "hydrate")]
    address::follow(setup);
    view! {
        <div class="bench">
            <div class="bench-controls">
                {policy_field(setup)}
                {traffic_field(setup)}
                {number_field("Rate", "tokens/s", 50, setup, |s| s.rate, |s, v| s.rate = v)}
                {number_field("Burst", "tokens", 100, setup, |s| s.burst, |s, v| s.burst = v)}
            </div>
            <div class="bench-numbers" role="status" aria-live="polite">{numbers(outcome)}</div>
            <div class="bench-chart" inner_html=chart></div>
        </div>
    }
}

fn numbers(outcome: Memo<Option<bench::Run>>) -> impl IntoView {
    let read = move |pick: fn(&bench::Run) -> String| {
        move || outcome.with(|run| run.as_ref().map_or_else(|| "–".to_owned(), pick))
    };
    view! {
        <p class="number"><strong>{read(|r| percent(r.over_ppm))}</strong>
            <span>"of what it admitted breaks the contract"</span></p>
        <p class="number"><strong>{read(|r| percent(r.under_ppm))}</strong>
            <span>"of what the contract allows was denied"</span></p>
        <p class="number"><strong>{read(|r| format!("{} of {}", r.admitted, r.requests))}</strong>
            <span>"requests admitted in 10 s"</span></p>
    }
}

fn policy_field(setup: RwSignal<Setup>) -> impl IntoView {
    let chosen = setup.with_untracked(|s| s.policy.clone());
    let options = bench::policies().iter().map(|policy| {
        view! { <option value=policy.id selected=policy.id == chosen>{policy.title}</option> }
    });
    let options = options.collect_view();
    view! {
        <label class="field">
            <span class="field-name">"Policy"</span>
            <select
                prop:value=move || setup.with(|s| s.policy.clone())
                on:change=move |e| setup.update(|s| s.policy = event_target_value(&e))
            >{options}</select>
        </label>
    }
}

fn traffic_field(setup: RwSignal<Setup>) -> impl IntoView {
    let chosen = setup.with_untracked(|s| s.shape);
    let options = Traffic::ALL.into_iter().map(|shape| {
        view! { <option value=shape.id() selected=shape == chosen>{shape.title()}</option> }
    });
    let options = options.collect_view();
    let choose = move |id: &str| {
        if let Some(shape) = Traffic::by_id(id) {
            setup.update(|s| s.shape = shape);
        }
    };
    view! {
        <label class="field">
            <span class="field-name">"Traffic"</span>
            <select
                prop:value=move || setup.with(|s| s.shape.id())
                on:change=move |e| choose(&event_target_value(&e))
            >{options}</select>
        </label>
    }
}

fn number_field(
    name: &'static str,
    unit: &'static str,
    most: i64,
    setup: RwSignal<Setup>,
    get: fn(&Setup) -> i64,
    set: fn(&mut Setup, i64),
) -> impl IntoView {
    let change = move |text: &str| {
        if let Ok(value) = text.parse::<i64>() {
            setup.update(|s| set(s, value.clamp(1, most)));
        }
    };
    view! {
        <label class="field">
            <span class="field-name">
                {name} " " <output>{move || setup.with(get).to_string()}</output> " " {unit}
            </span>
            <input
                type="range" min="1" max=most.to_string() step="1"
                value=setup.with_untracked(get).to_string()
                prop:value=move || setup.with(get).to_string()
                on:input=move |e| change(&event_target_value(&e))
            />
        </label>
    }
}

#[cfg(feature = "hydrate")]
mod address {
    //! The setting in the query of the page's address.

    use leptos::prelude::*;

    use crate::bench::{Setup, Traffic, policies};
    use crate::islands::address;

    const NAMES: [&str; 4] = ["policy", "rate", "burst", "traffic"];

    /// Reads the setting from the address once, then writes it there whenever it changes.
    pub(super) fn follow(setup: RwSignal<Setup>) {
        Effect::new(move |seen: Option<()>| {
            let now = setup.get();
            if seen.is_none() {
                if let Some(read) = read(now.clone()) {
                    setup.set(read);
                }
            } else {
                write(&now);
            }
        });
    }

    fn read(mut setup: Setup) -> Option<Setup> {
        for (name, value) in address::pairs() {
            match name.as_str() {
                "policy" if policies().iter().any(|p| p.id == value) => setup.policy = value,
                "rate" => setup.rate = value.parse().ok()?,
                "burst" => setup.burst = value.parse().ok()?,
                "traffic" => setup.shape = Traffic::by_id(&value)?,
                _ => {}
            }
        }
        Some(setup.clamped())
    }

    fn write(setup: &Setup) {
        let values = [
            setup.policy.clone(),
            setup.rate.to_string(),
            setup.burst.to_string(),
            setup.shape.id().to_owned(),
        ];
        let pairs = NAMES.map(str::to_owned).into_iter().zip(values);
        let pairs: Vec<_> = pairs.collect();
        address::write(|name| NAMES.contains(&name), &pairs);
    }
}
