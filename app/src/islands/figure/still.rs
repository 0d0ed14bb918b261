//! Where there is no browser, nothing is asked and no address is kept.

use leptos::prelude::*;

pub(super) fn ask(
    _: &str,
    _: &str,
    _: &'static str,
    _: Vec<String>,
    _: impl Fn(String, Result<String, String>) + 'static,
) {
}
pub(super) fn pairs(_: &str) -> Vec<(String, String)> {
    Vec::new()
}
pub(super) fn keep(_: &str, _: Vec<(String, String)>) {}
pub(super) fn show_up_to(_: &str, _: f64) {}
pub(super) fn moves() -> bool {
    true
}
pub(super) fn later(_: StoredValue<Option<TimeoutHandle>>, _: impl FnOnce() + 'static) {}
