//! The slider over virtual time, and the decisions around the instant it stands at.

use ::labs::tape::{Place, Taken, Window};
use leptos::prelude::*;

use super::{State, bridge};
use crate::components::chart::Frame;
use crate::components::format::decimal;

/// Steps of the slider across a run.
const STEPS: i64 = 500;

/// Longest chart of time of the scenario that is shown, ns; 0 where no chart has time.
fn length(state: State) -> i64 {
    let (index, id) = state.shown();
    let longest = |plots: &[::labs::engine::plot::Plot]| {
        let frames = plots
            .iter()
            .map(|p| Frame::new(p.clone()))
            .filter(Frame::is_time);
        let ends = frames.filter_map(|f| f.stops().last().map(|last| f.to_ns(*last)));
        ends.max().unwrap_or(0)
    };
    let mine = state
        .cases
        .with(|c| c.get(&id).map_or(0, |(_, plots)| longest(plots)));
    let built_in = state.known.with(|known| {
        let here = known.iter().filter(|((_, at, _), _)| *at == index);
        here.map(|(_, plots)| longest(plots)).max().unwrap_or(0)
    });
    mine.max(built_in)
}

pub(super) fn bar(state: State) -> impl IntoView {
    let length = Memo::new(move |_| length(state));
    let step = move || (length.get() / STEPS).max(1);
    let set = move |event| {
        let text: String = event_target_value(&event);
        if let Ok(at) = text.parse::<i64>() {
            state.instant.set(Some(at.saturating_mul(step())));
        }
    };
    let value = move || (state.instant.get().unwrap_or(0) / step()).to_string();
    let said = move || {
        state
            .instant
            .get()
            .map_or_else(|| "not set".to_owned(), time)
    };
    Effect::new(move |_| {
        if state.instant.get().is_some() {
            bridge::look_soon(state);
        }
    });
    view! {
        <div class="wb-scrub" hidden=move || length.get() == 0>
            <label class="field">
                <span class="field-name">"Virtual time: " <strong>{said}</strong></span>
                <input type="range" min="0" step="1" max=move || (length.get() / step()).to_string()
                    prop:value=value aria-valuetext=said on:input=set/>
            </label>
        </div>
    }
}

/// Nanoseconds as people read them.
#[expect(clippy::cast_precision_loss, reason = "shown with three decimals")]
pub(super) fn time(ns: i64) -> String {
    let seconds = ns as f64 / 1e9;
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{} days", decimal(s / 86_400.0, 3)),
        s if s >= 600.0 => format!("{} min", decimal(s / 60.0, 3)),
        s => format!("{} s", decimal(s, 4)),
    }
}

pub(super) fn decisions(state: State) -> impl IntoView {
    move || state.window.get().map(|window| shown(state, &window))
}

fn shown(state: State, window: &Window) -> impl IntoView + use<> {
    let first = window.calls.first().map_or(1, |c| c.call);
    let last = window.calls.last().map_or(1, |c| c.call);
    let go = move |place: Place| bridge::look(state, place);
    let whose = if state.cases.with_untracked(|c| c.is_empty()) {
        "Decisions of the policy you compare with"
    } else {
        "Your decisions"
    };
    let rows = window
        .calls
        .iter()
        .map(|taken| row(state, taken))
        .collect_view();
    let total = window.total;
    let parted = window.parted.clone().map(|taken| {
        let text = format!(
            "First answer that differs from the reference's: call {} at {}",
            taken.call,
            time(taken.at)
        );
        let place = Place::Call(taken.call);
        view! {
            <button class="button" type="button" on:click=move |_| {
                state.instant.set(Some(taken.at));
                bridge::look(state, place);
            }>{text}</button>
        }
    });
    let agree = parted.is_none().then(|| {
        view! { <p class="note">"Every answer to a call that both had equals the reference's."</p> }
    });
    view! {
        <section class="wb-decisions" aria-labelledby="wb-decisions">
            <h3 id="wb-decisions">{whose} " around this instant"</h3>
            <p class="note">"Calls " {first} " to " {last} " of " {total}
                ", on the seed of the charts. Times count from the first call that was told
                one."</p>
            <div class="actions">
                <button class="button" type="button" disabled={first <= 1}
                    on:click=move |_| go(Place::Call(first.saturating_sub(9).max(1)))>
                    "Earlier calls"</button>
                <button class="button" type="button" disabled={last >= total}
                    on:click=move |_| go(Place::Call(last + 1))>"Later calls"</button>
                {parted}
            </div>
            {agree}
            <div class="scroll" tabindex="0" role="region" aria-labelledby="wb-decisions">
                <table class="stack">
                    <thead><tr>
                        <th scope="col">"Call"</th><th scope="col">"Asked"</th>
                        <th scope="col">"Answer"</th><th scope="col">"Reference"</th>
                        <th scope="col">"Operations"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(state: State, taken: &Taken) -> impl IntoView + use<> {
    let (asked, answers) = state.spec(|spec| {
        let export = spec.exports.get(taken.export);
        let args = taken.args.iter().enumerate().map(|(i, arg)| {
            let name = export
                .and_then(|e| e.params.get(i))
                .map_or("?", |p| p.name.as_str());
            format!("{name}: {arg}")
        });
        let args: Vec<String> = args.collect();
        let name = export.map_or("?", |e| e.name.as_str());
        let answers = export.is_some_and(|e| e.result.is_some());
        (format!("{name}({})", args.join(", ")), answers)
    });
    let answer = match (taken.value, answers) {
        (None, _) => "did not return".to_owned(),
        (Some(_), false) => "–".to_owned(),
        (Some(value), true) => value.to_string(),
    };
    let differs = answers && taken.reference.is_some_and(|r| Some(r) != taken.value);
    let reference = match taken.reference {
        None => "had another call".to_owned(),
        Some(_) if !answers => "–".to_owned(),
        Some(value) if differs => format!("{value}, differs"),
        Some(value) => value.to_string(),
    };
    let ops = if taken.ops == 0 {
        "–".to_owned()
    } else {
        taken.ops.to_string()
    };
    view! {
        <tr class:differs=differs>
            <th scope="row">{taken.call} " · " {time(taken.at)}</th>
            <td data-label="Asked"><code>{asked}</code></td>
            <td data-label="Answer">{answer}</td>
            <td data-label="Reference">{reference}</td>
            <td data-label="Operations">{ops}</td>
        </tr>
    }
}
