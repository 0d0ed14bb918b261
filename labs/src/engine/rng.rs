//! Counter-based random draws.
//!
//! A draw is a pure function of `(seed, stream, entity, k)`. A policy that causes one extra
//! event therefore shifts no later draw, and two policies meet the same world (common random
//! numbers): their curves differ by policy alone. Each `(seed, stream, entity)` is a
//! SplitMix64 sequence (Steele, Lea, Flood: "Fast splittable pseudorandom number
//! generators", OOPSLA 2014) with random access by `k`.

/// Golden-ratio increment of SplitMix64.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The SplitMix64 finaliser: a good 64-bit hash of one word.
#[must_use]
pub const fn mix(x: u64) -> u64 {
    let z = x.wrapping_add(GAMMA);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Draws of one entity in one stream, read in order or by position.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    base: u64,
    next: u64,
}

impl Draws {
    /// The sequence of `entity` in `stream` under `seed`.
    #[must_use]
    pub const fn new(seed: u64, stream: u64, entity: u64) -> Self {
        Self {
            base: mix(mix(mix(seed) ^ stream) ^ entity),
            next: 0,
        }
    }

    /// Draw number `k`, from 0.
    #[must_use]
    pub const fn at(&self, k: u64) -> u64 {
        mix(self.base.wrapping_add(k.wrapping_mul(GAMMA)))
    }

    /// The next draw, uniform over all 64-bit words.
    pub const fn word(&mut self) -> u64 {
        let word = self.at(self.next);
        self.next += 1;
        word
    }

    /// Uniform in `0..n` by multiply-shift; the bias is below `n / 2^64`.
    pub const fn below(&mut self, n: u64) -> u64 {
        ((self.word() as u128 * n as u128) >> 64) as u64
    }

    /// True with probability `ppm / 1,000,000`.
    pub const fn chance(&mut self, ppm: i64) -> bool {
        (self.below(1_000_000) as i64) < ppm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published test vector: whoever ports the engine must reproduce it.
    #[test]
    fn test_vector() {
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(1), 0x910A_2DEC_8902_5CC1);
        let mut draws = Draws::new(42, 1, 7);
        let words = [draws.word(), draws.word(), draws.word()];
        assert_eq!(words, [draws.at(0), draws.at(1), draws.at(2)]);
        assert_eq!(words, VECTOR);
    }

    const VECTOR: [u64; 3] = [
        0x413F_F701_4E1B_1F95,
        0x62B0_84DA_F1A0_DA13,
        0x96D7_421C_AB50_CAF2,
    ];

    #[test]
    fn below_is_uniform() {
        let mut draws = Draws::new(1, 2, 3);
        let mut counts = [0_u32; 10];
        for _ in 0..100_000 {
            counts[draws.below(10) as usize] += 1;
        }
        // Chi-squared with 9 degrees of freedom: 27.9 is the 0.1 % point.
        let square = |x: f64| x * x;
        let chi2: f64 = counts
            .iter()
            .map(|&c| square(f64::from(c) - 10_000.0) / 10_000.0)
            .sum();
        assert!(chi2 < 27.9, "chi-squared {chi2}");
    }
}
