//! What a file being rendered knows: its name, where it may link, and where problems go.

use crate::glossary::Glossary;
use crate::model::{LabRef, Part, Problem, Slip, Value};
use crate::runs::Runs;
use crate::source::Source;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What exists outside the content folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    /// Ids of labs that can be opened.
    pub labs: &'a [&'a str],
    /// Ids of figures that a page can draw.
    pub figures: &'a [&'a str],
    /// What runs of the labs measured; without it the names of runs are taken on trust.
    pub runs: Option<&'a dyn Runs>,
    /// Finds what is wrong with a figure's parameters; without it they are taken on trust.
    pub params: Option<CheckParams>,
}

/// Finds what is wrong with the parameters of the figure of this id.
pub type CheckParams = fn(&str, &BTreeMap<String, Value>) -> Vec<Slip>;

/// The names a text may refer to.
pub(crate) struct Names<'a> {
    pub source: &'a dyn Source,
    pub known: Known<'a>,
    /// Area of each topic.
    pub topics: BTreeMap<String, String>,
    /// Title of each lab of the curriculum, open or not.
    pub labs: BTreeMap<String, String>,
    pub glossary: Glossary,
}

impl Names<'_> {
    pub(crate) fn lab(&self, id: &str) -> Option<LabRef> {
        Some(LabRef {
            id: id.to_owned(),
            title: self.labs.get(id)?.clone(),
            open: self.known.labs.contains(&id),
        })
    }
}

/// A text of a file. Offsets are turned into lines of that file.
pub(crate) struct Page<'a> {
    pub names: &'a Names<'a>,
    pub file: &'a str,
    /// Line of the file on which the text starts, from 1.
    first_line: u32,
    /// Offsets in the text at which lines start; one entry pins every problem to `first_line`.
    starts: Vec<usize>,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> Page<'a> {
    pub(crate) fn new(
        names: &'a Names<'a>,
        problems: &'a RefCell<Vec<Problem>>,
        file: &'a str,
        first_line: u32,
        text: &str,
    ) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            names,
            file,
            first_line,
            starts: std::iter::once(0).chain(breaks).collect(),
            problems,
        }
    }

    /// The same file, with every problem on the line of `at`: for text inside a block.
    pub(crate) fn pinned(&self, at: usize) -> Page<'_> {
        Page {
            names: self.names,
            file: self.file,
            first_line: self.line(at),
            starts: vec![0],
            problems: self.problems,
        }
    }

    /// The same file, with every problem so many lines below the line of `at`.
    pub(crate) fn below(&self, at: usize, lines: u32) -> Page<'_> {
        let mut page = self.pinned(at);
        // What a text in the file quotes from elsewhere has no lines of its own.
        if self.starts.len() > 1 {
            page.first_line += lines;
        }
        page
    }

    pub(crate) fn line(&self, at: usize) -> u32 {
        let before = self.starts.partition_point(|start| *start <= at);
        self.first_line + u32::try_from(before).unwrap_or(u32::MAX).saturating_sub(1)
    }

    pub(crate) fn problem(&self, at: usize, message: impl Into<String>) {
        self.problems.borrow_mut().push(Problem {
            file: self.file.to_owned(),
            line: self.line(at),
            message: message.into(),
        });
    }

    pub(crate) fn unknown_part(&self, id: &str, at: usize) {
        let ids = Part::ALL.map(Part::id);
        let message = match id {
            "" => format!(
                "the section needs an anchor, one of {{#{}}}",
                ids.join("} {#")
            ),
            id => format!("unknown section {{#{id}}}{}", suggest(id, ids)),
        };
        self.problem(at, message);
    }

    /// The address a link goes to. A bad one is a problem, and goes nowhere.
    pub(crate) fn link(&self, to: &str, at: usize) -> String {
        match self.resolve(to) {
            Ok(address) => address,
            Err(message) => {
                self.problem(at, message);
                "#".to_owned()
            }
        }
    }

    fn resolve(&self, to: &str) -> Result<String, String> {
        if let Some(slug) = to.strip_prefix("lesson:") {
            return self.lesson(slug);
        }
        if let Some(id) = to.strip_prefix("lab:") {
            return self.open_lab(id).map(|id| format!("/labs/{id}"));
        }
        if let Some(slug) = to.strip_prefix("article:") {
            return self.article(slug);
        }
        if let Some(rest) = to.strip_prefix("https://") {
            let host = rest.split(['/', '?', '#']).next().unwrap_or("");
            let plain = !host.is_empty() && !to.contains(|c: char| c.is_control() || c == ' ');
            return match plain {
                true => Ok(to.to_owned()),
                false => Err(format!("bad link: {to}")),
            };
        }
        let in_page = to.starts_with('#') && Part::ALL.iter().any(|part| part.id() == &to[1..]);
        if in_page || matches!(to, "/" | "/course" | "/labs" | "/glossary") {
            return Ok(to.to_owned());
        }
        Err(format!(
            "“{to}” is not a link we allow; use lesson:slug, lab:id, article:slug, \
             #section or https://"
        ))
    }

    fn article(&self, slug: &str) -> Result<String, String> {
        let paths = self.names.source.paths();
        let slugs: Vec<&str> = paths.iter().filter_map(|path| article_slug(path)).collect();
        match slugs.contains(&slug) {
            true => Ok(format!("/articles/{slug}")),
            false => Err(format!(
                "no article “{slug}”{}",
                suggest(slug, slugs.into_iter())
            )),
        }
    }

    /// The address of a topic's lesson.
    pub(crate) fn lesson(&self, slug: &str) -> Result<String, String> {
        match self.names.topics.get(slug) {
            Some(area) => Ok(format!("/lessons/{area}/{slug}")),
            None => Err(format!(
                "no lesson “{slug}”{}",
                suggest(slug, self.names.topics.keys().map(String::as_str))
            )),
        }
    }

    /// The lab's id, if it can be opened.
    pub(crate) fn open_lab(&self, id: &str) -> Result<String, String> {
        let labs = self.names.known.labs;
        match labs.contains(&id) {
            true => Ok(id.to_owned()),
            false => Err(format!(
                "no lab “{id}”{}",
                suggest(id, labs.iter().copied())
            )),
        }
    }
}

/// ", did you mean …?", when a name is near enough to be a slip of the pen.
pub(crate) fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let distances = known
        .into_iter()
        .map(|other| (distance(name, other), other));
    match distances.min() {
        Some((far, other)) if far <= 1 + name.chars().count() / 3 => {
            format!(", did you mean “{other}”?")
        }
        _ => String::new(),
    }
}

/// Levenshtein distance: letters to insert, delete or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The name of the article in a file, if it is one.
pub(crate) fn article_slug(path: &str) -> Option<&str> {
    path.strip_prefix("articles/")?.strip_suffix(".md")
}
