//! A figure's parameters in the query of the page's address. Every figure has names of its own, and
//! leaves those of others alone.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

/// Every pair of the address' query.
pub(crate) fn pairs() -> Vec<(String, String)> {
    let query = window().location().search().unwrap_or_default();
    let query = query.strip_prefix('?').unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Writes `mine` in place of all pairs whose names are `own`.
pub(crate) fn write(own: impl Fn(&str) -> bool, mine: &[(String, String)]) {
    let mut all = pairs();
    all.retain(|(name, _)| !own(name));
    all.extend_from_slice(mine);
    let all: Vec<String> = all
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let location = window().location();
    let query = if all.is_empty() {
        location.pathname().unwrap_or_default()
    } else {
        format!("?{}", all.join("&"))
    };
    let address = query + &location.hash().unwrap_or_default();
    if let Ok(history) = window().history() {
        // A browser may refuse very frequent changes; the figure works without.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// The pairs of the figure called `key`, without its name.
pub(crate) fn pairs_of(key: &str) -> Vec<(String, String)> {
    let own = pairs().into_iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(key)?.strip_prefix('.')?;
        Some((name.to_owned(), value))
    });
    own.collect()
}

/// Writes the pairs of the figure called `key`.
pub(crate) fn write_of(key: &str, mine: Vec<(String, String)>) {
    let own = |name: &str| {
        name.strip_prefix(key)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    let mine: Vec<_> = mine
        .into_iter()
        .map(|(name, value)| (format!("{key}.{name}"), value))
        .collect();
    write(own, &mine);
}
