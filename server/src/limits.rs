//! Caps on submissions: per client and for everybody together. The policy is GCRA, the reference
//! of the rate-limiter lab: one number per client, which says when its bucket is full again.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::accept::client_key;
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;

const MINUTE_NS: u64 = 60_000_000_000;
/// Clients remembered; when there are more, the idle ones are forgotten first.
const CLIENTS_MAX: usize = 65_536;

/// The caps on submissions.
#[derive(Debug)]
pub struct SubmissionLimits {
    clock: Clock,
    client: Contract,
    global: Contract,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    clients: BTreeMap<IpAddr, u64>,
    global: u64,
}

/// So many per minute, so many at once.
#[derive(Clone, Copy, Debug)]
struct Contract {
    name: &'static str,
    per_minute: u32,
    burst: u32,
}

/// What a client may still do, for the `RateLimit` headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub remaining: String,
}

impl SubmissionLimits {
    /// The caps as configured.
    pub fn new(config: &LimitsConfig, clock: Clock) -> Self {
        let client = Contract {
            name: "client",
            per_minute: config.submissions_per_minute.max(1),
            burst: config.submissions_burst.max(1),
        };
        let global = Contract {
            name: "global",
            per_minute: config.global_submissions_per_minute.max(1),
            burst: config.global_submissions_burst.max(1),
        };
        Self {
            clock,
            client,
            global,
            state: Mutex::default(),
        }
    }

    /// Counts one submission, or says when the next would be welcome.
    ///
    /// # Errors
    /// [`Error::TooManySubmissions`]; then nothing was counted.
    pub fn take(&self, address: IpAddr) -> Result<Allowance, Error> {
        let now = self.clock.monotonic_ns();
        let key = client_key(address);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.clients.len() >= CLIENTS_MAX {
            state.clients.retain(|_, full_at| *full_at > now);
        }
        let full_at = state.clients.get(&key).copied().unwrap_or(0);
        let client = self.client.decide(full_at, now)?;
        let global = self.global.decide(state.global, now)?;
        state.global = global;
        // A table still full of busy clients: the global cap alone holds for newcomers.
        if state.clients.len() < CLIENTS_MAX || state.clients.contains_key(&key) {
            state.clients.insert(key, client);
        }
        Ok(self.client.allowance(client, now))
    }
}

impl Contract {
    fn interval_ns(self) -> u64 {
        MINUTE_NS / u64::from(self.per_minute)
    }

    /// The new time at which the bucket is full, or the refusal.
    fn decide(self, full_at: u64, now: u64) -> Result<u64, Error> {
        let level = full_at.max(now) + self.interval_ns();
        let most = now + self.interval_ns() * u64::from(self.burst);
        if level <= most {
            return Ok(level);
        }
        Err(Error::TooManySubmissions {
            retry_after_s: (level - most).div_ceil(1_000_000_000),
            policy: self.policy(),
            name: self.name,
        })
    }

    fn policy(self) -> String {
        format!("\"{}\";q={};w=60", self.name, self.per_minute)
    }

    fn allowance(self, full_at: u64, now: u64) -> Allowance {
        let used = full_at.saturating_sub(now);
        let remaining = u64::from(self.burst).saturating_sub(used.div_ceil(self.interval_ns()));
        let reset_s = used.div_ceil(1_000_000_000);
        Allowance {
            policy: self.policy(),
            remaining: format!("\"{}\";r={remaining};t={reset_s}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn limits(clock: &Clock) -> SubmissionLimits {
        let config = LimitsConfig {
            submissions_per_minute: 6,
            submissions_burst: 3,
            global_submissions_per_minute: 60,
            global_submissions_burst: 5,
        };
        SubmissionLimits::new(&config, clock.clone())
    }

    fn wait(refused: Result<Allowance, Error>) -> (u64, &'static str) {
        match refused {
            Err(Error::TooManySubmissions {
                retry_after_s,
                name,
                ..
            }) => (retry_after_s, name),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_client_has_its_burst_and_then_its_rate() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        let a = "10.0.0.1".parse().unwrap();
        assert_eq!(limits.take(a).unwrap().remaining, "\"client\";r=2;t=10");
        assert!(limits.take(a).is_ok() && limits.take(a).is_ok());
        assert_eq!(wait(limits.take(a)), (10, "client"));
        clock.advance_ms(9_999);
        assert_eq!(wait(limits.take(a)), (1, "client"));
        clock.advance_ms(1);
        assert!(limits.take(a).is_ok());
    }

    #[test]
    fn all_clients_share_the_global_cap() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        for i in 1..=5_u8 {
            assert!(limits.take([10, 0, 0, i].into()).is_ok());
        }
        assert_eq!(wait(limits.take([10, 0, 0, 9].into())), (1, "global"));
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let limits = limits(&Clock::manual(1_000_000));
        for i in 1..=3 {
            limits
                .take(format!("2001:db8::{i}").parse().unwrap())
                .unwrap();
        }
        assert_eq!(
            wait(limits.take("2001:db8::ffff".parse().unwrap())).1,
            "client"
        );
    }
}
