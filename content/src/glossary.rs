//! `glossary.toml`: the terms that lessons explain where they use them, and what must hold of them.

use crate::check::is_date;
use crate::markdown::{escape, inline};
use crate::model::{Term, TermSource};
use crate::page::{Page, suggest};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The file's name in the content folder.
pub(crate) const FILE: &str = "glossary.toml";
/// Letters of a definition: it is read beside the sentence that it explains.
const LONGEST: usize = 420;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    terms: Vec<RawTerm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerm {
    name: Spanned<String>,
    #[serde(default)]
    synonyms: Vec<Spanned<String>>,
    definition: Spanned<String>,
    lesson: Option<Spanned<String>>,
    #[serde(default)]
    see: Vec<Spanned<String>>,
    source: Option<Spanned<TermSource>>,
}

/// The terms, found by any of their names.
#[derive(Debug, Default)]
pub(crate) struct Glossary {
    terms: Vec<Term>,
    /// Place of a term by slug, name and synonyms, all in lower case.
    names: BTreeMap<String, usize>,
}

impl Glossary {
    /// Reads and checks the file.
    pub(crate) fn read(page: &Page<'_>, text: &str) -> Self {
        let raw = match toml::from_str::<Raw>(text) {
            Ok(raw) => raw,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                page.problem(at, error.message());
                return Self::default();
            }
        };
        let mut glossary = Self::default();
        for (place, term) in raw.terms.iter().enumerate() {
            glossary.name(page, place, term);
        }
        let names = raw.terms.iter().map(|term| slug(term.name.get_ref()));
        let slugs: Vec<String> = names.collect();
        for (place, raw) in raw.terms.into_iter().enumerate() {
            let see = glossary.see(page, &slugs, place, &raw.see);
            glossary.terms.push(term(page, raw, see));
        }
        glossary
    }

    /// The term with this slug, name or synonym.
    pub(crate) fn find(&self, name: &str) -> Result<&Term, String> {
        let place = self.place(name).ok_or_else(|| self.unknown(name))?;
        self.terms.get(place).ok_or_else(|| self.unknown(name))
    }

    /// Every term, by name.
    pub(crate) fn sorted(self) -> Vec<Term> {
        let mut terms = self.terms;
        terms.sort_by_cached_key(|term| term.name.to_lowercase());
        terms
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names.get(&name.to_lowercase()).copied()
    }

    fn unknown(&self, name: &str) -> String {
        let near = suggest(&name.to_lowercase(), self.names.keys().map(String::as_str));
        format!("the glossary has no term “{name}”{near}")
    }

    /// Takes the names of a term; whatever two terms would share is a problem.
    fn name(&mut self, page: &Page<'_>, place: usize, raw: &RawTerm) {
        let (name, at) = (raw.name.get_ref(), raw.name.span().start);
        let slug = slug(name);
        if slug.is_empty() {
            page.problem(at, format!("the term “{name}” has no letter"));
        }
        let mut own = vec![(name.to_lowercase(), at)];
        if slug != own[0].0 {
            own.push((slug, at));
        }
        for synonym in &raw.synonyms {
            own.push((synonym.get_ref().to_lowercase(), synonym.span().start));
        }
        for (other, at) in own {
            if self.names.contains_key(&other) {
                page.problem(at, format!("“{other}” names two terms, or one term twice"));
            }
            self.names.insert(other, place);
        }
    }

    /// Slugs of the terms that one refers to.
    fn see(
        &self,
        page: &Page<'_>,
        slugs: &[String],
        own: usize,
        others: &[Spanned<String>],
    ) -> Vec<String> {
        let mut see = Vec::with_capacity(others.len());
        for other in others {
            let (name, at) = (other.get_ref(), other.span().start);
            match self.place(name) {
                None => page.problem(at, self.unknown(name)),
                Some(place) if place == own => page.problem(at, format!("“{name}” sees itself")),
                Some(place) => see.extend(slugs.get(place).cloned()),
            }
        }
        see
    }
}

