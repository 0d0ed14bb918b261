//! Slips of the pen: words one or two letters away, found by the trigrams they share.

use std::collections::{BTreeMap, BTreeSet};

type Trigram = [char; 3];

/// Words by their trigrams.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    sharing: BTreeMap<Trigram, Vec<usize>>,
    /// The letters of every word.
    letters: Vec<Vec<char>>,
}

impl Spelling {
    pub(super) fn of(terms: &[String]) -> Self {
        let mut trigrams: BTreeMap<Trigram, Vec<usize>> = BTreeMap::new();
        for (number, term) in terms.iter().enumerate() {
            for trigram in of(term) {
                trigrams.entry(trigram).or_default().push(number);
            }
        }
        let letters = terms.iter().map(|term| term.chars().collect());
        Self {
            sharing: trigrams,
            letters: letters.collect(),
        }
    }

    /// Terms within one slip of a word from 4 letters, two from 8, with their distance; the
    /// nearest only.
    pub(super) fn near(&self, word: &str) -> impl Iterator<Item = (usize, usize)> {
        let letters: Vec<char> = word.chars().collect();
        let most = match letters.len() {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        let trigrams = of(word).into_iter();
        let sharing = trigrams.filter_map(|trigram| self.sharing.get(&trigram));
        let close = |number: &usize| letters.len().abs_diff(self.letters[*number].len()) <= most;
        let sharing: BTreeSet<usize> = sharing.flatten().copied().filter(close).collect();
        let near = sharing.into_iter().filter_map(|number| {
            let distance = distance(&letters, &self.letters[number]);
            (distance <= most).then_some((number, distance))
        });
        let near: Vec<_> = near.collect();
        let least = near.iter().map(|(_, distance)| *distance).min();
        near.into_iter()
            .filter(move |(_, distance)| Some(*distance) == least)
    }
}

/// The trigrams of a word with a mark at both ends. A slip touches three of them at most, so words
/// within reach share one.
fn of(word: &str) -> BTreeSet<Trigram> {
    let marked: Vec<char> = std::iter::once('^')
        .chain(word.chars())
        .chain(std::iter::once('$'))
        .collect();
    marked.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
}

/// Letters to insert, delete, replace or swap with a neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = [vec![0; b.len() + 1], (0..=b.len()).collect(), Vec::new()];
    for (i, x) in a.iter().enumerate() {
        let mut row = std::mem::take(&mut rows[2]);
        row.clear();
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = rows[1][j] + usize::from(x != y);
            let mut least = change.min(rows[1][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(rows[0][j - 1] + 1);
            }
            row.push(least);
        }
        rows[2] = row;
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        let count = |a: &str, b: &str| {
            let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
            distance(&a, &b)
        };
        assert_eq!(count("retry", "retry"), 0);
        assert_eq!(count("retry", "rerty"), 1);
        assert_eq!(count("limiter", "limter"), 1);
        assert_eq!(count("idempotency", "idenpotensy"), 2);
        assert_eq!(count("", "abc"), 3);
    }

    #[test]
    fn every_word_within_reach_is_found() {
        let terms: Vec<String> = ["cache", "idempotent", "mesh", "queue"]
            .map(String::from)
            .into();
        let spelling = Spelling::of(&terms);
        let near = |word: &str| spelling.near(word).collect::<Vec<_>>();
        assert_eq!(near("mehs"), [(2, 1)]);
        assert_eq!(near("mxsh"), [(2, 1)]);
        assert_eq!(near("cahce"), [(0, 1)]);
        assert_eq!(near("idenpotemt"), [(1, 2)]);
        assert_eq!(near("mxxh"), [], "two slips in a short word");
        assert_eq!(near("que"), []);
    }
}
