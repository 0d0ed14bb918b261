//! Where there is no browser, nothing is woken.

use ::labs::tape::Place;
use leptos::prelude::*;

use super::State;
use super::state::{Attempt, Subject};

pub(super) fn wake(_: State, _: String, _: NodeRef<leptos::html::Div>) {}
pub(super) fn run(_: State) {}
pub(super) fn stop(_: State) {}
pub(super) fn submit(_: State) {}
pub(super) fn choose(_: State, _: String) {}
pub(super) fn typed(_: State, _: String) {}
pub(super) fn reset(_: State) {}
pub(super) fn chosen(_: State, _: &leptos::ev::Event) {}
pub(super) fn dropped(_: State, _: &leptos::ev::DragEvent) {}
pub(super) fn fetch(_: State, _: Subject) {}
pub(super) fn look(_: State, _: Place) {}
pub(super) fn look_soon(_: State) {}
pub(super) fn place(_: &leptos::ev::PointerEvent) -> Option<(f64, f64)> {
    None
}
pub(super) fn reveal(_: &str) {}
pub(super) fn clock(_: f64) -> String {
    String::new()
}
pub(super) fn rename(_: State, _: String, _: String) {}
pub(super) fn restore(_: State, _: Attempt) {}
pub(super) fn remove(_: State, _: String) {}
pub(super) fn compare(_: State, _: String, _: String, _: String) {}
pub(super) fn compare_reference(_: State) {}
pub(super) fn share(_: State, _: Attempt) {}
pub(super) fn share_current(_: State) {}
pub(super) fn take_shared(_: State) {}
pub(super) fn close_shared(_: State) {}
pub(super) fn worlds_changed(_: State) {}
pub(super) fn give_up(_: State) {}
