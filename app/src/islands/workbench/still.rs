//! Where there is no browser, nothing is woken.

use leptos::prelude::*;

use super::State;

pub(super) fn wake(_: State, _: String, _: NodeRef<leptos::html::Div>) {}
pub(super) fn run(_: State) {}
pub(super) fn stop(_: State) {}
pub(super) fn submit(_: State) {}
pub(super) fn choose(_: State, _: String) {}
pub(super) fn typed(_: State, _: String) {}
pub(super) fn reset(_: State) {}
pub(super) fn chosen(_: State, _: &leptos::ev::Event) {}
pub(super) fn dropped(_: State, _: &leptos::ev::DragEvent) {}
