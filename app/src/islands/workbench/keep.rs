//! What is kept in this browser, and what goes into addresses.

use std::collections::BTreeMap;

use js_sys::{Date, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;

use super::State;
use super::bridge::{Answer, bench, call, get, object, put_doc, show, storage, wait};
use super::state::{Attempt, DiffLine, Shared, Worlds};

/// Where a link's fragment starts.
const FRAGMENT: &str = "#attempt=";

/// A moment as this browser writes it.
pub(super) fn clock(time: f64) -> String {
    let date = Date::new(&time.into());
    let options = object(&[
        ("dateStyle", "medium".into()),
        ("timeStyle", "short".into()),
    ]);
    let text = call(&date, "toLocaleString", &[&JsValue::UNDEFINED, &options]);
    text.ok().and_then(|t| t.as_string()).unwrap_or_default()
}

fn attempts(bench: &JsValue) -> Answer<JsValue> {
    get(bench, "attempts")
}

/// Does something with the attempts, then shows the list as it is now.
fn change(state: State, name: &'static str, args: Vec<JsValue>) {
    let Some(bench) = bench() else { return };
    spawn_local(async move {
        let changed = async {
            let list = attempts(&bench)?;
            let args: Vec<&JsValue> = args.iter().collect();
            wait(call(&list, name, &args)?).await
        };
        if let Err(error) = changed.await {
            show(state, "The attempts could not be changed", &error);
        }
        refresh(state).await;
    });
}

/// Reads the list of attempts.
pub(super) async fn refresh(state: State) {
    let Some(bench) = bench() else { return };
    let read = async {
        let list = wait(call(&attempts(&bench)?, "list", &[&state.lab().into()])?).await?;
        let text = list.as_string().unwrap_or_default();
        serde_json::from_str::<Vec<Attempt>>(&text).map_err(|e| JsValue::from(e.to_string()))
    };
    match read.await {
        Ok(list) => state.attempts.set(list),
        Err(error) => leptos::logging::warn!("attempts: {error:?}"),
    }
}

fn keep(state: State, attempt: &Attempt, wasm: Option<Uint8Array>) {
    let text = serde_json::to_string(attempt).unwrap_or_default();
    let wasm = wasm.map_or(JsValue::NULL, JsValue::from);
    change(state, "keep", vec![text.into(), wasm]);
}

/// The attempt of what is in the editor.
fn current(state: State, why: &str) -> Attempt {
    Attempt {
        id: String::new(),
        lab: state.lab(),
        name: String::new(),
        language: state.language.get_untracked(),
        source: state.source.get_untracked(),
        time: 0.0,
        why: why.to_owned(),
        score: None,
        digest: None,
        worlds: state.worlds.get_untracked(),
    }
}

/// Keeps a run that came to a report.
pub(super) fn ran(state: State, source: Option<String>, language: String, wasm: Uint8Array) {
    let Some(report) = state.local.get_untracked() else {
        return;
    };
    let name = match &source {
        Some(_) => String::new(),
        None => state.file.get_untracked().unwrap_or_default(),
    };
    let attempt = Attempt {
        name,
        language,
        source: source.unwrap_or_default(),
        score: Some(report.score),
        digest: Some(report.digest.0),
        worlds: state.ran_worlds.get_untracked(),
        ..current(state, "run")
    };
    keep(state, &attempt, Some(wasm));
}

/// Keeps the editor's text before something replaces it; starters need no keeping.
pub(super) fn keep_text(state: State, why: &str) {
    let attempt = current(state, why);
    keep_other(state, attempt);
}

/// Keeps a text of a language that another tab wrote.
pub(super) fn keep_foreign(state: State, language: &str, source: String) {
    let attempt = Attempt {
        language: language.to_owned(),
        source,
        ..current(state, "another tab's text")
    };
    keep_other(state, attempt);
}

fn keep_other(state: State, attempt: Attempt) {
    let starter = state.starter(&attempt.language);
    let is_starter = starter.is_some_and(|s| s.source == attempt.source);
    if !is_starter && !attempt.source.trim().is_empty() {
        keep(state, &attempt, None);
    }
}

/// Names an attempt.
pub(super) fn rename(state: State, id: String, name: String) {
    change(state, "rename", vec![id.into(), name.trim().into()]);
}

/// Forgets an attempt.
pub(super) fn remove(state: State, id: String) {
    change(state, "remove", vec![id.into()]);
}

/// Puts an attempt into the editor; what is there is kept.
pub(super) fn restore(state: State, attempt: Attempt) {
    take(
        state,
        "restore",
        attempt.language,
        attempt.source,
        attempt.worlds,
    );
    state
        .status
        .set("Restored. What was in the editor is kept as an attempt.".to_owned());
}

fn take(state: State, why: &str, language: String, source: String, worlds: Worlds) {
    keep_text(state, why);
    if state.starter(&language).is_some() && state.language.get_untracked() != language {
        super::bridge::choose(state, language);
        // What was typed in that language is replaced, too.
        keep_text(state, why);
    }
    put_doc(state, source);
    state.worlds.set(worlds);
    worlds_changed(state);
}

/// Shows the lines in which two texts differ.
pub(super) fn compare(state: State, title: String, before: String, after: String) {
    spawn_local(async move {
        match lines(&before, &after).await {
            Ok(lines) => state.diff.set(Some((title, lines))),
            Err(error) => show(state, "The texts could not be compared", &error),
        }
    });
}

/// Shows where the editor's text and the reference differ.
pub(super) fn compare_reference(state: State) {
    let source = state
        .info
        .with_value(|info| info.solution.clone())
        .unwrap_or_default();
    let mine = state.source.get_untracked();
    spawn_local(async move {
        match lines(&mine, &source).await {
            Ok(lines) => state.solution_diff.set(Some(lines)),
            Err(error) => show(state, "The texts could not be compared", &error),
        }
    });
}

async fn lines(before: &str, after: &str) -> Answer<Vec<DiffLine>> {
    let bench = bench().ok_or_else(|| JsValue::from("The workbench is still loading."))?;
    let found = wait(call(&bench, "diff", &[&before.into(), &after.into()])?).await?;
    let text = found.as_string().unwrap_or_default();
    serde_json::from_str(&text).map_err(|e| JsValue::from(e.to_string()))
}

/// Makes a link of what is in the editor.
pub(super) fn share_current(state: State) {
    share(state, current(state, "share"));
}

/// Makes a link of an attempt and tries to copy it.
pub(super) fn share(state: State, attempt: Attempt) {
    let Some(bench) = bench() else { return };
    let shared = Shared {
        lab: attempt.lab,
        language: attempt.language,
        source: attempt.source,
        name: attempt.name,
        worlds: attempt.worlds,
    };
    spawn_local(async move {
        let made = async {
            let text = serde_json::to_string(&shared).unwrap_or_default();
            let packed = wait(call(&bench, "pack", &[&text.into()])?).await?;
            let location = window().location();
            let page = format!("{}{}", location.origin()?, location.pathname()?);
            Ok::<_, JsValue>(format!(
                "{page}{FRAGMENT}{}",
                packed.as_string().unwrap_or_default()
            ))
        };
        match made.await {
            Ok(link) => {
                let said = if copied(&link).await.is_ok() {
                    "The link is copied, and shown with the attempts."
                } else {
                    "The link is shown with the attempts."
                };
                state.link.set(Some(link));
                state.status.set(said.to_owned());
            }
            Err(error) => show(state, "The link could not be made", &error),
        }
    });
}

async fn copied(text: &str) -> Answer<JsValue> {
    let navigator = get(&js_sys::global(), "navigator")?;
    let clipboard = get(&navigator, "clipboard")?;
    wait(call(&clipboard, "writeText", &[&text.into()])?).await
}

/// Opens what the page's address holds: a shared attempt, changed worlds. Nothing is run.
pub(super) async fn open_address(state: State) {
    let hash = window().location().hash().unwrap_or_default();
    let (Some(packed), Some(bench)) = (hash.strip_prefix(FRAGMENT), bench()) else {
        return;
    };
    let opened = async {
        let text = wait(call(&bench, "unpack", &[&packed.into()])?).await?;
        let text = text.as_string().unwrap_or_default();
        serde_json::from_str::<Shared>(&text).map_err(|e| JsValue::from(e.to_string()))
    };
    match opened.await {
        Ok(shared) if shared.lab == state.lab() => state.shared.set(Some(shared)),
        Ok(shared) => {
            let text = format!("It belongs to the lab {}: open it there.", shared.lab);
            show(state, "The link is of another lab", &text.into());
        }
        Err(error) => show(state, "The link could not be opened", &error),
    }
}

/// Takes the shared attempt into the editor.
pub(super) fn take_shared(state: State) {
    let Some(shared) = state.shared.get_untracked() else {
        return;
    };
    close_shared(state);
    take(
        state,
        "a shared attempt",
        shared.language,
        shared.source,
        shared.worlds,
    );
    state
        .status
        .set("Taken. What was in the editor is kept as an attempt.".to_owned());
}

/// Closes the shared attempt, and takes it out of the address.
pub(super) fn close_shared(state: State) {
    state.shared.set(None);
    address(&state.worlds.get_untracked(), "");
}

/// Reads changed worlds from the address' query: `?scenario.parameter=value`.
pub(super) fn read_worlds(state: State) {
    let query = window().location().search().unwrap_or_default();
    let mut worlds = Worlds::new();
    for pair in query.trim_start_matches('?').split('&') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let (Some((scenario, parameter)), Ok(value)) = (name.split_once('.'), value.parse()) else {
            continue;
        };
        let known = state.spec(|spec| {
            let found = spec.public().find(|(_, s)| s.id == scenario);
            found.and_then(|(_, s)| s.world.get(parameter).copied())
        });
        if known.is_some_and(|published| published != value) {
            let world: &mut BTreeMap<_, _> = worlds.entry(scenario.to_owned()).or_default();
            world.insert(parameter.to_owned(), value);
        }
    }
    if !worlds.is_empty() {
        state.worlds.set(worlds);
    }
}

