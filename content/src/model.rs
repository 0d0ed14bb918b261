//! What a course, a lesson and a quiz are. Plain data, so that the browser can have it too.

mod article;
mod block;
mod course;
mod lesson;
mod quiz;
mod term;

pub use article::*;
pub use block::*;
pub use course::*;
pub use lesson::*;
pub use quiz::*;
pub use term::*;

use serde::{Deserialize, Serialize};
use std::fmt;

/// HTML that this crate rendered from checked markdown. Only the renderer makes it, so a page may
/// place it as it is; everything else a page shows is text and must be escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Html(String);

impl Html {
    #[cfg(feature = "load")]
    pub(crate) fn trusted(html: String) -> Self {
        Self(html)
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Html> for String {
    fn from(html: Html) -> Self {
        html.0
    }
}

/// Something wrong in the content, with the place to mend it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Problem {
    /// Path inside the content folder.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for Problem {}
