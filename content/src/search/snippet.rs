//! The piece of a text that shows why it was found.

use super::words::Word;
use serde::Serialize;
use std::ops::Range;

/// Letters of a snippet, about.
const LENGTH: usize = 200;
/// Letters before the first word found.
const LEAD: usize = 50;

/// A piece of a snippet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Whether it is a word that was looked for.
    pub marked: bool,
}

/// The part of `text` with the most of the terms that are `wanted`, those marked.
pub(super) fn of(text: &str, words: &[Word], wanted: &[bool]) -> Vec<Part> {
    let wanted = |word: &&Word| wanted.get(word.term as usize) == Some(&true);
    let found: Vec<Word> = words.iter().filter(wanted).copied().collect();
    let window = window(words, &found, text.len());
    let mut parts = Vec::new();
    let mut from = window.start;
    if from > 0 {
        push(&mut parts, "… ", false);
    }
    for word in found {
        let place = word.place();
        if place.start >= from && place.end <= window.end {
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
fn window(words: &[Word], found: &[Word], length: usize) -> Range<usize> {
    let mut seen = Vec::new();
    let mut worth = |first: usize| {
        let reach = found[first].place().start + LENGTH - LEAD;
        let near = found[first..].iter();
        let near = near.take_while(|word| word.place().end <= reach);
        seen.clear();
        let mut many = 0_usize;
        for word in near {
            many += 1;
            if !seen.contains(&word.term) {
                seen.push(word.term);
            }
        }
        (seen.len(), many)
    };
    // The first of the best.
    let best = (0..found.len()).rev().max_by_key(|first| worth(*first));
    let first = best.map_or(0, |best| found[best].place().start);
    let from = first.saturating_sub(LEAD);
    let start = match from {
        0 => 0,
        from => {
            let next = words.partition_point(|word| word.place().start < from);
            words.get(next).map_or(0, |word| word.place().start)
        }
    };
    if length <= start + LENGTH {
        return start..length;
    }
    let fitting = words.partition_point(|word| word.place().end <= start + LENGTH);
    let last = fitting.checked_sub(1).map(|last| words[last].place().end);
    // A text of one long word is cut nowhere.
    start..last.filter(|end| *end > start).unwrap_or(length)
}
