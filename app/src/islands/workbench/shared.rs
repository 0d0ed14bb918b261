//! A shared attempt, as its link opened it: to read, and to take over with a click.

use leptos::prelude::*;

use super::{State, bridge};

pub(super) fn panel(state: State) -> impl IntoView {
    move || {
        state.shared.get().map(|shared| {
            let name = if shared.name.is_empty() {
                "A shared attempt".to_owned()
            } else {
                format!("A shared attempt: {}", shared.name)
            };
            let worlds: Vec<String> = shared
                .worlds
                .iter()
                .flat_map(|(id, world)| {
                    world
                        .iter()
                        .map(move |(name, value)| format!("{id}.{name} = {value}"))
                })
                .collect();
            let changed = (!worlds.is_empty()).then(|| {
                let text = format!("It comes with a changed world: {}.", worlds.join(", "));
                view! { <p class="note">{text}</p> }
            });
            view! {
                <section class="wb-shared" aria-labelledby="wb-shared">
                    <h3 id="wb-shared">{name}</h3>
                    <p>"Read-only, in " {shared.language.clone()} ". Nothing of it has run."</p>
                    {changed}
                    <pre tabindex="0" role="region" aria-label="Shared source">
                        <code>{shared.source.clone()}</code></pre>
                    <p class="actions">
                        <button class="button primary" type="button"
                            on:click=move |_| bridge::take_shared(state)>
                            "Take it into the editor"</button>
                        <button class="button" type="button"
                            on:click=move |_| bridge::close_shared(state)>"Close"</button>
                    </p>
                    <p class="note">"What is in the editor now is kept as an attempt."</p>
                </section>
            }
        })
    }
}
