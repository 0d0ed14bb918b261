//! A chart that can be read with pointer and keyboard.

use ::labs::engine::plot::Plot;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;

use super::{State, bridge};
use crate::components::chart::{self, Frame};

/// Steps that Page Up and Page Down move.
const PAGE: isize = 10;

/// A figure with a cursor. Charts of time share theirs with the scenario's slider.
pub(super) fn figure(state: State, plot: Plot, index: usize) -> impl IntoView {
    let (head, legend, data) = (chart::head(&plot), chart::legend(&plot), chart::data(&plot));
    let drawing = chart::drawing(&plot, &format!("wb-{index}"));
    let label = format!("Cursor in: {}", plot.title);
    let frame = StoredValue::new(Frame::new(plot));
    let timed = frame.with_value(Frame::is_time);
    let own = RwSignal::new(None::<i64>);
    let hover = RwSignal::new(None::<i64>);
    let fixed = move || {
        if timed {
            state
                .instant
                .get()
                .map(|ns| frame.with_value(|f| f.from_ns(ns)))
        } else {
            own.get()
        }
    };
    let place = Memo::new(move |_| hover.get().or_else(fixed));
    let set = move |stored: i64| {
        if timed {
            state
                .instant
                .set(Some(frame.with_value(|f| f.to_ns(stored))));
        } else {
            own.set(Some(stored));
        }
    };
    let at = move |event: &PointerEvent| {
        let (across, down) = bridge::place(event)?;
        frame.with_value(|f| f.nearest(across, down))
    };
    let key = move |event: KeyboardEvent| {
        let now = place.get_untracked();
        let stops = frame.with_value(|f| (f.stops().first().copied(), f.stops().last().copied()));
        let step = |by| match now {
            Some(now) => frame.with_value(|f| f.step(now, by)),
            None => stops.0,
        };
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => step(1),
            "ArrowLeft" | "ArrowDown" => step(-1),
            "PageUp" => step(PAGE),
            "PageDown" => step(-PAGE),
            "Home" => stops.0,
            "End" => stops.1,
            _ => return,
        };
        event.prevent_default();
        hover.set(None);
        if let Some(to) = to {
            set(to);
        }
    };
    let reading = Memo::new(move |_| place.get().map(|at| frame.with_value(|f| f.read(at))));
    let spoken = move || {
        let none = "not placed; arrow keys move it".to_owned();
        reading.get().map_or(none, |reading| reading.text())
    };
    let ends = frame.with_value(|f| {
        let text = |stop: Option<&i64>| stop.copied().unwrap_or(0).to_string();
        (text(f.stops().first()), text(f.stops().last()))
    });
    view! {
        <figure class="chart">
            <figcaption class="chart-head" inner_html=head></figcaption>
            <div inner_html=legend></div>
            <div class="chart-plot">
                <div inner_html=drawing></div>
                <svg class="chart-svg chart-cursor" viewBox=Frame::view_box() aria-hidden="true">
                    {move || marks(frame, place.get())}
                </svg>
                <div class="chart-hit" role="slider" tabindex="0" aria-label=label
                    aria-valuemin=ends.0.clone() aria-valuemax=ends.1
                    aria-valuenow=move || place.get().map_or(ends.0.clone(), |p| p.to_string())
                    aria-valuetext=spoken
                    on:pointermove=move |e| hover.set(at(&e))
                    on:pointerleave=move |_| hover.set(None)
                    on:pointerdown=move |e| if let Some(to) = at(&e) { set(to) }
                    on:keydown=key></div>
            </div>
            <p class="chart-reading">{move || readout(reading.get())}</p>
            <div inner_html=data></div>
        </figure>
    }
}

fn marks(frame: StoredValue<Frame>, place: Option<i64>) -> Option<impl IntoView> {
    let place = place?;
    let (line, dots) = frame.with_value(|f| (f.line(place), f.dots(place)));
    let dot = |(x, y): (f64, f64)| {
        view! { <circle class="cursor-dot" cx=format!("{x:.1}") cy=format!("{y:.1}") r="4"/> }
    };
    let dots = dots.into_iter().map(dot).collect_view();
    Some(view! { <path class="cursor-line" d=line/> {dots} })
}

fn readout(reading: Option<chart::Reading>) -> AnyView {
    let Some(reading) = reading else {
        let how = "Point at the chart, or focus it and use the arrow keys, to read its values.";
        return view! { <span class="note">{how}</span> }.into_any();
    };
    let values = reading.values.into_iter().map(|(label, value)| {
        view! { <span class="reading">{label} " " <strong>{value}</strong></span> }
    });
    view! { <span class="reading place">{reading.place}</span> {values.collect_view()} }.into_any()
}
