//! What was run and what was replaced: to name, compare, restore, share, and draw again.

use leptos::prelude::*;

use super::state::{Attempt, DiffLine, Who};
use super::{State, bridge};
use crate::components::format::points;

/// Attempts shown before the rest is asked for.
const FIRST: usize = 8;

/// An attempt in a few words.
pub(super) fn title(attempt: &Attempt) -> String {
    if !attempt.name.is_empty() {
        return attempt.name.clone();
    }
    let when = bridge::clock(attempt.time);
    match attempt.score {
        Some(score) => format!("{} points, {when}", points(score)),
        None => format!("{}, {when}", attempt.why),
    }
}

pub(super) fn panel(state: State) -> impl IntoView {
    let more = RwSignal::new(false);
    let count = move || state.attempts.with(Vec::len);
    let items = move || {
        let most = if more.get() { usize::MAX } else { FIRST };
        let all = state.attempts.get().into_iter().take(most);
        all.map(|attempt| item(state, attempt)).collect_view()
    };
    view! {
        <details class="wb-attempts">
            <summary>"Attempts kept in this browser (" {count} ")"</summary>
            <p class="note" hidden=move || count() != 0>
                "Every run is kept here, and every text that a reset or a restore replaces."</p>
            <div class="actions">
                <button class="button" type="button" on:click=move |_| bridge::share_current(state)>
                    "Share what is in the editor"</button>
            </div>
            {link(state)}
            <ol class="wb-list">{items}</ol>
            <button class="button" type="button" hidden=move || more.get() || count() <= FIRST
                on:click=move |_| more.set(true)>"Show all"</button>
            <div hidden=move || count() == 0>{compare(state)}</div>
            {diff(state)}
        </details>
    }
}

fn item(state: State, attempt: Attempt) -> impl IntoView {
    let score = attempt
        .score
        .map(|score| format!("{} points", points(score)));
    let what_if = (!attempt.worlds.is_empty()).then_some(" · what if, does not count");
    let digest = attempt.digest.as_ref().map(|digest| {
        let short: String = digest.chars().take(12).collect();
        view! { " · report " <code>{short}</code> }
    });
    let kept = (attempt.why != "run").then(|| format!("kept before: {}", attempt.why));
    let said = title(&attempt);
    let (restored, shared, drawn) = (attempt.clone(), attempt.clone(), attempt.clone());
    let (renamed, removed) = (attempt.id.clone(), attempt.id.clone());
    let is_text = !attempt.source.is_empty();
    let ran = attempt.why == "run";
    let draw = move |_| {
        state.looking.set(true);
        state.opponent.set(Some(Who::Attempt(drawn.id.clone())));
    };
    let rename = move |event| bridge::rename(state, renamed.clone(), event_target_value(&event));
    let named = format!("Name of the attempt: {said}");
    view! {
        <li class="wb-attempt">
            <label class="field">
                <span class="visually-hidden">{named}</span>
                <input type="text" maxlength="80" placeholder=said prop:value=attempt.name.clone()
                    on:change=rename/>
            </label>
            <p class="note">{bridge::clock(attempt.time)} " · " {attempt.language.clone()} " · "
                <strong>{score}</strong> {kept} {what_if} {digest}</p>
            <p class="actions">
                <button class="button" type="button" hidden=!is_text
                    on:click=move |_| bridge::restore(state, restored.clone())>"Restore"</button>
                <button class="button" type="button" hidden=!is_text
                    on:click=move |_| bridge::share(state, shared.clone())>"Share"</button>
                <button class="button" type="button" hidden=!ran on:click=draw>"Draw"</button>
                <button class="button" type="button"
                    on:click=move |_| bridge::remove(state, removed.clone())>"Delete"</button>
            </p>
        </li>
    }
}

/// The link that was made last.
fn link(state: State) -> impl IntoView {
    move || {
        state.link.get().map(|link| {
            view! {
                <label class="field wb-link">
                    <span class="field-name">"Link, read-only for whoever opens it"</span>
                    <input type="text" readonly prop:value=link/>
                </label>
            }
        })
    }
}

fn compare(state: State) -> impl IntoView {
    let (left, right) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let choice = move |chosen: RwSignal<String>, name: &'static str| {
        let options = move || {
            let all = state
                .attempts
                .get()
                .into_iter()
                .filter(|a| !a.source.is_empty());
            let option = |a: Attempt| view! { <option value=a.id.clone()>{title(&a)}</option> };
            all.map(option).collect_view()
        };
        view! {
            <label class="field">
                <span class="field-name">{name}</span>
                <select prop:value=move || chosen.get()
                    on:change=move |e| chosen.set(event_target_value(&e))>
                    <option value="">"the editor"</option>
                    {options}
                </select>
            </label>
        }
    };
    let go = move |_| {
        let text = |id: String| {
            if id.is_empty() {
                return ("the editor".to_owned(), state.source.get_untracked());
            }
            state.attempts.with_untracked(|all| {
                let found = all.iter().find(|a| a.id == id);
                found.map_or_else(Default::default, |a| (title(a), a.source.clone()))
            })
        };
        let ((a, before), (b, after)) = (text(left.get_untracked()), text(right.get_untracked()));
        bridge::compare(state, format!("From {a} to {b}"), before, after);
    };
    view! {
        <div class="wb-bar">
            {choice(left, "Compare")}
            {choice(right, "with")}
            <button class="button" type="button" on:click=go>"Compare"</button>
        </div>
    }
}

/// The comparison that was asked for last.
fn diff(state: State) -> impl IntoView {
    move || {
        state
            .diff
            .get()
            .map(|(title, lines)| lines_of(&title, &lines))
    }
}

/// A comparison, with signs and not only colours.
pub(super) fn lines_of(title: &str, lines: &[DiffLine]) -> impl IntoView + use<> {
    let same = lines.iter().all(|l| l.kind == "gap" || l.kind == "same");
    let rows = lines.iter().map(|line| {
        let (sign, said) = match line.kind.as_str() {
            "add" => ("+", "added"),
            "del" => ("−", "removed"),
            "gap" => ("⋯", ""),
            _ => (" ", ""),
        };
        let class = format!("diff-line diff-{}", line.kind);
        view! {
            <span class=class><span class="diff-sign" aria-hidden="true">{sign}</span>
                <span class="visually-hidden">{said} " "</span>{line.text.clone()}"\n"</span>
        }
    });
    let rows = rows.collect_view();
    let label = title.to_owned();
    view! {
        <h4>{title.to_owned()}</h4>
        <p class="note" hidden=!same>"The two are the same."</p>
        <pre class="diff" tabindex="0" role="region" aria-label=label hidden=same>{rows}</pre>
    }
}
