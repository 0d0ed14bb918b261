//! Circuit breakers before what others run: the mail server, and hosts that are told of grades. The
//! breaker is the reference of the circuit-breaker lab, the very code that its lesson shows.
//!
//! A host is known by what is spoken to it, its name and its port, as `smtp://mail.example:587`:
//! whoever names a webhook must not be able to hold back the mail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use labs::circuit_breaker::policy::Breaker as _;
use labs::circuit_breaker::reference::{Breakers as Circuits, Rules, Trip};

use crate::clock::Clock;
use crate::random::Random;

const SEC: i64 = 1_000_000_000;
/// Hosts with a breaker; those that come after them are called without.
const HOSTS: usize = 1_024;
/// A draw of the lab is uniform below this.
const DRAW: u64 = (1 << 53) - 1;

/// Half of at least five calls in a minute failed: wait 15 to 45 s, then try one.
const RULES: Rules = Rules {
    breakers: HOSTS,
    trip: Trip::Rate {
        ppm: 500_000,
        least: 5,
        window_ns: 60 * SEC,
    },
    open_ns: 30 * SEC,
    jitter_ns: 30 * SEC,
    probes: 1,
    successes: 1,
};

/// A breaker for each host. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Breakers(Arc<Shared>);

struct Shared {
    clock: Clock,
    /// When they were made: the lab counts from there, and its times are small.
    zero_ns: u64,
    random: Random,
    state: Mutex<State>,
}

struct State {
    circuits: Circuits,
    hosts: BTreeMap<String, usize>,
}

/// A call that may be made: say how it ended.
#[must_use]
pub struct Call<'a> {
    breakers: &'a Breakers,
    /// Nothing where the host has no breaker.
    host: Option<usize>,
    began_ns: i64,
}

impl Breakers {
    /// Closed breakers.
    #[must_use]
    pub fn new(clock: Clock, random: Random) -> Self {
        Self(Arc::new(Shared {
            zero_ns: clock.monotonic_ns(),
            clock,
            random,
            state: Mutex::new(State {
                circuits: Circuits::new(RULES),
                hosts: BTreeMap::new(),
            }),
        }))
    }

    /// Whether to call a host now; if so, how the call ends is to be told.
    pub fn call(&self, host: &str) -> Option<Call<'_>> {
        let began_ns = self.now_ns();
        let rand = self.0.random.up_to(DRAW);
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known = state.hosts.get(host).copied();
        let index = match (known, state.hosts.len()) {
            (Some(index), _) => index,
            (None, next) if next < HOSTS => {
                state.hosts.insert(host.to_owned(), next);
                next
            }
            (None, _) => {
                return Some(Call {
                    breakers: self,
                    host: None,
                    began_ns,
                });
            }
        };
        let allowed = state.circuits.allow(index, began_ns, rand);
        allowed.then_some(Call {
            breakers: self,
            host: Some(index),
            began_ns,
        })
    }

    /// Hosts that are not called for now.
    #[must_use]
    pub fn held_back(&self) -> Vec<String> {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let hosts = state.hosts.iter();
        hosts
            .filter(|(_, index)| state.circuits.is_open(**index))
            .map(|(host, _)| host.clone())
            .collect()
    }

    fn now_ns(&self) -> i64 {
        let since_ns = self.0.clock.monotonic_ns().saturating_sub(self.0.zero_ns);
        i64::try_from(since_ns).unwrap_or(i64::MAX / 2)
    }
}

impl std::fmt::Debug for Breakers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Breakers").field(&self.held_back()).finish()
    }
}

impl Call<'_> {
    /// The call ended; `ok` unless the host was at fault.
    pub fn ended(self, ok: bool) {
        let Some(host) = self.host else { return };
        let now_ns = self.breakers.now_ns();
        let state = &self.breakers.0.state;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let latency_ns = now_ns - self.began_ns;
        state.circuits.on_result(host, ok, latency_ns, now_ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_fails_is_left_alone_and_tried_again() {
        let clock = Clock::manual(1_800_000_000_000);
        let breakers = Breakers::new(clock.clone(), Random::seeded(1));
        for _ in 0..5 {
            breakers.call("a.example").unwrap().ended(false);
        }
        assert!(breakers.call("a.example").is_none());
        assert!(breakers.call("b.example").is_some(), "others are called");
        assert_eq!(breakers.held_back(), ["a.example"]);
        clock.advance_ms(14_999);
        assert!(breakers.call("a.example").is_none(), "not before 15 s");
        clock.advance_ms(30_002);
        let probe = breakers.call("a.example").unwrap();
        assert!(breakers.call("a.example").is_none(), "one probe at a time");
        probe.ended(true);
        assert!(breakers.held_back().is_empty());
        breakers.call("a.example").unwrap().ended(true);
    }

    #[test]
    fn whoever_names_many_hosts_holds_back_no_other() {
        let breakers = Breakers::new(Clock::manual(1_800_000_000_000), Random::seeded(1));
        for host in 0..=HOSTS {
            for _ in 0..5 {
                let call = breakers.call(&format!("https://h{host}.example:443"));
                call.unwrap().ended(false);
            }
        }
        assert_eq!(breakers.held_back().len(), HOSTS);
        let late = breakers.call(&format!("https://h{HOSTS}.example:443"));
        assert!(late.is_some(), "without a breaker it is called");
    }
}
