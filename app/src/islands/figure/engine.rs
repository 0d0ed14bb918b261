//! Asking the lab engine, by way of the script `figure.js`, and what else figures want of browsers.

use std::time::Duration;

use js_sys::{Array, global};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;
use leptos::wasm_bindgen::prelude::Closure;

use crate::components::chart::{reveal, reveal_id};
use crate::islands::address;
use crate::islands::values::{Answer, call, text, wait};

/// A slider may rest this long before anything is asked for.
const REST: Duration = Duration::from_millis(120);

/// Has the engine answer `questions` in this order, instead of what `figure` asked before. `take`
/// gets each question with its answer as JSON, or with what went wrong.
pub(super) fn ask(
    module: &str,
    figure: &str,
    name: &'static str,
    questions: Vec<String>,
    take: impl Fn(String, Result<String, String>) + 'static,
) {
    let (module, figure) = (JsValue::from(module), JsValue::from(figure));
    let told = move |question: String, found: JsValue, trouble: JsValue| {
        let trouble = trouble.as_string().unwrap_or_default();
        take(question, found.as_string().ok_or(trouble));
    };
    spawn_local(async move {
        let asked = async {
            let script = wait(call(&global(), "headroomImport", &[&module])?).await?;
            let list: Array = questions.iter().map(JsValue::from).collect();
            let told = Closure::<dyn Fn(String, JsValue, JsValue)>::new(told).into_js_value();
            let arguments = [&figure, &name.into(), &list, &told];
            call(&script, "ask", &arguments)
        };
        let asked: Answer<JsValue> = asked.await;
        if let Err(error) = asked {
            leptos::logging::warn!("the figure's script: {}", text(&error, "message"));
        }
    });
}

/// What the address says of the figure called `key`.
pub(super) fn pairs(key: &str) -> Vec<(String, String)> {
    address::pairs_of(key)
}

/// Keeps the figure's parameters in the address.
pub(super) fn keep(key: &str, pairs: Vec<(String, String)>) {
    address::write_of(key, pairs);
}

/// Shows the drawing called `id` up to a part of its width.
pub(super) fn show_up_to(id: &str, part: f64) {
    let clip = document().get_element_by_id(&reveal_id(id));
    if let Some(path) = clip.and_then(|clip| clip.first_element_child()) {
        // A drawing that is not there needs no window.
        let _ = path.set_attribute("d", &reveal(part));
    }
}

/// Whether the reader wants things to move.
pub(super) fn moves() -> bool {
    let still = window().match_media("(prefers-reduced-motion: reduce)");
    !still.ok().flatten().is_some_and(|query| query.matches())
}

/// Does `act` once nothing has asked for it anew for a while.
pub(super) fn later(timer: StoredValue<Option<TimeoutHandle>>, act: impl FnOnce() + 'static) {
    let next = set_timeout_with_handle(act, REST).ok();
    timer.update_value(|waiting| {
        if let Some(waiting) = std::mem::replace(waiting, next) {
            waiting.clear();
        }
    });
}
