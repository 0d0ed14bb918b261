//! Whatever others point at: sections, headings and footnotes.

use super::braces::Bound;
use super::events::{markup, text_of, words};
use super::{Spanned, Writer};
use crate::model::{Heading, Html, Part, Section};
use pulldown_cmark::{Event, HeadingLevel, Tag, html};

impl<'a> Writer<'a, '_> {
    /// A second-level heading opens a section of the template.
    pub(super) fn section(&mut self, events: &[Spanned<'a>]) {
        let (
            Event::Start(Tag::Heading {
                level,
                id,
                classes,
                attrs,
            }),
            span,
        ) = &events[0]
        else {
            return;
        };
        self.flush(span.start);
        self.no_terms(events);
        let title = text_of(events);
        self.body.words += words(&title);
        if *level == HeadingLevel::H1 {
            self.page
                .problem(span.start, "the title is in course.toml; start with ##");
            return;
        }
        if !classes.is_empty() || !attrs.is_empty() {
            self.page
                .problem(span.start, "a heading takes an anchor and nothing else");
        }
        let id = id.as_deref().unwrap_or("");
        match Part::ALL.into_iter().find(|part| part.id() == id) {
            Some(part) => self.body.sections.push(Section {
                part,
                title,
                headings: Vec::new(),
                blocks: Vec::new(),
            }),
            None => self.page.unknown_part(id, span.start),
        }
    }

    pub(super) fn heading(&mut self, level: HeadingLevel, events: &[Spanned<'a>]) {
        let span = events[0].1.start;
        if level <= HeadingLevel::H2 {
            self.page
                .problem(span, "a section cannot start inside a list or quote");
            return;
        }
        self.plain_heading(level, events);
    }

    /// The opening of a paragraph that can be linked to: `p1`, `p2` … down the page.
    pub(super) fn paragraph(&mut self) -> Event<'a> {
        loop {
            self.paragraphs += 1;
            let id = format!("p{}", self.paragraphs);
            if self.ids.insert(id.clone()) {
                return markup(format!("<p id=\"{id}\">"));
            }
        }
    }

    /// A heading that opens nothing.
    pub(super) fn plain_heading(&mut self, level: HeadingLevel, events: &[Spanned<'a>]) {
        let title = text_of(events);
        self.no_terms(events);
        let id = self.unique(&anchor(&title));
        self.pending.push(markup(format!("<{level} id=\"{id}\">")));
        let mut at = 1;
        while at < events.len() - 1 {
            at = self.inner(events, at);
        }
        self.pending.push(markup(format!(
            " <a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this part\">#</a></{level}>\n"
        )));
        if let Some(section) = self.body.sections.last_mut() {
            section.headings.push(Heading { id, title });
        }
    }

    /// A heading is a link's target, and what the table of contents says.
    fn no_terms(&self, events: &[Spanned<'a>]) {
        let mut places = events.iter().map(|(_, span)| span.start);
        let term = places.find(|at| matches!(self.bound.get(at), Some(Bound::Term(_))));
        if let Some(at) = term {
            self.page.problem(at, "a term is not linked in a heading");
        }
    }

    fn unique(&mut self, id: &str) -> String {
        let mut unique = id.to_owned();
        let mut count = 1;
        while !self.ids.insert(unique.clone()) {
            count += 1;
            unique = format!("{id}-{count}");
        }
        unique
    }

    pub(super) fn reference(&mut self, name: &str) -> String {
        let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        let first = !self.numbers.contains_key(name);
        let number = *self.numbers.entry(name.to_owned()).or_insert(next);
        let id = anchor(name);
        // Only the first reference has the anchor that the note links back to.
        let own = match first {
            true => format!(" id=\"noteref-{id}\""),
            false => String::new(),
        };
        format!(
            "<sup class=\"note\">\
             <a href=\"#note-{id}\"{own} role=\"doc-noteref\">{number}</a></sup>"
        )
    }

    pub(super) fn note(&mut self, name: &str, events: &[Spanned<'a>], at: usize) {
        let outer = std::mem::take(&mut self.pending);
        let mut inside = 0;
        while inside < events.len() {
            inside = self.inner(events, inside);
        }
        let mut text = String::new();
        let note = std::mem::replace(&mut self.pending, outer);
        html::push_html(&mut text, note.into_iter());
        if self
            .notes
            .insert(name.to_owned(), Html::trusted(text))
            .is_some()
        {
            self.page
                .problem(at, format!("the footnote [^{name}] is defined twice"));
        }
    }
}

/// A heading's text as an anchor: lower case, with dashes between words.
pub(super) fn anchor(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
