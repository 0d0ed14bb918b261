//! What pages ask of the server.

use content::Library;
use content::search::Hit;

use crate::reference::Reference;

/// The server's side of the pages. Everything is read while a page is rendered; nothing is
/// written. Labs themselves come from [`labs::ALL`].
pub trait Backend: Send + Sync {
    /// The curriculum as it is now. Cloning a [`Library`] shares it.
    fn library(&self) -> Library;

    /// Sections that fit a query, the best first.
    fn search(&self, query: &str, limit: usize) -> Vec<Hit>;

    /// The API, as its page shows it.
    fn reference(&self) -> Reference;

    /// A lab's texts, rendered from Markdown; `None` if there is no such lab.
    fn lab_text(&self, lab: &str) -> Option<LabText>;
}

/// A lab's texts, ready to be placed in a page: HTML that `content` rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabText {
    /// The task, as HTML without a first-level heading.
    pub brief: String,
    /// Staged hints, the most general first.
    pub hints: Vec<Hint>,
    /// Starting points, in the lab's order.
    pub starters: Vec<StarterText>,
    /// The reference solution.
    pub solution: SolutionText,
}

/// A lab's reference solution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SolutionText {
    /// The lines inside `<code>`, as HTML; empty where the page is to escape the source itself.
    pub source: String,
    /// Why it is right, as HTML; empty where nobody has written it.
    pub argument: String,
}

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it is about, as text: shown before it is opened.
    pub title: String,
    /// The hint, as HTML.
    pub html: String,
}

/// A starting point for learners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterText {
    /// `assemblyscript`, `javascript`, `rust`, `c`, `zig` or `go`.
    pub language: String,
    /// The lines inside `<code>`, coloured by class, as HTML.
    pub html: String,
}
