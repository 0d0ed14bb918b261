//! The reference: a breaker for each shard, opened by the rate of failures. Its rules are data,
//! so that the breakers that practice knows are the same machine under other rules.

use super::policy::Breaker;
use super::window::Window;
use crate::engine::{MS, SEC};

/// What opens a breaker.
#[derive(Debug, Clone, Copy)]
pub enum Trip {
    /// This many failures in a row.
    InARow(i64),
    /// At least `ppm` of at least `least` calls within `window_ns`.
    Rate {
        ppm: i64,
        least: i64,
        window_ns: i64,
    },
}

/// How breakers behave.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Breakers there are at most; shards share them where there are more shards.
    pub breakers: usize,
    /// What opens one.
    pub trip: Trip,
    /// How long it stays open, ns.
    pub open_ns: i64,
    /// Width of the stretch around [`Rules::open_ns`] from which the open time is drawn, ns.
    pub jitter_ns: i64,
    /// Calls let through when the open time is over, until one of them has failed.
    pub probes: i64,
    /// Successes among them that close it.
    pub successes: i64,
}

/// Half of at least eight calls in 5 s; open for 1.5 to 2.5 s; three probes.
pub const PER_SHARD: Rules = Rules {
    breakers: usize::MAX,
    trip: Trip::Rate {
        ppm: 500_000,
        least: 8,
        window_ns: 5 * SEC,
    },
    open_ns: 2 * SEC,
    jitter_ns: 1000 * MS,
    probes: 3,
    successes: 3,
};

/// One breaker.
#[derive(Debug, Clone, Copy, Default)]
struct Circuit {
    window: Window,
    in_a_row: i64,
    open: bool,
    until_ns: i64,
    probes: i64,
    successes: i64,
}

/// A caller's breakers under common rules (Nygard, *Release It!*). Closed, a breaker counts how
/// calls end; open, it refuses; when the open time is over it lets a few probes through. Callers
/// that opened together should not probe together, so the open time is drawn.
pub struct Breakers {
    rules: Rules,
    circuits: Vec<Circuit>,
    rand: u64,
}

impl Breakers {
    /// Breakers under `rules`.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self {
            rules,
            circuits: Vec::new(),
            rand: 0,
        }
    }

    /// The reference.
    #[must_use]
    pub const fn per_shard() -> Self {
        Self::new(PER_SHARD)
    }

    /// Whether a shard's breaker is open; probes are let through one that is.
    #[must_use]
    pub fn is_open(&self, shard: usize) -> bool {
        let circuit = self.circuits.get(shard % self.rules.breakers);
        circuit.is_some_and(|circuit| circuit.open)
    }

    fn circuit(&mut self, shard: usize) -> &mut Circuit {
        let index = shard % self.rules.breakers;
        if index >= self.circuits.len() {
            self.circuits.resize(index + 1, Circuit::default());
        }
        &mut self.circuits[index]
    }

    /// The open time of a breaker that opens now, from the latest draw, ns.
    fn open_ns(&self) -> i64 {
        let drawn = (u128::from(self.rand) * self.rules.jitter_ns as u128) >> 53;
        self.rules.open_ns - self.rules.jitter_ns / 2 + drawn as i64
    }
}

// lesson: breaker
impl Breaker for Breakers {
    fn allow(&mut self, shard: usize, now_ns: i64, rand: u64) -> bool {
        self.rand = rand;
        let probes = self.rules.probes;
        let circuit = self.circuit(shard);
        if !circuit.open {
            return true;
        }
        let probe = now_ns >= circuit.until_ns && circuit.probes < probes;
        circuit.probes += i64::from(probe);
        probe
    }

    fn on_result(&mut self, shard: usize, ok: bool, latency_ns: i64, now_ns: i64) {
        let (rules, until_ns) = (self.rules, now_ns + self.open_ns());
        let circuit = self.circuit(shard);
        let trips = if !circuit.open {
            circuit.trips(&rules, ok, now_ns)
        } else if now_ns - latency_ns < circuit.until_ns {
            // Sent before it opened: it says nothing of the shard as it is now.
            false
        } else {
            circuit.successes += i64::from(ok);
            !ok
        };
        if trips {
            *circuit = Circuit {
                open: true,
                until_ns,
                ..Circuit::default()
            };
        } else if circuit.open && circuit.successes >= rules.successes {
            *circuit = Circuit::default();
        }
    }
}
// lesson: end

impl Circuit {
    /// Counts a call while closed. Whether it was one failure too many.
    fn trips(&mut self, rules: &Rules, ok: bool, now_ns: i64) -> bool {
        match rules.trip {
            Trip::InARow(most) => {
                self.in_a_row = if ok { 0 } else { self.in_a_row + 1 };
                self.in_a_row >= most
            }
            Trip::Rate {
                ppm,
                least,
                window_ns,
            } => {
                self.window.record(now_ns, window_ns, !ok);
                self.window.exceeds(ppm, least)
            }
        }
    }
}
