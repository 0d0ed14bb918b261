//! The cache itself: what is in it, and what became of it. The simulator keeps the truth.

use super::policy::LEAVE_OUT;
use super::trace::Trace;
use crate::engine::PPM;
use crate::guest::FaultKind;

/// An object, as the cache sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not asked for so far.
    Unknown,
    /// Asked for, and not in the cache.
    Outside,
    /// In the cache, and not asked for since it came in.
    Unused,
    /// In the cache, and asked for since.
    Used,
}

/// The cache of one run.
pub struct Cache<'a> {
    trace: &'a Trace,
    states: Vec<State>,
    held: usize,
    first: i64,
    misses: i64,
    left_out: i64,
    evictions: i64,
    unused: i64,
}

impl<'a> Cache<'a> {
    /// An empty one.
    pub fn new(trace: &'a Trace) -> Self {
        Self {
            trace,
            states: vec![State::Unknown; trace.objects],
            held: 0,
            first: 0,
            misses: 0,
            left_out: 0,
            evictions: 0,
            unused: 0,
        }
    }

    /// Whether the object is there; then it counts as used.
    pub fn hit(&mut self, id: u32) -> bool {
        let state = &mut self.states[id as usize];
        match *state {
            State::Unused | State::Used => {
                *state = State::Used;
                return true;
            }
            State::Unknown => {
                *state = State::Outside;
                self.first += 1;
            }
            State::Outside => {}
        }
        self.misses += 1;
        false
    }

    /// Does what the policy answered to the miss of an object, and gives the object that went.
    ///
    /// # Errors
    /// A full cache was answered neither [`LEAVE_OUT`] nor a key that is in it.
    pub fn admit(&mut self, id: u32, answer: i64) -> Result<Option<u32>, FaultKind> {
        if answer == LEAVE_OUT {
            self.left_out += 1;
            return Ok(None);
        }
        let full = self.held == self.trace.capacity;
        let victim = if full {
            Some(self.evict(answer)?)
        } else {
            self.held += 1;
            None
        };
        self.states[id as usize] = State::Unused;
        Ok(victim)
    }

    fn evict(&mut self, key: i64) -> Result<u32, FaultKind> {
        let victim = self.trace.keys.id(key);
        let place = victim.and_then(|id| Some((id, self.states.get_mut(id as usize)?)));
        match place {
            Some((id, state)) if matches!(state, State::Unused | State::Used) => {
                self.evictions += 1;
                self.unused += i64::from(*state == State::Unused);
                *state = State::Outside;
                Ok(id)
            }
            _ => Err(FaultKind::BadReturn { value: key }),
        }
    }

    /// The scored metric, then what helps to understand it.
    pub fn metrics(&self) -> Vec<(&'static str, i64)> {
        let requests = self.trace.ids.len() as i64;
        let share = |part: i64, of: i64| part * PPM / of.max(1);
        vec![
            ("misses", share(self.misses, requests)),
            ("first_ppm", share(self.first, requests)),
            ("unused_ppm", share(self.unused, self.evictions)),
            ("evictions", self.evictions),
            ("left_out", self.left_out),
            ("requests", requests),
        ]
    }
}
