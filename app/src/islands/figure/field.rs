//! The controls that figures share.

use leptos::prelude::*;

use crate::figures::Slider;

/// A slider with its value and unit.
pub(super) fn slider(
    slider: Slider,
    value: impl Fn() -> i64 + Copy + Send + Sync + 'static,
    set: impl Fn(i64) + Copy + 'static,
) -> impl IntoView {
    let (least, most) = (slider.least, slider.most);
    let change = move |event| {
        let text: String = event_target_value(&event);
        if let Ok(value) = text.parse::<i64>() {
            set(value.clamp(least, most));
        }
    };
    let (title, step, start) = (slider.title.clone(), slider.step, slider.start);
    let names = StoredValue::new(slider);
    let shown = move || names.with_value(|slider| slider.shown(value()));
    view! {
        <label class="field">
            <span class="field-name">{title} " " <output>{shown}</output></span>
            <input
                type="range" min=least.to_string() max=most.to_string() step=step.to_string()
                value=start.to_string() prop:value=move || value().to_string()
                aria-valuetext=shown on:input=change
            />
        </label>
    }
}

/// A choice of names; the empty one stands for none.
pub(super) fn choice(
    name: &'static str,
    options: Vec<(String, String)>,
    value: impl Fn() -> String + Copy + Send + Sync + 'static,
    set: impl Fn(String) + Copy + 'static,
) -> impl IntoView {
    let first = untrack(value);
    let options = options.into_iter().map(|(id, title)| {
        let selected = id == first;
        view! { <option value=id selected=selected>{title}</option> }
    });
    let options = options.collect_view();
    view! {
        <label class="field">
            <span class="field-name">{name}</span>
            <select prop:value=value on:change=move |e| set(event_target_value(&e))>
                {options}
            </select>
        </label>
    }
}
