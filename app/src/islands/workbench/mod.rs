//! The workbench of a lab: write or drop a policy, run it, compare it, submit it.
//!
//! The heavy parts (editor, compiler, engine worker) are a script of their own, loaded when this
//! island wakes; see [`bridge`]. Built-in policies are run here, natively, so that charts have
//! something to compare with before the first run.

#[cfg(feature = "hydrate")]
#[path = "bridge.rs"]
mod bridge;
#[cfg(not(feature = "hydrate"))]
#[path = "still.rs"]
mod bridge;
mod charts;
mod editor;
mod report;
mod state;
#[cfg(feature = "hydrate")]
mod values;

use ::labs::Lab;
use leptos::prelude::*;

pub use state::{Message, State, Trouble};

/// The workbench of a lab.
#[island]
pub fn Workbench(
    /// Lab id.
    lab: String,
    /// Address of the workbench's script.
    module: String,
) -> impl IntoView {
    ::labs::by_id(&lab).map(|lab| bench(lab, module))
}

fn bench(lab: &'static Lab, module: String) -> impl IntoView {
    let state = State::new(lab);
    let host = NodeRef::<leptos::html::Div>::new();
    bridge::wake(state, module, host);
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            bridge::run(state);
        }
    };
    view! {
        <div class="workbench" on:keydown=keys>
            {editor::bar(state)}
            {editor::editor(state, host)}
            {editor::drop_zone(state)}
            {editor::status(state)}
            {editor::troubles(state)}
            {charts::charts(state)}
            {report::reports(state)}
        </div>
    }
}
