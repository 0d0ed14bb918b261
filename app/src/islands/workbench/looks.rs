//! Asking the engine's worker for one case: charts of others, calls around an instant.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ::labs::engine::plot::Plot;
use ::labs::tape::{Place, Window};
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;
use serde::Deserialize;

use super::State;
use super::bridge::{Answer, bench, call, object, ran, show, wait};
use super::state::{Attempt, Subject, Who};

/// The slider may rest this long before the calls are asked for.
const REST: Duration = Duration::from_millis(150);
/// Charts that are remembered; then all are forgotten, and asked for again when they are needed.
const REMEMBERED: usize = 64;

thread_local! {
    static ASKED: RefCell<BTreeSet<Subject>> = RefCell::default();
    static TIMER: RefCell<Option<TimeoutHandle>> = RefCell::default();
    /// Number of the last question about calls: an older answer is dropped.
    static QUESTION: RefCell<u32> = RefCell::default();
}

#[derive(Deserialize)]
struct Charts {
    #[serde(default)]
    plots: Vec<Plot>,
}

/// One question to the worker.
async fn ask(
    state: State,
    who: Option<Who>,
    scenario: usize,
    world: &str,
    around: JsValue,
) -> Answer<String> {
    let bench = bench().ok_or_else(|| JsValue::from("The workbench is still loading."))?;
    let (wasm, language, policy) = match who {
        None => match ran() {
            Some((wasm, language)) => (wasm.into(), language, JsValue::NULL),
            None => (JsValue::NULL, String::new(), JsValue::NULL),
        },
        Some(Who::Policy(id)) => (JsValue::NULL, String::new(), id.into()),
        Some(Who::Attempt(id)) => {
            let language = language_of(state, &id);
            (module(&bench, &id).await?, language, JsValue::NULL)
        }
    };
    let scenario = u32::try_from(scenario).unwrap_or(0);
    let question = object(&[
        ("lab", state.lab().into()),
        ("scenario", scenario.into()),
        ("wasm", wasm),
        ("language", language.into()),
        ("policy", policy),
        ("world", world.into()),
        ("around", around),
    ]);
    let found = wait(call(&bench, "look", &[&question])?).await?;
    Ok(found.as_string().unwrap_or_default())
}

/// The language of an attempt; one without a source was dropped as a module.
fn language_of(state: State, id: &str) -> String {
    let language = |attempts: &Vec<Attempt>| {
        let attempt = attempts.iter().find(|attempt| attempt.id == id)?;
        (!attempt.source.is_empty()).then(|| attempt.language.clone())
    };
    state
        .attempts
        .with_untracked(language)
        .unwrap_or_else(|| "wasm".to_owned())
}

async fn module(bench: &JsValue, id: &str) -> Answer<JsValue> {
    let attempts = super::bridge::get(bench, "attempts")?;
    let found = wait(call(&attempts, "module", &[&id.into()])?).await?;
    if found.is_null() {
        let text = "This attempt was kept without its module: restore it and run it again.";
        return Err(js_sys::Error::new(text).into());
    }
    Ok(Uint8Array::from(found).into())
}

/// Asks for a subject's charts, once.
pub(super) fn fetch(state: State, subject: Subject) {
    let known = state
        .known
        .with_untracked(|known| known.contains_key(&subject));
    let asked = ASKED.with_borrow(|asked| asked.contains(&subject));
    if known || asked || bench().is_none() {
        return;
    }
    ASKED.with_borrow_mut(|asked| asked.insert(subject.clone()));
    spawn_local(async move {
        let (who, scenario, world) = subject.clone();
        let found = ask(state, Some(who), scenario, &world, JsValue::NULL).await;
        ASKED.with_borrow_mut(|asked| asked.remove(&subject));
        match found {
            Ok(text) => {
                let charts: Charts =
                    serde_json::from_str(&text).unwrap_or(Charts { plots: vec![] });
                state.known.update(|known| {
                    if known.len() >= REMEMBERED {
                        *known = BTreeMap::new();
                    }
                    known.insert(subject, charts.plots);
                });
            }
            Err(error) => {
                // Known to be empty, so that it is not asked for again and again.
                state
                    .known
                    .update(|known| drop(known.insert(subject, Vec::new())));
                show(state, "The comparison could not be run", &error);
            }
        }
    });
}

/// Asks for the calls around the slider's instant, once it rests.
pub(super) fn look_soon(state: State) {
    let Some(at) = state.instant.get_untracked() else {
        return;
    };
    let later = set_timeout_with_handle(move || look(state, Place::At(at)), REST).ok();
    if let Some(earlier) = TIMER.replace(later) {
        earlier.clear();
    }
}

/// Asks for the calls around a place: the learner's after a run, else the opponent's.
pub(super) fn look(state: State, place: Place) {
    if let Some(waiting) = TIMER.take() {
        waiting.clear();
    }
    let who = if state.cases.with_untracked(BTreeMap::is_empty) {
        let opponent = state.opponent.get_untracked();
        Some(opponent.unwrap_or_else(|| Who::Policy(state.reference())))
    } else {
        None
    };
    let question = QUESTION.with_borrow_mut(|last| {
        *last = last.wrapping_add(1);
        *last
    });
    let (index, id) = untrack(|| state.shown());
    let world = untrack(|| state.world_json(&id));
    let around = serde_json::to_string(&place).unwrap_or_default();
    spawn_local(async move {
        let found = ask(state, who, index, &world, around.into()).await;
        if QUESTION.with_borrow(|last| *last != question) {
            return;
        }
        match found {
            Ok(text) => match serde_json::from_str::<Window>(&text) {
                Ok(window) => state.window.set(Some(window)),
                Err(error) => leptos::logging::warn!("unreadable calls: {error}"),
            },
            Err(error) => show(state, "The calls could not be read", &error),
        }
    });
}
