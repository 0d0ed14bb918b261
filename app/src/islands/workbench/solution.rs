//! The reference beside the learner's own text: after a star, or after giving up.

use leptos::prelude::*;

use super::state::DiffLine;
use super::{State, attempts, bridge};

pub(super) fn panel(state: State) -> impl IntoView {
    let there = state.info.with_value(|info| info.solution.is_some());
    there.then(|| {
        view! { <section class="wb-solution" aria-labelledby="wb-solution">
            <h3 id="wb-solution">"The reference beside yours"</h3>
            {move || inside(state)}
        </section> }
    })
}

fn inside(state: State) -> AnyView {
    let passed = state
        .local
        .with(|report| report.as_ref().is_some_and(|r| r.stars >= 1));
    if !(state.gave_up.get() || passed && !state.is_what_if()) {
        return ask(state).into_any();
    }
    let source = state
        .info
        .with_value(|info| info.solution.clone())
        .unwrap_or_default();
    let mine = state.source.get_untracked();
    let compare = move |_| bridge::compare_reference(state);
    let is_rust = state.language.with(|language| language == "rust");
    let lead = if passed { "You earned a star. " } else { "" };
    let body = if is_rust {
        view! {
            <p class="actions"><button class="button" type="button" on:click=compare>
                "Show the differences"</button></p>
            {move || state.solution_diff.get().map(|lines: Vec<DiffLine>| {
                attempts::lines_of("From your code to the reference", &lines)
            })}
        }
        .into_any()
    } else {
        view! {
            <div class="wb-sides">
                <div><h4>"Yours"</h4>
                    <pre tabindex="0" role="region" aria-label="Your code"><code>{mine}</code></pre>
                </div>
                <div><h4>"Reference (Rust)"</h4>
                    <pre tabindex="0" role="region" aria-label="Reference">
                        <code>{source}</code></pre>
                </div>
            </div>
        }
        .into_any()
    };
    view! {
        <p>{lead} "Why it is right is said under " <a href="#reference">"Reference solution"</a>
            "."</p>
        {body}
    }
    .into_any()
}

fn ask(state: State) -> impl IntoView {
    let asking = RwSignal::new(false);
    view! {
        <p>"It opens with your first star."</p>
        <p class="actions" hidden=move || asking.get()>
            <button class="button" type="button" on:click=move |_| asking.set(true)>
                "Give up and see it"</button>
        </p>
        <div role="alert" hidden=move || !asking.get()>
            <p>"The next hint may be enough. See the whole solution now?"</p>
            <p class="actions">
                <button class="button" type="button" on:click=move |_| bridge::give_up(state)>
                    "Yes, show it"</button>
                <button class="button" type="button" on:click=move |_| asking.set(false)>
                    "No, keep trying"</button>
            </p>
        </div>
    }
}
