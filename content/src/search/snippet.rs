//! The piece of a text that shows why it was found.

use super::words;
use std::collections::BTreeSet;
use std::ops::Range;

/// Letters of a snippet, about.
const LENGTH: usize = 200;
/// Letters before the first word found.
const LEAD: usize = 50;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Whether it is a word that was looked for.
    pub marked: bool,
}

/// The part of `text` with the most of the `terms`, those marked.
pub(super) fn of(text: &str, terms: &[&str]) -> Vec<Part> {
    let terms: BTreeSet<&str> = terms.iter().copied().collect();
    let words: Vec<(Range<usize>, Option<String>)> = words::places(text)
        .into_iter()
        .map(|place| {
            let term = words::term(&text[place.clone()]);
            let found = terms.contains(term.as_str());
            (place, found.then_some(term))
        })
        .collect();
    let window = window(&words, text.len());
    let mut parts = Vec::new();
    let mut from = window.start;
    if from > 0 {
        push(&mut parts, "… ", false);
    }
    for (place, found) in &words {
        if found.is_some() && place.start >= from && place.end <= window.end {
            push(&mut parts, &text[from..place.start], false);
            push(&mut parts, &text[place.clone()], true);
            from = place.end;
        }
    }
    push(&mut parts, &text[from..window.end], false);
    if window.end < text.len() {
        push(&mut parts, " …", false);
    }
    parts
}

fn push(parts: &mut Vec<Part>, text: &str, marked: bool) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(part) if !part.marked && !marked => part.text.push_str(text),
        _ => parts.push(Part {
            text: text.to_owned(),
            marked,
        }),
    }
}

/// Where the snippet starts and ends, both at the edge of a word.
fn window(words: &[(Range<usize>, Option<String>)], length: usize) -> Range<usize> {
    let found: Vec<_> = words
        .iter()
        .filter_map(|(place, term)| Some((place, term.as_deref()?)))
        .collect();
    let worth = |first: usize| {
        let start = found[first].0.start;
        let near = found[first..].iter();
        let near: Vec<&str> = near
            .take_while(|(place, _)| place.end <= start + LENGTH - LEAD)
            .map(|(_, term)| *term)
            .collect();
        let different = near.iter().collect::<BTreeSet<_>>().len();
        (different, near.len())
    };
    // The first of the best.
    let best = (0..found.len()).rev().max_by_key(|first| worth(*first));
    let first = best.map_or(0, |best| found[best].0.start);
    let from = first.saturating_sub(LEAD);
    let start = match from {
        0 => 0,
        from => {
            let mut starts = words.iter().map(|(place, _)| place.start);
            starts.find(|start| *start >= from).unwrap_or(0)
        }
    };
    if length <= start + LENGTH {
        return start..length;
    }
    let ends = words.iter().map(|(place, _)| place.end);
    let fitting = ends.take_while(|end| *end <= start + LENGTH).last();
    let end = fitting.filter(|end| *end > start);
    // A text of one long word is cut nowhere.
    start..end.unwrap_or(length)
}
