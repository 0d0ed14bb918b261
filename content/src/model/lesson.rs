//! A lesson: its parts, and what is around the text.

use super::{Block, Figure, LabLink, Note, Quiz, Reference};
use serde::{Deserialize, Serialize};

/// A written lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Slug of its area.
    pub area: String,
    /// Slug of its topic.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What the learner gains, in at most 120 characters.
    pub promise: String,
    /// What the learner can do afterwards; quizzes cover them by number, from 1.
    pub outcomes: Vec<String>,
    /// The sections, in the template's order; they are the table of contents.
    pub sections: Vec<Section>,
    /// Footnotes, in the order in which the text refers to them.
    pub notes: Vec<Note>,
    /// Slugs of the glossary's terms that the text links, in order of first use.
    pub terms: Vec<String>,
    /// What to read next, in order.
    pub sources: Vec<Reference>,
    /// Words of prose, without code and quizzes.
    pub words: u32,
    /// Time to read it and answer its questions.
    pub minutes: u32,
    /// Day of the last change, `YYYY-MM-DD`.
    pub updated: String,
    /// The text as its author wrote it, without what stands before it; numbers and terms between
    /// braces are the words that readers see.
    pub markdown: String,
}

impl Lesson {
    /// Every block, in reading order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.sections.iter().flat_map(|section| &section.blocks)
    }

    /// Every question, in reading order.
    pub fn quizzes(&self) -> impl Iterator<Item = &Quiz> {
        self.blocks().filter_map(|block| match block {
            Block::Quiz(quiz) => Some(quiz),
            _ => None,
        })
    }

    /// Every figure, in reading order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks().filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
    }

    /// Every lab that the lesson sends its reader to, in reading order.
    pub fn labs(&self) -> impl Iterator<Item = &LabLink> {
        self.blocks().filter_map(|block| match block {
            Block::Lab(lab) => Some(lab),
            _ => None,
        })
    }
}

/// One second-level heading and what is under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Which part of the template it is.
    pub part: Part,
    /// The heading, as text. Its anchor is [`Part::id`].
    pub title: String,
    /// Third-level headings inside, for the table of contents.
    pub headings: Vec<Heading>,
    /// The content without the heading.
    pub blocks: Vec<Block>,
}

impl Section {
    /// The blocks one by one, but the questions of a pool together.
    pub fn groups(&self) -> impl Iterator<Item = &[Block]> {
        let together = |a: &Block, b: &Block| a.pool().is_some() && a.pool() == b.pool();
        self.blocks.chunk_by(together)
    }
}

/// A heading inside a section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Its anchor.
    pub id: String,
    /// Its text.
    pub title: String,
}

/// The parts that every lesson has, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// One sentence that could be false, and the figure that could show it.
    Claim,
    /// A guess, made before the run is seen.
    Predict,
    /// A concrete system with numbers, and one mechanism.
    Thing,
    /// A simulation with every parameter visible.
    Figure,
    /// The formula, derived, with one worked number.
    Why,
    /// One dated, published design or incident.
    Wild,
    /// The lines of this product that do it.
    Code,
    /// Conditions that reverse the advice.
    Limits,
    /// Questions on new situations.
    Check,
    /// Lab, next lessons, sources.
    Next,
}

impl Part {
    /// All parts, in the template's order.
    pub const ALL: [Self; 10] = [
        Self::Claim,
        Self::Predict,
        Self::Thing,
        Self::Figure,
        Self::Why,
        Self::Wild,
        Self::Code,
        Self::Limits,
        Self::Check,
        Self::Next,
    ];

    /// The anchor of the section, which is also how markdown names it: `{#claim}`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Predict => "predict",
            Self::Thing => "thing",
            Self::Figure => "figure",
            Self::Why => "why",
            Self::Wild => "wild",
            Self::Code => "code",
            Self::Limits => "limits",
            Self::Check => "check",
            Self::Next => "next",
        }
    }
}
