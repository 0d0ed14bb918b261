//! How often keys were asked for, roughly, in little memory.

use crate::engine::rng::mix;

/// Counters that each key has.
const ROWS: u64 = 4;
/// Counters of 4 bits in a word.
const IN_WORD: usize = 16;
/// A counter's largest value.
const MOST: u64 = 15;
/// Clears the bit that each counter lends to its neighbour when a word is halved.
const HALVES: u64 = 0x7777_7777_7777_7777;
/// Uses per entry of the cache after which all counters are halved.
const AGE: u64 = 10;

/// A count-min sketch of 4-bit counters that are halved from time to time (Einziger, Friedman,
/// Manes: "TinyLFU: a highly efficient cache admission policy", 2017).
pub struct Sketch {
    words: Vec<u64>,
    columns: u64,
    uses: u64,
    age: u64,
}

impl Sketch {
    /// For a cache of this capacity; without ageing, counters only grow.
    #[must_use]
    pub fn new(capacity: usize, ageing: bool) -> Self {
        let columns = (4 * capacity).next_power_of_two().max(IN_WORD);
        Self {
            words: vec![0; columns / IN_WORD * ROWS as usize],
            columns: columns as u64,
            uses: 0,
            age: if ageing {
                AGE * capacity as u64
            } else {
                u64::MAX
            },
        }
    }

    /// Counts a use.
    pub fn record(&mut self, key: i64) {
        for (word, shift) in self.places(key) {
            if (self.words[word] >> shift) & MOST < MOST {
                self.words[word] += 1 << shift;
            }
        }
        self.uses += 1;
        if self.uses >= self.age {
            self.uses /= 2;
            for word in &mut self.words {
                *word = (*word >> 1) & HALVES;
            }
        }
    }

    /// Uses of a key, at most too many.
    #[must_use]
    pub fn estimate(&self, key: i64) -> u64 {
        let counts = self.places(key);
        let counts = counts.map(|(word, shift)| (self.words[word] >> shift) & MOST);
        counts.into_iter().min().unwrap_or(0)
    }

    /// Word and shift of the key's counter in each row: one hash, taken in steps.
    fn places(&self, key: i64) -> [(usize, u64); ROWS as usize] {
        let hash = mix(key as u64);
        let step = (hash >> 32) | 1;
        [0, 1, 2, 3].map(|row| {
            let column = hash.wrapping_add(row * step) & (self.columns - 1);
            let counter = (row * self.columns + column) as usize;
            (counter / IN_WORD, (counter % IN_WORD) as u64 * 4)
        })
    }
}
