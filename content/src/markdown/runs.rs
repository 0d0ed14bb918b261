//! Finds `{{run …}}` in the events of a text. The parser knows nothing of it and splits it at
//! quotes and dashes, so its place is looked up in the source.

use super::Spanned;
use crate::page::Page;
use crate::runs;
use pulldown_cmark::{Event, Tag, TagEnd};
use std::collections::BTreeMap;
use std::ops::Range;

/// The markup of every number bound to a run, by its place in the source.
pub(super) type Bound = BTreeMap<usize, String>;

/// The events with one event of text for each bound number, and the markup of those.
pub(super) fn bind<'a>(
    page: &Page<'_>,
    source: &'a str,
    events: Vec<Spanned<'a>>,
) -> (Vec<Spanned<'a>>, Bound) {
    let places = places(page, source, &events);
    if places.is_empty() {
        return (events, Bound::new());
    }
    let mut bound = Bound::new();
    let mut texts = BTreeMap::new();
    for place in &places {
        if let Some(number) = runs::bound(page, &source[place.clone()], place.start) {
            bound.insert(place.start, number.html());
            texts.insert(place.start, number.shown);
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
