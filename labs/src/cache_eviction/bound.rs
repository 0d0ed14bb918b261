//! What an eviction policy that knew the future would reach.

use super::trace::Trace;

/// Stands for "never again".
const NEVER: u32 = u32::MAX;

/// For each request whether the optimal policy has the object: it gives up the one that is asked
/// for last (Belady 1966). With `bypass` it may also leave the requested object out, which no
/// policy of this lab can beat; without, it must take in every object, as in most publications.
#[must_use]
pub fn belady(trace: &Trace, capacity: usize, bypass: bool) -> Vec<bool> {
    let next = next_uses(trace);
    // An object in the cache is known by its next use; those without one only take up room.
    let mut wanted = Instants::new(next.len());
    let mut unwanted = 0;
    let mut hits = Vec::with_capacity(next.len());
    for (now, &next) in next.iter().enumerate() {
        let hit = wanted.remove(now as u32);
        hits.push(hit);
        if bypass && next == NEVER {
            continue;
        }
        if wanted.len + unwanted >= capacity {
            if unwanted > 0 {
                unwanted -= 1;
            } else if bypass && wanted.latest() < next {
                continue;
            } else {
                let latest = wanted.latest();
                wanted.remove(latest);
            }
        }
        if next == NEVER {
            unwanted += 1;
        } else {
            wanted.insert(next);
        }
    }
    hits
}

/// For each request the next one for the same object.
fn next_uses(trace: &Trace) -> Vec<u32> {
    let mut later = vec![NEVER; trace.objects];
    let mut next = vec![NEVER; trace.ids.len()];
    for (at, &id) in trace.ids.iter().enumerate().rev() {
        next[at] = std::mem::replace(&mut later[id as usize], at as u32);
    }
    next
}

/// A set of instants whose latest one is found in a few steps: each level has a bit for each
/// word below that is not empty.
struct Instants {
    levels: Vec<Vec<u64>>,
    len: usize,
}

impl Instants {
    fn new(instants: usize) -> Self {
        let mut levels = Vec::new();
        let mut words = instants.div_ceil(64).max(1);
        levels.push(vec![0; words]);
        while words > 1 {
            words = words.div_ceil(64);
            levels.push(vec![0; words]);
        }
        Self { levels, len: 0 }
    }

    fn insert(&mut self, instant: u32) {
        let mut at = instant as usize;
        for level in &mut self.levels {
            level[at / 64] |= 1 << (at % 64);
            at /= 64;
        }
        self.len += 1;
    }

    /// Whether it was there.
    fn remove(&mut self, instant: u32) -> bool {
        let mut at = instant as usize;
        if self.levels[0][at / 64] & (1 << (at % 64)) == 0 {
            return false;
        }
        for level in &mut self.levels {
            level[at / 64] &= !(1 << (at % 64));
            if level[at / 64] != 0 {
                break;
            }
            at /= 64;
        }
        self.len -= 1;
        true
    }

    /// The latest instant; 0 where there is none.
    fn latest(&self) -> u32 {
        let mut at = 0;
        for level in self.levels.iter().rev() {
            at = at * 64 + level[at].checked_ilog2().unwrap_or(0) as usize;
        }
        at as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::rng::Draws;

    #[test]
    fn the_latest_instant_is_found() {
        let mut set = Instants::new(5000);
        let mut plain = std::collections::BTreeSet::new();
        let mut draws = Draws::new(1, 1, 1);
        for _ in 0..20_000 {
            let instant = draws.below(5000) as u32;
            if draws.chance(400_000) {
                assert_eq!(set.remove(instant), plain.remove(&instant));
            } else if plain.insert(instant) {
                set.insert(instant);
            }
            assert_eq!(set.len, plain.len());
            assert_eq!(set.latest(), plain.last().copied().unwrap_or(0));
        }
    }
}