/// Writes changed worlds into the address.
pub(super) fn worlds_changed(state: State) {
    let hash = window().location().hash().unwrap_or_default();
    address(&state.worlds.get_untracked(), &hash);
}

fn address(worlds: &Worlds, hash: &str) {
    let pairs = worlds.iter().flat_map(|(scenario, world)| {
        world
            .iter()
            .map(move |(name, value)| format!("{scenario}.{name}={value}"))
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let path = window().location().pathname().unwrap_or_default();
    let query = if query.is_empty() {
        query
    } else {
        format!("?{query}")
    };
    if let Ok(history) = window().history() {
        let address = format!("{path}{query}{hash}");
        // A browser may refuse very frequent changes; the page works without.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

fn gave_up_key(state: State) -> String {
    format!("headroom:{}:gave-up", state.lab())
}

/// Shows the reference, now and whenever this page is opened again.
pub(super) fn give_up(state: State) {
    if let Some(storage) = storage() {
        // Without storage it lasts as long as the page.
        let _ = storage.set_item(&gave_up_key(state), "1");
    }
    state.gave_up.set(true);
}

/// Whether the learner gave up earlier.
pub(super) fn read_gave_up(state: State) {
    let stored = storage().and_then(|s| s.get_item(&gave_up_key(state)).ok().flatten());
    state.gave_up.set(stored.is_some());
}
