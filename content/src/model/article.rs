//! An article: shorter than a lesson, free in its form, with a day on which it appeared.

use super::{Heading, Note, Reference, Section};
use serde::{Deserialize, Serialize};

/// A written article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Its name in addresses: `/articles/<slug>`.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What its reader will know, in at most 160 characters.
    pub summary: String,
    /// The day it appeared, `YYYY-MM-DD`.
    pub published: String,
    /// The whole text, as one section without a heading of its own.
    pub text: Section,
    /// Footnotes, in the order in which the text refers to them.
    pub notes: Vec<Note>,
    /// What it rests on.
    pub sources: Vec<Reference>,
    /// Words of prose.
    pub words: u32,
    /// Time to read it.
    pub minutes: u32,
    /// The text as its author wrote it; numbers and terms between braces are what readers see.
    pub markdown: String,
}

impl Article {
    /// Its headings, for the table of contents.
    #[must_use]
    pub fn headings(&self) -> &[Heading] {
        &self.text.headings
    }
}
