//! What a section is made of: text, figures, questions, labs and code.

use super::{Html, Quiz};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A piece of a section: text, or something that a page builds a component for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Block {
    /// Text.
    Html(Html),
    /// A live figure.
    Figure(Figure),
    /// A question.
    Quiz(Quiz),
    /// An invitation to a lab.
    Lab(LabLink),
    /// Lines of this repository.
    Code(Code),
    /// A drawing.
    Diagram(Diagram),
}

impl Block {
    /// The pool of a question that belongs to one.
    pub fn pool(&self) -> Option<&str> {
        match self {
            Self::Quiz(quiz) => quiz.pool.as_deref(),
            _ => None,
        }
    }
}

/// A footnote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its anchor is `note-<id>`, the reference's is `noteref-<id>`.
    pub id: String,
    /// The number the text shows.
    pub number: u32,
    /// Its text.
    pub html: Html,
}

/// A live figure and what stands in for it where scripts do not run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Which simulation: `limiter-bench`.
    pub id: String,
    /// What the figure shows, as a sentence.
    pub title: String,
    /// The model in two lines: arrivals, service, what is left out.
    pub model: Html,
    /// What a reader would see in the end state; also the text alternative.
    pub alt: String,
    /// Parameters of the run, by name.
    pub params: BTreeMap<String, Value>,
    /// The end state as numbers.
    pub table: Option<Table>,
}

/// Something wrong with a figure's parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slip {
    /// What is wrong, as a clause without a full stop.
    pub message: String,
    /// The name that is not known, if that is it.
    pub name: String,
    /// The names that could have been meant.
    pub known: Vec<String>,
}

/// A parameter of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A name.
    Text(String),
    /// Several of them.
    List(Vec<Value>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
            Self::List(values) => {
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
        }
    }
}

/// Numbers behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Names of the columns.
    pub head: Vec<String>,
    /// As many cells as `head` in every row.
    pub rows: Vec<Vec<String>>,
}

/// An invitation to a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabLink {
    /// The lab's id.
    pub id: String,
    /// Why to go there now.
    pub text: Html,
}

/// Lines of this repository, read when the lesson is loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Path in the repository.
    pub path: String,
    /// Number of the first line shown, from 1.
    pub first_line: u32,
    /// Number of the last line shown.
    pub last_line: u32,
    /// Language by its usual short name: `rust`.
    pub language: String,
    /// What to look at.
    pub caption: Html,
    /// The lines as they are, without common indentation.
    pub text: String,
    /// The lines inside `<code>`, coloured by class.
    pub html: Html,
}

/// A drawing, made from its text when the lesson is loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagram {
    /// What it shows, as a sentence.
    pub title: String,
    /// An `<svg>` that takes its colours from classes.
    pub svg: Html,
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Author and title.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// `standard`, `paper`, `article`, `documentation`, `book` or `draft`.
    pub kind: String,
    /// When it was published: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub date: String,
    /// Day on which somebody last followed the link and compared it with what we say of it,
    /// `YYYY-MM-DD`; empty if nobody has yet.
    #[serde(default)]
    pub checked: String,
    /// Why to read it.
    pub why: String,
}
