//! The curriculum: what is in the course, and the markdown lessons behind it.
//!
//! [`model`] is plain data and compiles for browsers. With the feature `load` the crate also reads
//! a folder of markdown and one `course.toml`, checks all of it, and renders it to blocks that
//! pages turn into text and islands. It reads bytes from a `Source` and touches neither the
//! clock nor the network.

#![warn(missing_docs)]

mod library;
pub mod model;
pub mod search;

pub use library::Library;
pub use model::*;

#[cfg(feature = "load")]
mod article;
#[cfg(feature = "load")]
mod check;
#[cfg(feature = "load")]
mod diagram;
#[cfg(feature = "load")]
pub mod feed;
#[cfg(feature = "load")]
mod fence;
#[cfg(feature = "load")]
mod glossary;
#[cfg(feature = "load")]
mod highlight;
#[cfg(feature = "load")]
mod load;
#[cfg(feature = "load")]
mod markdown;
#[cfg(feature = "load")]
mod math;
#[cfg(feature = "load")]
mod outline;
#[cfg(feature = "load")]
mod page;
#[cfg(feature = "load")]
mod runs;
#[cfg(feature = "load")]
mod source;

#[cfg(feature = "load")]
pub use load::load;
#[cfg(feature = "load")]
pub use page::{CheckParams, Known};
#[cfg(feature = "load")]
pub use runs::{Reading, RunName, Runs, Unit, Unread};
#[cfg(feature = "load")]
pub use source::{Folder, Memory, Source};
