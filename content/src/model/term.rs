//! A term of the glossary.

use super::Html;
use serde::{Deserialize, Serialize};

/// A word of the field, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// Its anchor on the page of the glossary: `retry-budget`.
    pub slug: String,
    /// How it stands in a sentence: `retry budget`.
    pub name: String,
    /// Other names that people use for it.
    pub synonyms: Vec<String>,
    /// What it means, in one to three sentences. It holds no links.
    pub definition: Html,
    /// Slug of the topic that teaches it, whether or not its lesson is written.
    pub topic: Option<String>,
    /// Slugs of related terms.
    pub see: Vec<String>,
    /// The text that fixes what it means, where one does.
    pub source: Option<TermSource>,
}

/// The text that fixes what a term means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermSource {
    /// Author and title.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// When it was published: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub date: String,
}
