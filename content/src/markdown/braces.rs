//! Finds `{{run …}}` and `{{term …}}` in the events of a text. The parser knows nothing of them and
//! splits them at quotes and dashes, so their places are looked up in the source.

use super::Spanned;
use crate::page::Page;
use crate::{glossary, runs};
use pulldown_cmark::{Event, Tag, TagEnd};
use std::collections::BTreeMap;
use std::ops::Range;

/// Where a term stands that is no place for a link with a definition.
pub(crate) const TERM_IN_PROSE: &str =
    "a term is linked in the prose of a lesson, not in questions, captions and tables of figures";

/// What braces stand for.
pub(super) enum Bound {
    /// The markup of a number that a run measured.
    Number(String),
    /// The slug of a term.
    Term(String),
}

/// The events with one event of text for each pair of braces, and what those stand for, by place.
pub(super) fn bind<'a>(
    page: &Page<'_>,
    source: &'a str,
    events: Vec<Spanned<'a>>,
) -> (Vec<Spanned<'a>>, BTreeMap<usize, Bound>) {
    let places = places(page, source, &events);
    if places.is_empty() {
        return (events, BTreeMap::new());
    }
    let mut bound = BTreeMap::new();
    let mut texts = BTreeMap::new();
    for place in &places {
        if let Some((shown, stands)) = meaning(page, &source[place.clone()], place.start) {
            bound.insert(place.start, stands);
            texts.insert(place.start, shown);
        }
    }
    let mut woven = Vec::with_capacity(events.len());
    for (event, span) in events {
        if !matches!(event, Event::Text(_) | Event::SoftBreak) {
            woven.push((event, span));
            continue;
        }
        weave(&mut woven, source, (event, span), &places, &texts);
    }
    (woven, bound)
}

/// The words that readers see, and what the braces around them stand for.
fn meaning<'a>(page: &Page<'_>, written: &'a str, at: usize) -> Option<(&'a str, Bound)> {
    if !is_term(written) {
        let number = runs::bound(page, written, at)?;
        return Some((number.shown, Bound::Number(number.html())));
    }
    let Some((shown, name)) = glossary::parse(written) else {
        page.problem(
            at,
            "a term is {{term \"its name\"}} or {{term \"other words\" its-slug}}",
        );
        return None;
    };
    match page.names.glossary.find(name) {
        Ok(term) => Some((shown, Bound::Term(term.slug.clone()))),
        Err(message) => {
            page.problem(at, message);
            None
        }
    }
}

/// Whether braces hold a term rather than a number.
pub(crate) fn is_term(written: &str) -> bool {
    let inside = written.trim_start_matches('{').trim_start();
    inside.starts_with("term ") || inside.starts_with("term\"")
}

/// A text with the words that readers see in place of braces, for those who read it as markdown.
pub(crate) fn as_read(text: &str) -> String {
    let (mut read, mut from) = (String::with_capacity(text.len()), 0);
    while let Some(at) = text[from..].find("{{").map(|at| from + at) {
        let end = runs::end(text, at).unwrap_or(at + 2);
        read.push_str(&text[from..at]);
        // Between quotes in TOML the quotes of braces are escaped.
        let written = text[at..end].replace("\\\"", "\"");
        let known = is_term(&written) || written.starts_with("{{run ");
        match written.split('"').nth(1).filter(|_| known) {
            Some(shown) => read.push_str(shown),
            None => read.push_str(&text[at..end]),
        }
        from = end;
    }
    read.push_str(&text[from..]);
    read
}

/// Cuts one event of text at the places it meets.
fn weave<'a>(
    woven: &mut Vec<Spanned<'a>>,
    source: &'a str,
    (event, span): Spanned<'a>,
    places: &[Range<usize>],
    texts: &BTreeMap<usize, &'a str>,
) {
    let first = places.partition_point(|place| place.end <= span.start);
    let met = places[first..]
        .iter()
        .take_while(|place| place.start < span.end);
    let mut from = span.start;
    let mut cut = false;
    for place in met {
        cut = true;
        if from < place.start {
            let before = from..place.start;
            woven.push((Event::Text(source[before.clone()].into()), before));
        }
        if span.contains(&place.start) {
            let shown = texts.get(&place.start).copied().unwrap_or("");
            woven.push((Event::Text(shown.into()), place.clone()));
        }
        from = place.end;
    }
    if !cut {
        woven.push((event, span));
    } else if from < span.end {
        woven.push((Event::Text(source[from..span.end].into()), from..span.end));
    }
}

/// Where braces stand in prose, that is neither in code nor in formulas.
fn places(page: &Page<'_>, source: &str, events: &[Spanned<'_>]) -> Vec<Range<usize>> {
    let prose = prose(events);
    let within = |at: usize| {
        let after = prose.partition_point(|span| span.start <= at);
        after > 0 && prose[after - 1].contains(&at)
    };
    let mut places: Vec<Range<usize>> = Vec::new();
    for (at, _) in source.match_indices("{{") {
        let taken = places.last().is_some_and(|last| at < last.end);
        if taken || !within(at) {
            continue;
        }
        match runs::end(source, at) {
            Some(end) if within(end - 1) => places.push(at..end),
            _ => page.problem(at, "nothing closes the {{ with }}"),
        }
    }
    places
}

fn prose(events: &[Spanned<'_>]) -> Vec<Range<usize>> {
    let mut code = false;
    let mut prose = Vec::new();
    for (event, span) in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(_) if !code => prose.push(span.clone()),
            _ => {}
        }
    }
    prose
}