fn term(page: &Page<'_>, raw: RawTerm, see: Vec<String>) -> Term {
    let name = raw.name.into_inner();
    if let Some(lesson) = &raw.lesson
        && let Err(message) = page.lesson(lesson.get_ref())
    {
        page.problem(lesson.span().start, message);
    }
    if let Some(source) = &raw.source {
        reference(page, source);
    }
    Term {
        slug: slug(&name),
        definition: definition(page, &name, &raw.definition),
        synonyms: raw.synonyms.into_iter().map(Spanned::into_inner).collect(),
        topic: raw.lesson.map(Spanned::into_inner),
        see,
        source: raw.source.map(Spanned::into_inner),
        name,
    }
}

fn definition(page: &Page<'_>, name: &str, text: &Spanned<String>) -> crate::Html {
    let at = text.span().start;
    let html = inline(&page.pinned(at), text.get_ref());
    let letters = text.get_ref().trim().chars().count();
    if !(1..=LONGEST).contains(&letters) {
        let message = format!("the definition of “{name}” has {letters} letters, not 1–{LONGEST}");
        page.problem(at, message);
    }
    // It is shown beside a link, in a place that holds neither links nor paragraphs.
    if html.as_str().contains("<a ") || html.as_str().contains("<p>") {
        let message = "is one paragraph without links; name related terms in `see`";
        page.problem(at, format!("the definition of “{name}” {message}"));
    }
    html
}

fn reference(page: &Page<'_>, source: &Spanned<TermSource>) {
    let (at, source) = (source.span().start, source.get_ref());
    let title = &source.title;
    if !source.url.starts_with("https://") {
        page.problem(at, format!("the source “{title}” has no https:// address"));
    }
    if !is_date(&source.date) {
        page.problem(at, format!("“{title}”: `date` is a date (YYYY-MM-DD)"));
    }
}

/// A name as an anchor: `Little's law` is `littles-law`.
fn slug(name: &str) -> String {
    let plain = name.to_lowercase().replace(['\'', '’'], "");
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// What a lesson writes between braces: `term "retry budget"` or `term "the words" retry-budget`.
pub(crate) fn parse(written: &str) -> Option<(&str, &str)> {
    let inside = written.strip_prefix("{{")?.strip_suffix("}}")?;
    let rest = inside.trim().strip_prefix("term")?.trim_start();
    let (shown, rest) = rest.strip_prefix('"')?.split_once('"')?;
    let name = rest.trim();
    let one = !shown.trim().is_empty() && !name.contains(char::is_whitespace);
    one.then_some((shown, if name.is_empty() { shown } else { name }))
}

/// A link to a term with its definition beside it. The definition is hidden until the link has the
/// pointer or the focus.
pub(crate) fn link(term: &Term, shown: &str) -> String {
    let (slug, shown) = (&term.slug, escape(&shown.replace('\'', "’")));
    let definition = term.definition.as_str();
    format!(
        "<span class=\"gloss\"><a class=\"term\" href=\"/glossary#{slug}\" \
         aria-describedby=\"term-{slug}\">{shown}</a>\
         <small id=\"term-{slug}\" role=\"tooltip\">{definition}</small></span>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_anchors() {
        assert_eq!(slug("Little's law"), "littles-law");
        assert_eq!(slug("W-TinyLFU"), "w-tinylfu");
        assert_eq!(slug("power of two choices"), "power-of-two-choices");
    }

    #[test]
    fn a_link_shows_its_words_or_others() {
        assert_eq!(parse("{{term \"p99\"}}"), Some(("p99", "p99")));
        let other = parse("{{ term \"a herd\" thundering-herd }}");
        assert_eq!(other, Some(("a herd", "thundering-herd")));
        for slip in ["{{term p99}}", "{{term \"\"}}", "{{term \"a\" b c}}"] {
            assert_eq!(parse(slip), None, "{slip}");
        }
    }
}
