//! Text as words, and words as the terms that are looked up.

use std::ops::Range;

/// A word of a text: where it is, and which term it is looked up by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    start: u32,
    end: u32,
    /// Its number among the terms of the index.
    pub(super) term: u32,
}

impl Word {
    pub(super) fn place(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The words of a text whose terms are all in `terms`, which are in order.
pub(super) fn words(text: &str, terms: &[String]) -> Vec<Word> {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let word = |place: Range<usize>| {
        let term = terms.binary_search(&term(&text[place.clone()])).ok()?;
        Some(Word {
            start: number(place.start),
            end: number(place.end),
            term: number(term),
        })
    };
    places(text).into_iter().filter_map(word).collect()
}

/// Places of the words of a text.
pub(super) fn places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                places.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        places.push(from..text.len());
    }
    places
}

/// The terms of a text, in order.
pub(super) fn terms(text: &str) -> impl Iterator<Item = String> {
    places(text).into_iter().map(|place| term(&text[place]))
}

/// A word as it is looked up: lower case, singular.
pub(super) fn term(word: &str) -> String {
    let word = word.to_lowercase();
    let stem = match word.as_str() {
        w if w.len() < 4 || w.ends_with("ss") || w.ends_with("us") || w.ends_with("is") => None,
        w if w.ends_with("ies") => w.strip_suffix("ies").map(|stem| format!("{stem}y")),
        w if ["ches", "shes", "sses", "xes"]
            .iter()
            .any(|end| w.ends_with(end)) =>
        {
            w.strip_suffix("es").map(str::to_owned)
        }
        w => w.strip_suffix('s').map(str::to_owned),
    };
    stem.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_looked_up_in_lower_case_and_singular() {
        let found: Vec<String> = terms("Retries, caches & the p99: it’s Über-429s!").collect();
        let expected = ["retry", "cach", "the", "p99", "it", "s", "über", "429"];
        assert_eq!(found, expected);
        assert_eq!(term("caches"), term("caching").replace("ing", ""));
        assert_eq!(
            (term("class"), term("status")),
            ("class".into(), "status".into())
        );
    }
}
