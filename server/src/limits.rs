//! Caps on submissions: per client and for everybody together. The policy is the reference of the
//! rate-limiter lab, the very code that its lesson shows.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use labs::rate_limiter::policy::Limiter as _;
use labs::rate_limiter::reference::Gcra;
use sha2::{Digest as _, Sha256};

use crate::accept::client_key;
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;

const MINUTE_NS: i64 = 60_000_000_000;
const SECOND_NS: i64 = 1_000_000_000;
/// Clients remembered. Beyond it, who owes least is forgotten first.
const CLIENTS: usize = 1 << 16;
/// The one tenant of the cap on everybody.
const EVERYBODY: i64 = 0;

/// The caps on submissions.
pub struct SubmissionLimits {
    clock: Clock,
    client: Cap,
    global: Cap,
}

/// A limiter that gives every tenant the same contract.
struct Cap {
    name: &'static str,
    per_minute: u32,
    burst: u32,
    limiter: Mutex<Gcra>,
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
        let (per_minute, burst) = (config.submissions_per_minute, config.submissions_burst);
        let client = Cap::new("client", per_minute, burst, CLIENTS);
        let per_minute = config.global_submissions_per_minute;
        let global = Cap::new("global", per_minute, config.global_submissions_burst, 2);
        Self {
            clock,
            client,
            global,
        }
    }

    /// Counts one submission, or says when the next would be welcome.
    ///
    /// # Errors
    /// [`Error::TooManySubmissions`]; then nothing was counted.
    pub fn take(&self, address: IpAddr) -> Result<Allowance, Error> {
        let now_ns = i64::try_from(self.clock.monotonic_ns()).unwrap_or(i64::MAX / 2);
        let tenant = tenant(address);
        // Both are held, always in this order, so that what both allow is counted by both.
        let (mut client, mut global) = (self.client.lock(), self.global.lock());
        self.client.ask(&mut client, tenant, now_ns)?;
        self.global.ask(&mut global, EVERYBODY, now_ns)?;
        client.allow(tenant, now_ns, 1);
        global.allow(EVERYBODY, now_ns, 1);
        Ok(self.client.allowance(&client, tenant, now_ns))
    }
}

/// The client's number. SHA-256, so that nobody can choose addresses which share one.
fn tenant(address: IpAddr) -> i64 {
    let digest = Sha256::digest(client_key(address).to_string());
    let first = digest.first_chunk().copied().unwrap_or_default();
    i64::from_le_bytes(first)
}

impl Cap {
    fn new(name: &'static str, per_minute: u32, burst: u32, tenants: usize) -> Self {
        Self {
            name,
            per_minute: per_minute.max(1),
            burst: burst.max(1),
            limiter: Mutex::new(Gcra::new(tenants)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gcra> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn interval_ns(&self) -> i64 {
        (MINUTE_NS / i64::from(self.per_minute)).max(1)
    }

    /// A bucket deeper than a century is as good as any.
    fn burst(&self) -> i64 {
        i64::from(self.burst).min(i64::MAX / 4 / self.interval_ns())
    }

    /// Nothing if a submission would fit now. Counts nothing.
    fn ask(&self, limiter: &mut Gcra, tenant: i64, now_ns: i64) -> Result<(), Error> {
        // An idle tenant may have been forgotten; then this introduces it again.
        limiter.configure(tenant, self.interval_ns(), self.burst());
        match limiter.wait_ns(tenant, now_ns, 1).unwrap_or(0) {
            0 => Ok(()),
            wait_ns => Err(Error::TooManySubmissions {
                retry_after_s: seconds(wait_ns),
                policy: self.policy(),
                name: self.name,
            }),
        }
    }

    fn policy(&self) -> String {
        format!("\"{}\";q={};w=60", self.name, self.per_minute)
    }

    fn allowance(&self, limiter: &Gcra, tenant: i64, now_ns: i64) -> Allowance {
        // The whole burst fits again when nothing is owed any more.
        let owed_ns = limiter.wait_ns(tenant, now_ns, self.burst()).unwrap_or(0);
        let used = (owed_ns + self.interval_ns() - 1) / self.interval_ns();
        let remaining = (self.burst() - used).max(0);
        let reset_s = seconds(owed_ns);
        Allowance {
            policy: self.policy(),
            remaining: format!("\"{}\";r={remaining};t={reset_s}", self.name),
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(ns: i64) -> u64 {
    u64::try_from((ns + SECOND_NS - 1) / SECOND_NS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
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
