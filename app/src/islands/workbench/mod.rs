//! The workbench of a lab: write or drop a policy, run it, compare it, submit it.
//!
//! The heavy parts (editor, compiler, engine worker) are a script of their own, loaded when this
//! island wakes; see [`bridge`]. Built-in policies are run here, natively, so that charts have
//! something to compare with before the first run.

mod attempts;
pub mod breakdown;
#[cfg(feature = "hydrate")]
#[path = "bridge.rs"]
mod bridge;
#[cfg(not(feature = "hydrate"))]
#[path = "still.rs"]
mod bridge;
mod charts;
mod cursor;
#[cfg(feature = "hydrate")]
mod drafts;
mod editor;
mod info;
#[cfg(feature = "hydrate")]
mod keep;
#[cfg(feature = "hydrate")]
mod looks;
mod report;
mod scrub;
mod shared;
mod solution;
mod state;
mod what_if;

use leptos::prelude::*;

pub use info::LabInfo;
pub use state::{Attempt, DiffLine, Message, Shared, State, Trouble};

/// The workbench of a lab.
#[island]
pub fn Workbench(
    /// The lab, without its code.
    lab: LabInfo,
    /// Address of the workbench's script.
    module: String,
) -> impl IntoView {
    let still = still(&lab.id);
    bench(State::new(lab), module, still)
}

/// Charts of the first scenario, to be seen before anything is awake. Browsers keep what the
/// server drew.
#[cfg(feature = "ssr")]
fn still(lab: &str) -> String {
    use ::labs::engine::plot::Role;
    use ::labs::{Native, PolicyRole, run_case};

    let Some(lab) = ::labs::by_id(lab) else {
        return String::new();
    };
    let Some((_, scenario)) = lab.spec().public().next() else {
        return String::new();
    };
    let seed = scenario.seeds.first().copied().unwrap_or(0);
    let run =
        |policy: &::labs::Policy| run_case(lab, scenario, seed, &mut Native(policy.make), true).1;
    let naive = lab.policies.iter().find(|p| p.role == PolicyRole::Naive);
    let other = naive.map(|policy| (policy.title, run(policy)));
    let mut out = String::new();
    for (i, mut plot) in run(lab.reference()).into_iter().enumerate() {
        plot.rename_policy(Role::Reference, "reference");
        if let Some((title, plots)) = &other
            && let Some(found) = plots.iter().find(|p| p.id == plot.id)
        {
            plot.overlay(found, Role::Naive, title);
        }
        out.push_str(&crate::components::chart::figure(&plot, &format!("wb-{i}")));
    }
    out
}

#[cfg(not(feature = "ssr"))]
fn still(_: &str) -> String {
    String::new()
}

fn bench(state: State, module: String, still: String) -> impl IntoView {
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
            {shared::panel(state)}
            {editor::bar(state)}
            {editor::editor(state, host)}
            {editor::drop_zone(state)}
            {editor::status(state)}
            {editor::troubles(state)}
            {charts::charts(state, still)}
            {report::reports(state)}
            {attempts::panel(state)}
            {solution::panel(state)}
        </div>
    }
}
