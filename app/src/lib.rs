//! Headroom's pages and islands.
//!
//! On the server (feature `ssr`) this crate turns a [`Page`] and a [`Backend`] into a whole HTML
//! document. In the browser (feature `hydrate`) only the islands are compiled: the pieces of a
//! page that have behaviour. Charts are drawn by the same code on both sides.

#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
mod account;
#[cfg(feature = "ssr")]
pub mod admin;
#[cfg(feature = "ssr")]
mod assets;
#[cfg(feature = "ssr")]
mod backend;
pub mod bench;
pub mod components;
pub mod figures;
pub mod islands;
#[cfg(feature = "ssr")]
mod lean;
#[cfg(feature = "ssr")]
mod page;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod problems;
#[cfg(feature = "ssr")]
mod reference;
#[cfg(feature = "ssr")]
mod scoped;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod status;

#[cfg(feature = "ssr")]
pub use account::{
    Account, AccountPage, ArchiveRow, CourseByMail, KeyRow, LinkPurpose, Newsletter, NextLesson,
    Pace, Part, SessionRow, SetupField, SetupForm, Typed, Wish,
};
#[cfg(feature = "ssr")]
pub use assets::{Assets, Site};
#[cfg(feature = "ssr")]
pub use backend::{Backend, Hint, LabText, SolutionText, StarterText};
#[cfg(feature = "ssr")]
pub use page::{Page, Rendered, render, render_account, render_error, render_search};
#[cfg(feature = "ssr")]
pub use problems::{PROBLEMS, ProblemKind};
#[cfg(feature = "ssr")]
pub use reference::{Document as ApiDocument, Field, Group, Operation, Reference};
#[cfg(feature = "ssr")]
pub use shell::INLINE_SCRIPTS;

/// Prepares the reactive system for islands; boot.js calls it once before it hydrates the first.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
