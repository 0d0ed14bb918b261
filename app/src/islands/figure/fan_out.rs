//! The fan-out, live: leaves, slow answers, hedges and load.

use ::labs::engine::plot::Plot;
use ::labs::fan_out::{FanOut as Setting, Measured, Outcome};
use leptos::prelude::*;

use super::engine;
use super::field::slider;
use crate::components::chart;
use crate::components::format::{duration, percent};
use crate::figures::setting::FanOutNumbers;
use crate::figures::{FanOutInfo, Slider};

/// Every signal of the figure.
#[derive(Clone, Copy)]
struct State {
    key: StoredValue<String>,
    module: StoredValue<String>,
    start: Setting,
    setting: RwSignal<Setting>,
    /// The setting of what is shown.
    of: RwSignal<Setting>,
    numbers: RwSignal<FanOutNumbers>,
    plot: RwSignal<Option<Plot>>,
    problem: RwSignal<Option<String>>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

/// The live figure. Its children are the chart that the server drew.
#[island]
pub fn FanOut(
    /// The figure as the lesson sets it.
    info: FanOutInfo,
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
        let draw = |plot: &Plot| chart::figure(plot, &id);
        state
            .plot
            .with(|plot| plot.as_ref().map_or_else(String::new, draw))
    };
    view! {
        <div class="bench">
            <div class="bench-controls">{controls(state)}</div>
            <div role="status" aria-live="polite">{numbers(state)}</div>
            <p class="figure-problem" role="alert">
                {move || state.problem.get().unwrap_or_default()}
            </p>
            <div class="bench-chart" hidden=drawn>{children()}</div>
            <div class="bench-chart" hidden=move || !drawn() inner_html=live></div>
        </div>
    }
}

impl State {
    fn new(info: FanOutInfo, module: String) -> Self {
        Self {
            key: StoredValue::new(info.key),
            module: StoredValue::new(module),
            start: info.setting,
            setting: RwSignal::new(info.setting),
            of: RwSignal::new(info.setting),
            numbers: RwSignal::new(info.start),
            plot: RwSignal::new(None),
            problem: RwSignal::new(None),
            timer: StoredValue::new(None),
        }
    }

    /// Reads the address once, then keeps it; asks the engine whenever the setting changes.
    fn follow(self) {
        Effect::new(move |seen: Option<()>| {
            let setting = self.setting.get();
            if seen.is_none() {
                return self.read(setting);
            }
            let pairs = Setting::PARAMS.iter().filter_map(|param| {
                Some((param.name.to_owned(), setting.get(param.name)?.to_string()))
            });
            let pairs = if setting == self.start {
                Vec::new()
            } else {
                pairs.collect()
            };
            engine::keep(&self.key.get_value(), pairs);
            engine::later(self.timer, move || self.ask());
        });
    }

    fn read(self, mut setting: Setting) {
        let pairs = engine::pairs(&self.key.get_value());
        for (name, value) in &pairs {
            if let Ok(value) = value.parse() {
                setting.set(name, value);
            }
        }
        if !pairs.is_empty() {
            self.setting.set(setting);
        }
    }

    fn change(self, name: &str, value: i64) {
        self.problem.set(None);
        self.setting.update(|setting| setting.set(name, value));
    }

    fn ask(self) {
        let setting = self.setting.get_untracked();
        let question = serde_json::to_string(&setting).unwrap_or_default();
        let (module, key) = (self.module.get_value(), self.key.get_value());
        engine::ask(&module, &key, "fan_out", vec![question], move |_, found| {
            self.take(setting, found);
        });
    }

    fn take(self, setting: Setting, found: Result<String, String>) {
        let outcome = found.and_then(|text| {
            serde_json::from_str::<Outcome>(&text).map_err(|error| error.to_string())
        });
        match outcome {
            Ok(outcome) => {
                let (numbers, plot) = FanOutNumbers::of(outcome);
                self.of.set(setting);
                self.numbers.set(numbers);
                self.plot.set(Some(plot));
            }
            Err(trouble) => self.problem.set(Some(trouble)),
        }
    }
}

fn controls(state: State) -> impl IntoView {
    let sliders = Setting::PARAMS.map(|param| {
        let start = state.start.get(param.name).unwrap_or(param.least);
        let shown = Slider::new(param.name, param.title, (param.least, param.most), start);
        let value = move || state.setting.with(|s| s.get(param.name).unwrap_or(start));
        slider(shown, value, move |value| state.change(param.name, value))
    });
    let sliders = sliders.into_iter().collect_view();
    let at_start = move || state.setting.get() == state.start;
    view! {
        {sliders}
        <p class="bench-reset">
            <button class="button" type="button" disabled=at_start
                on:click=move |_| state.setting.set(state.start)>"Reset"</button>
        </p>
    }
}

fn numbers(state: State) -> impl IntoView {
    let plain = move || state.numbers.with(|n| Some(n.plain));
    let hedged = move || state.numbers.with(|n| n.hedged);
    let after = move || format!("Hedged after {} ms", state.of.with(|s| s.hedge_after_ms));
    let stale = move || state.setting.get() != state.of.get();
    let met = move || state.numbers.with(|n| percent(n.met_ppm));
    let closed = move || state.numbers.with(|n| percent(n.met_closed_ppm));
    let form = move || {
        state
            .of
            .with(|s| format!("1 − (1 − {})", percent(s.slow_ppm)))
    };
    let leaves = move || state.of.with(|s| s.leaves);
    view! {
        <p class:stale=stale>
            <strong>{met}</strong> " of the requests met at least one slow answer; the closed form "
            {form} <sup>{leaves}</sup> " gives " <strong>{closed}</strong> "."
        </p>
        <div class="scroll" tabindex="0" role="region" aria-label="Response times"
            class:stale=stale>
            <table class="figure-table">
                <thead><tr>
                    <th scope="col">"Requests"</th> <th scope="col">"p50"</th>
                    <th scope="col">"p99"</th> <th scope="col">"p99.9"</th>
                    <th scope="col">"Extra load"</th> <th scope="col">"Servers busy"</th>
                </tr></thead>
                <tbody>
                    <tr><th scope="row">"Not hedged"</th> {cells(plain)}</tr>
                    <tr hidden=move || hedged().is_none()>
                        <th scope="row">{after}</th> {cells(hedged)}
                    </tr>
                </tbody>
            </table>
        </div>
        <p class="figure-problem" hidden=move || !state.numbers.with(overloaded)>
            "The copies make more work than the servers can do: queues grow as long as this lasts,
            and the times above say no more than how long it was run."
        </p>
    }
}

fn overloaded(numbers: &FanOutNumbers) -> bool {
    numbers
        .hedged
        .is_some_and(|hedged| hedged.busy_ppm >= 1_000_000)
}

fn cells(of: impl Fn() -> Option<Measured> + Copy + Send + Sync + 'static) -> impl IntoView {
    let cell = move |pick: fn(Measured) -> String| {
        view! { <td>{move || of().map_or_else(|| "–".to_owned(), pick)}</td> }
    };
    view! {
        {cell(|m| duration(m.p50_ns))} {cell(|m| duration(m.p99_ns))}
        {cell(|m| duration(m.p999_ns))}
        {cell(|m| percent(m.extra_ppm))} {cell(|m| percent(m.busy_ppm))}
    }
}
