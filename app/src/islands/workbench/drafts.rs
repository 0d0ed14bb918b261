//! What is typed, kept by language as it is typed, also between two tabs.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::web_sys::Storage;

use super::bridge::bench;
use super::{State, keep};

thread_local! {
    /// What this tab last read or wrote, by language: what differs in storage is another tab's.
    static SEEN: RefCell<BTreeMap<String, String>> = RefCell::default();
    /// Texts of other tabs that wait for the script, to be kept as attempts.
    static WAITING: RefCell<Vec<(String, String)>> = RefCell::default();
}

/// What this browser keeps between visits.
pub(super) fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Where storage has a lab's things.
pub(super) fn key(state: State, name: &str) -> String {
    format!("headroom:{}:{name}", state.lab())
}

/// Brings back the language and the text that were there last.
pub(super) fn read_kept(state: State) {
    let Some(storage) = storage() else { return };
    if let Ok(Some(language)) = storage.get_item(&key(state, "language"))
        && state.starter(&language).is_some()
    {
        state.language.set(language);
    }
    let language = state.language.get_untracked();
    state.source.set(kept(state, &language));
}

/// What was typed last in a language, or its starter.
pub(super) fn kept(state: State, language: &str) -> String {
    let stored = storage().and_then(|s| s.get_item(&key(state, language)).ok().flatten());
    // Without storage the texts of a page's languages last as long as the page.
    let seen = || SEEN.with_borrow(|seen| seen.get(language).cloned());
    let starter = || {
        state
            .starter(language)
            .map_or_else(String::new, |s| s.source)
    };
    let text = stored.or_else(seen).unwrap_or_else(starter);
    SEEN.with_borrow_mut(|seen| seen.insert(language.to_owned(), text.clone()));
    text
}

/// Keeps what was typed.
pub(super) fn typed(state: State, doc: String) {
    let language = state.language.get_untracked();
    keep_foreign(state, &language);
    SEEN.with_borrow_mut(|seen| seen.insert(language.clone(), doc.clone()));
    if let Some(storage) = storage()
        && storage.set_item(&key(state, &language), &doc).is_err()
    {
        state
            .status
            .set("This browser does not keep what you type: copy it.".to_owned());
    }
    state.source.set(doc);
}

/// What another tab wrote since this one looked is kept before it is written over.
fn keep_foreign(state: State, language: &str) {
    let stored = storage().and_then(|s| s.get_item(&key(state, language)).ok().flatten());
    let seen = SEEN.with_borrow(|seen| seen.get(language).cloned());
    let (Some(stored), Some(seen)) = (stored, seen) else {
        return;
    };
    if stored == seen {
        return;
    }
    if bench().is_some() {
        keep::keep_foreign(state, language, stored);
    } else {
        WAITING.with_borrow_mut(|waiting| waiting.push((language.to_owned(), stored)));
    }
}

/// Keeps the texts of other tabs that came before the script.
pub(super) fn keep_waiting(state: State) {
    for (language, source) in WAITING.take() {
        keep::keep_foreign(state, &language, source);
    }
}
