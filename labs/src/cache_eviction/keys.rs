//! Names of objects: scattered over 53 bits, so that neither order nor age shows in a key.

/// Keys lie below this, so that JavaScript holds them exactly.
pub const KEYS: i64 = 1 << 53;

const MASK: u64 = KEYS as u64 - 1;
/// Odd, so that multiplying by it is a permutation of the 53 bits.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
/// At least half of the 53 bits: then shifting and adding twice gives the same again.
const SHIFT: u32 = 27;

/// A permutation of the 53-bit words, another one for each seed.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    salt: u64,
}

impl Keys {
    /// The names that `word` stands for.
    #[must_use]
    pub const fn new(word: u64) -> Self {
        Self { salt: word & MASK }
    }

    /// The key of an object.
    #[must_use]
    pub const fn of(self, id: u32) -> i64 {
        let word = scatter(id as u64 ^ self.salt, FACTOR);
        scatter(word, FACTOR) as i64
    }

    /// The object that has this key, if there is one.
    #[must_use]
    pub fn id(self, key: i64) -> Option<u32> {
        if !(0..KEYS).contains(&key) {
            return None;
        }
        const BACK: u64 = inverse(FACTOR);
        let word = gather(gather(key as u64, BACK), BACK) ^ self.salt;
        u32::try_from(word).ok()
    }
}

const fn scatter(word: u64, factor: u64) -> u64 {
    let word = word.wrapping_mul(factor) & MASK;
    word ^ (word >> SHIFT)
}

const fn gather(word: u64, back: u64) -> u64 {
    let word = word ^ (word >> SHIFT);
    word.wrapping_mul(back) & MASK
}

/// The inverse of an odd number modulo 2^64, by Newton: each step doubles the right bits.
const fn inverse(odd: u64) -> u64 {
    let mut back = odd;
    let mut step = 0;
    while step < 6 {
        back = back.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(back)));
        step += 1;
    }
    back
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_its_object() {
        for salt in [0, 1, u64::MAX] {
            let keys = Keys::new(salt);
            for id in (0..5_000_000).step_by(997).chain([u32::MAX]) {
                let key = keys.of(id);
                assert!((0..KEYS).contains(&key));
                assert_eq!(keys.id(key), Some(id));
            }
            assert_eq!(keys.id(-1), None);
            assert_eq!(keys.id(KEYS), None);
        }
    }
}
