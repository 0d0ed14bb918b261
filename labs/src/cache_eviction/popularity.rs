//! A Zipf law that is quick to make and to draw from: every run of the lab makes one.

use crate::engine::q32::inverse_power_q40;

/// Knots per doubling of the rank, as a power of two. Between knots weights are on a straight
/// line, which errs by less than 3e-5 of a weight for exponents up to 1.5.
const KNOTS_LOG2: u32 = 7;
/// Entries of the table that says where to look for a draw.
const GUIDES: usize = 4096;

/// Ranks `0..n`; rank `i` has weight `1/(i+1)^s`.
#[derive(Debug, Clone)]
pub struct Popularity {
    cumulative: Vec<u64>,
    guide: Vec<u32>,
}

impl Popularity {
    /// The law over `n` ranks with exponent `s_milli / 1000`.
    #[must_use]
    pub fn new(n: u64, s_milli: i64) -> Self {
        let mut cumulative = Vec::with_capacity(n as usize);
        let mut total = 0;
        let mut from = 1;
        while from <= n {
            let step = (1 << from.ilog2()) >> KNOTS_LOG2.min(from.ilog2());
            let step: u64 = step;
            let (high, low) = (weight(from, s_milli), weight(from + step, s_milli));
            for past in 0..step.min(n + 1 - from) {
                total += high - (high - low) * past / step;
                cumulative.push(total);
            }
            from += step;
        }
        let guide = guide(&cumulative, total);
        Self { cumulative, guide }
    }

    /// The rank that a uniform word draws.
    #[must_use]
    pub fn rank(&self, word: u64) -> u32 {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let point = scaled(word, total);
        let mut rank = self.guide[scaled(word, GUIDES as u64) as usize];
        while self.cumulative[rank as usize] <= point {
            rank += 1;
        }
        rank
    }

    /// Probability of each rank, for closed forms.
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        let total = self.cumulative.last().copied().unwrap_or(1) as f64;
        let before = std::iter::once(0).chain(self.cumulative.iter().copied());
        let pairs = before.zip(&self.cumulative);
        pairs.map(|(a, b)| (b - a) as f64 / total).collect()
    }
}

fn weight(rank: u64, s_milli: i64) -> u64 {
    inverse_power_q40(rank, s_milli)
}

/// The first rank that a word of each 4,096th part of the range can draw.
fn guide(cumulative: &[u64], total: u64) -> Vec<u32> {
    let first = |part: usize| {
        let word = ((part as u128) << 64) / GUIDES as u128;
        let point = scaled(word as u64, total);
        cumulative.partition_point(|&c| c <= point) as u32
    };
    (0..GUIDES).map(first).collect()
}

/// A word scaled to `0..n`.
const fn scaled(word: u64, n: u64) -> u64 {
    ((word as u128 * n as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::rng::Draws;

    #[test]
    fn weights_are_those_of_the_law() {
        for (n, s) in [(1, 1000), (300, 1000), (20_000, 1000), (50_000, 800)] {
            let found = Popularity::new(n, s);
            assert_eq!(found.cumulative.len() as u64, n);
            let mut exact = 0;
            for (i, &sum) in (1..).zip(&found.cumulative) {
                exact += inverse_power_q40(i, s);
                assert!(sum.abs_diff(exact) as f64 <= exact as f64 * 2e-5, "{i}");
            }
        }
    }

    #[test]
    fn draws_are_where_their_word_lies() {
        let law = Popularity::new(20_000, 1000);
        let total = law.cumulative[19_999];
        let draws = Draws::new(1, 2, 3);
        let words = (0..10_000).map(|k| draws.at(k)).chain([0, u64::MAX]);
        for word in words {
            let point = scaled(word, total);
            let expected = law.cumulative.partition_point(|&c| c <= point);
            assert_eq!(law.rank(word) as usize, expected);
        }
    }
}
