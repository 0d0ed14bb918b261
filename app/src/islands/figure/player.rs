//! Playing a chart of time: its curves grow with virtual time, and can be stopped at any instant.

use std::time::Duration;

use ::labs::engine::plot::Plot;
use leptos::prelude::*;

use super::engine;
use crate::components::chart::{Frame, Reading};
use crate::components::format::decimal;

/// Steps across a run.
const STEPS: i64 = 200;
/// Time between two steps: a run plays in eight seconds.
const BEAT: Duration = Duration::from_millis(40);

/// Where in virtual time a figure stands.
#[derive(Clone, Copy)]
pub(super) struct Player {
    /// First and last instant, ns; none where the chart is not one of time.
    pub ends: RwSignal<Option<(i64, i64)>>,
    /// The instant that is shown, ns; none for the end state.
    pub at: RwSignal<Option<i64>>,
    playing: RwSignal<bool>,
    timer: StoredValue<Option<IntervalHandle>>,
}

impl Player {
    pub fn new(ends: Option<(i64, i64)>) -> Self {
        Self {
            ends: RwSignal::new(ends),
            at: RwSignal::new(None),
            playing: RwSignal::new(false),
            timer: StoredValue::new(None),
        }
    }

    /// Shows the drawings of these ids up to the instant, now and whenever it moves. `redrawn`
    /// follows whatever draws them anew.
    pub fn reveal(self, ids: [String; 2], redrawn: impl Fn() + Send + Sync + 'static) {
        Effect::new(move |_| {
            redrawn();
            let part = self.part();
            let ids = ids.clone();
            // What is drawn anew stands in the page by then.
            request_animation_frame(move || {
                for id in &ids {
                    engine::show_up_to(id, part);
                }
            });
        });
    }

    #[expect(clippy::cast_precision_loss, reason = "a part of a drawing's width")]
    fn part(self) -> f64 {
        match (self.ends.get(), self.at.get()) {
            (Some((first, last)), Some(at)) => (at - first) as f64 / (last - first).max(1) as f64,
            _ => 1.0,
        }
    }

    /// The instant at which it stands still, ns.
    pub fn resting(self) -> Option<i64> {
        let at = self.at.get();
        at.filter(|_| !self.playing.get())
    }

    fn toggle(self) {
        if self.playing.get_untracked() {
            return self.stop();
        }
        let Some((first, last)) = self.ends.get_untracked() else {
            return;
        };
        if !engine::moves() {
            return self.at.set(None);
        }
        if self.at.get_untracked().is_none_or(|at| at >= last) {
            self.at.set(Some(first));
        }
        self.playing.set(true);
        let timer = set_interval_with_handle(move || self.beat(), BEAT);
        self.timer.set_value(timer.ok());
    }

    fn beat(self) {
        let Some((first, last)) = self.ends.get_untracked() else {
            return self.stop();
        };
        let next = self.at.get_untracked().unwrap_or(last) + (last - first) / STEPS;
        if next < last {
            self.at.set(Some(next));
        } else {
            self.at.set(None);
            self.stop();
        }
    }

    /// Ends the play where it is.
    pub fn stop(self) {
        self.playing.set(false);
        self.timer.update_value(|timer| {
            if let Some(timer) = timer.take() {
                timer.clear();
            }
        });
    }

    fn scrub(self, steps: i64) {
        self.stop();
        let Some((first, last)) = self.ends.get_untracked() else {
            return;
        };
        let at = first + (last - first) * steps / STEPS;
        self.at.set((at < last).then_some(at));
    }

    fn steps(self) -> i64 {
        match (self.ends.get(), self.at.get()) {
            (Some((first, last)), Some(at)) => (at - first) * STEPS / (last - first).max(1),
            _ => STEPS,
        }
    }
}

/// The button, the slider over time, and what the curves show where it stands.
pub(super) fn bar(player: Player, plot: RwSignal<Option<Plot>>) -> impl IntoView {
    let instant = move || {
        let (_, last) = player.ends.get().unwrap_or_default();
        time(player.at.get().unwrap_or(last))
    };
    let set = move |event| {
        let text: String = event_target_value(&event);
        if let Ok(steps) = text.parse() {
            player.scrub(steps);
        }
    };
    let reading = move || {
        let at = player.at.get()?;
        let frame = plot.with(|plot| plot.clone().map(Frame::new))?;
        Some(values(frame.read(frame.from_ns(at))))
    };
    let label = move || {
        if player.playing.get() {
            "Pause"
        } else {
            "Play"
        }
    };
    view! {
        <div class="player" hidden=move || player.ends.with(Option::is_none)>
            <button class="button" type="button" on:click=move |_| player.toggle()>{label}</button>
            <label class="field">
                <span class="field-name">"Virtual time " <output>{instant}</output></span>
                <input type="range" min="0" max=STEPS.to_string() step="1"
                    value=STEPS.to_string() prop:value=move || player.steps().to_string()
                    aria-valuetext=instant on:input=set/>
            </label>
            <p class="chart-reading">{reading}</p>
        </div>
    }
}

fn values(reading: Reading) -> impl IntoView {
    let values = reading.values.into_iter().map(|(label, value)| {
        view! { <span class="reading">{label} " " <strong>{value}</strong></span> }
    });
    values.collect_view()
}

/// An instant as people read it.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn time(ns: i64) -> String {
    let seconds = ns as f64 / 1e9;
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{} days", decimal(s / 86_400.0, 2)),
        s if s >= 7_200.0 => format!("{} h", decimal(s / 3_600.0, 2)),
        s if s >= 600.0 => format!("{} min", decimal(s / 60.0, 1)),
        s => format!("{} s", decimal(s, 2)),
    }
}
