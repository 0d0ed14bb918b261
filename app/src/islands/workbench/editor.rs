//! Source, module, buttons, and what went wrong.

use leptos::prelude::*;

use super::{State, bridge};

pub(super) fn bar(state: State) -> impl IntoView {
    let languages = state.info.with_value(|info| {
        let ids = info.starters.iter();
        ids.filter_map(|s| info.starter(&s.language))
            .map(|s| s.language)
            .collect::<Vec<_>>()
    });
    let options = languages.into_iter().map(|language| {
        let first = state.language.with_untracked(|l| l == language.id);
        let compiled = state.info.with_value(|info| info.compiles(language));
        view! { <option value=language.id selected=first>{origin(language, compiled)}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class="wb-bar">
            <label class="field">
                <span class="field-name">"Language"</span>
                <select
                    prop:value=move || state.language.get()
                    on:change=move |e| bridge::choose(state, event_target_value(&e))
                >{options}</select>
            </label>
            <button class="button" type="button" on:click=move |_| bridge::reset(state)>
                "Reset to starter"
            </button>
        </div>
    }
}

/// Where a language's module comes from; `compiled` if the server makes it.
fn origin(language: &labs::Language, compiled: bool) -> String {
    let from = match (&language.interpreter, language.runs_in_browser()) {
        (Some(_), _) => "run as it is",
        (None, true) => "compiled here",
        (None, false) if compiled => "compiled by the server",
        (None, false) => "built by you",
    };
    format!("{}, {from}", language.title)
}

pub(super) fn editor(state: State, host: NodeRef<leptos::html::Div>) -> impl IntoView {
    view! {
        <div class="wb-editor">
            <div node_ref=host></div>
            <textarea
                aria-label="Source of your policy" spellcheck="false" autocapitalize="off"
                autocomplete="off" hidden=move || state.mounted.get()
                prop:value=move || state.source.get()
                on:input=move |e| bridge::typed(state, event_target_value(&e))
            ></textarea>
        </div>
    }
}

pub(super) fn drop_zone(state: State) -> impl IntoView {
    let over = RwSignal::new(false);
    let build = move || {
        let starter = state.starter(&state.language.get());
        let makes = |s: &super::info::Start| state.info.with_value(|info| info.makes(s.language));
        let built = starter.filter(|s| !makes(s));
        built.map_or_else(String::new, |s| {
            format!("Build {} with: {}", s.language.file, s.language.build)
        })
    };
    let name = move || {
        state
            .file
            .get()
            .map_or_else(String::new, |f| format!("Module: {f}"))
    };
    view! {
        <div
            class="wb-drop" data-over=move || over.get().to_string()
            on:dragover=move |e| { e.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false)
            on:drop=move |e| { e.prevent_default(); over.set(false); bridge::dropped(state, &e); }
        >
            <label class="field">
                <span>"Or drop a " <code>".wasm"</code> " module here, or choose one:"</span>
                <input type="file" accept=".wasm,application/wasm"
                    on:change=move |e| bridge::chosen(state, &e)/>
            </label>
            <p class="note">{build}</p>
            <p>{name}</p>
        </div>
    }
}

pub(super) fn status(state: State) -> impl IntoView {
    let busy = move || state.running.get() || state.submitting.get();
    view! {
        <div class="wb-status">
            <button class="button primary" type="button" disabled=busy
                on:click=move |_| bridge::run(state)>"Compile and run"</button>
            <button class="button" type="button" disabled=move || !state.running.get()
                on:click=move |_| bridge::stop(state)>"Stop"</button>
            <button class="button" type="button"
                disabled=move || busy() || state.local.with(Option::is_none) || state.is_what_if()
                on:click=move |_| bridge::submit(state)>"Submit"</button>
            <progress aria-label="Cases run" hidden=move || !state.running.get()
                max=move || state.progress.get().1.max(1).to_string()
                prop:value=move || f64::from(state.progress.get().0)></progress>
            <p role="status" aria-live="polite">{move || state.status.get()}</p>
        </div>
    }
}

pub(super) fn troubles(state: State) -> impl IntoView {
    let log = move || state.log.with(|log| log.join("\n"));
    view! {
        <div class="wb-errors" role="alert" hidden=move || state.trouble.with(Option::is_none)>
            <h3>{move || state.trouble.get().map_or_else(String::new, |t| t.title)}</h3>
            <ul>
                {move || {
                    let lines = state.trouble.get().map_or_else(Vec::new, |t| t.lines);
                    lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()
                }}
            </ul>
        </div>
        <details hidden=move || state.log.with(Vec::is_empty)>
            <summary>"Log of your module"</summary>
            <pre tabindex="0" role="region" aria-label="Log">{log}</pre>
        </details>
    }
}
