//! What the words of a query may stand for.

use super::{Index, as_f64, words};

/// Beyond this many words a query is a text.
const WORDS: usize = 12;
/// Beyond this many letters a word is none.
const LETTERS: usize = 40;
/// Words that a beginning may be completed to.
const COMPLETIONS: usize = 40;

/// For each word of the query the terms it may stand for, with what each is worth.
pub(super) fn words(index: &Index, query: &str) -> Vec<Vec<(usize, f64)>> {
    let places = words::places(query);
    let last = places.len().saturating_sub(1);
    let places = places.iter().enumerate().take(WORDS);
    places
        .map(|(number, place)| {
            let word = &query[place.clone()];
            let word: String = word.chars().take(LETTERS).collect();
            let unfinished = number == last && place.end == query.len();
            candidates(index, &word, unfinished)
        })
        .collect()
}

fn candidates(index: &Index, word: &str, unfinished: bool) -> Vec<(usize, f64)> {
    let term = words::term(word);
    let exact = index.terms.binary_search(&term).ok();
    let mut candidates: Vec<(usize, f64)> = exact.map(|exact| (exact, 1.0)).into_iter().collect();
    if unfinished {
        // The word as typed: its plural may be the start of a longer word.
        let begun = word.to_lowercase();
        let begun = completions(index, &begun);
        candidates.extend(begun.filter(|(number, _)| Some(*number) != exact));
    }
    if candidates.is_empty() {
        let near = index.spelling.near(&term);
        candidates.extend(near.map(|(number, distance)| {
            let worth = if distance == 1 { 0.6 } else { 0.3 };
            (number, worth)
        }));
    }
    candidates
}

/// Terms that begin so; the shorter ones are likelier.
fn completions<'a>(index: &'a Index, begun: &'a str) -> impl Iterator<Item = (usize, f64)> + 'a {
    let letters = as_f64(begun.chars().count());
    let from = index.terms.partition_point(|term| term.as_str() < begun);
    let terms = index.terms[from..].iter().take(COMPLETIONS).enumerate();
    let terms = terms.take_while(move |(_, term)| term.starts_with(begun) && letters > 1.0);
    terms.map(move |(number, term)| {
        let length = as_f64(term.chars().count());
        (from + number, 0.8 * letters / length)
    })
}
