//! Ids: UUIDv7 from our clock and our randomness, so that rows sort by age and tests repeat.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::{Builder, Uuid};

use crate::clock::Clock;
use crate::random::Random;

/// The id of a row: a UUID, written in lower case with hyphens and in no other way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Uuid);

/// The text is not an id in its one accepted form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a lower-case hyphenated UUID")]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let canonical = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
        let uuid = Uuid::try_parse(text).map_err(|_| NotAnId)?;
        if canonical {
            Ok(Self(uuid))
        } else {
            Err(NotAnId)
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Makes ids. Within a process they only ever rise, even when several are made in one
/// millisecond or the clock goes back (RFC 9562 §6.2, method 1: a counter in `rand_a`).
#[derive(Debug, Clone)]
pub struct Ids {
    clock: Clock,
    random: Random,
    last: Arc<Mutex<Last>>,
}

#[derive(Debug, Default)]
struct Last {
    ms: u64,
    counter: u16,
}

/// `rand_a` has 12 bits; a fresh millisecond starts in its lower half, to leave room to count.
const COUNTER_MAX: u16 = 0x0fff;

impl Ids {
    /// Ids from this clock and this randomness.
    #[must_use]
    pub fn new(clock: Clock, random: Random) -> Self {
        Self {
            clock,
            random,
            last: Arc::default(),
        }
    }

    /// A new id.
    #[must_use]
    pub fn next(&self) -> Id {
        let mut bytes: [u8; 10] = self.random.bytes();
        let now = u64::try_from(self.clock.now_ms()).unwrap_or(0);
        let fresh = u16::from_be_bytes([bytes[0], bytes[1]]) & (COUNTER_MAX >> 1);
        let (ms, counter) = self.tick(now, fresh);
        [bytes[0], bytes[1]] = counter.to_be_bytes();
        Id(Builder::from_unix_timestamp_millis(ms, &bytes).into_uuid())
    }

    fn tick(&self, now: u64, fresh: u16) -> (u64, u16) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if now > last.ms {
            *last = Last {
                ms: now,
                counter: fresh,
            };
        } else if last.counter < COUNTER_MAX {
            last.counter += 1;
        } else {
            *last = Last {
                ms: last.ms + 1,
                counter: fresh,
            };
        }
        (last.ms, last.counter)
    }
}

#[cfg(test)]
mod tests {

    use super::{Id, Ids};
    use crate::clock::Clock;
    use crate::random::Random;

    #[test]
    fn ids_rise_within_a_millisecond_and_when_the_clock_goes_back() {
        let clock = Clock::manual(1_700_000_000_000);
        let ids = Ids::new(clock.clone(), Random::seeded(1));
        let mut made: Vec<_> = (0..10_000).map(|_| ids.next()).collect();
        clock.advance_ms(-5_000);
        made.push(ids.next());
        assert!(made.is_sorted());
        made.dedup();
        assert_eq!(made.len(), 10_001);
        assert!(made.iter().all(|id| id.0.get_version_num() == 7));
        assert!(made[0].to_string().starts_with("018bcfe5-6800-7"));
    }

    #[test]
    fn only_the_canonical_form_parses() {
        let id = Ids::new(Clock::manual(0), Random::seeded(2)).next();
        let text = id.to_string();
        assert_eq!(text.parse::<Id>().unwrap(), id);
        for other in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{{{text}}}"),
        ] {
            assert!(other.parse::<Id>().is_err(), "{other}");
        }
        assert!("../../etc/passwd".parse::<Id>().is_err());
    }
}
