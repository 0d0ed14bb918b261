//! A cap on how often: the reference of the rate-limiter lab, the very code that its lesson shows.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use labs::rate_limiter::policy::Limiter as _;
use labs::rate_limiter::reference::Gcra;
use sha2::{Digest as _, Sha256};

use crate::accept::client_key;
use crate::store::limits::Claim;

const SECOND_NS: i64 = 1_000_000_000;
/// The period that rates are given for, seconds.
pub(super) const MINUTE_S: u32 = 60;
pub(super) const HOUR_S: u32 = 3_600;
/// Tenants remembered. Beyond it, who owes least is forgotten first.
pub(super) const TENANTS: usize = 1 << 16;

/// A limiter that gives every tenant the same contract.
pub(super) struct Cap {
    name: &'static str,
    rate: u32,
    per_s: u32,
    burst: u32,
    limiter: Mutex<Gcra>,
}

/// What a cap promises one tenant.
#[derive(Clone, Copy)]
pub(super) struct Contract<'a> {
    cap: &'a Cap,
    rate: u32,
}

/// A limiter that is held: what was asked still holds when it is counted.
pub(super) type Held<'a> = MutexGuard<'a, Gcra>;

/// Not now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Seconds until it would be welcome.
    pub retry_after_s: u64,
    /// The policy that refused, as `RateLimit-Policy` states it.
    pub policy: String,
    /// Its name.
    pub name: &'static str,
}

/// What a client may still do, for the `RateLimit` headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub remaining: String,
}

/// The number of a client.
pub(super) fn client(address: IpAddr) -> i64 {
    tenant(&client_key(address).to_string())
}

/// The number of a name. SHA-256, so that nobody can choose names which share one.
pub(super) fn tenant(name: &str) -> i64 {
    let digest = Sha256::digest(name);
    let first = digest.first_chunk().copied().unwrap_or_default();
    i64::from_le_bytes(first)
}

impl Cap {
    /// `rate` in each `per_s` seconds, `burst` at once, for as many `tenants`.
    pub(super) fn new(
        name: &'static str,
        (rate, per_s): (u32, u32),
        burst: u32,
        tenants: usize,
    ) -> Self {
        Self {
            name,
            rate: rate.max(1),
            per_s,
            burst: burst.max(1),
            limiter: Mutex::new(Gcra::new(tenants)),
        }
    }

    /// The cap with its own rate.
    pub(super) fn as_it_is(&self) -> Contract<'_> {
        self.with_rate(self.rate)
    }

    /// The cap with another rate.
    pub(super) fn with_rate(&self, rate: u32) -> Contract<'_> {
        Contract {
            cap: self,
            rate: rate.max(1),
        }
    }

    fn lock(&self) -> Held<'_> {
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a> Contract<'a> {
    pub(super) fn lock(&self) -> Held<'a> {
        self.cap.lock()
    }

    fn interval_ns(&self) -> i64 {
        (i64::from(self.cap.per_s) * SECOND_NS / i64::from(self.rate)).max(1)
    }

    /// A bucket deeper than a century is as good as any.
    fn burst(&self) -> i64 {
        i64::from(self.cap.burst).min(i64::MAX / 4 / self.interval_ns())
    }

    /// Whether `count` more would fit now. Counts nothing.
    pub(super) fn ask(
        &self,
        limiter: &mut Gcra,
        tenant: i64,
        (now_ns, count): (i64, i64),
    ) -> Result<(), Refusal> {
        // An idle tenant may have been forgotten; then this introduces it again.
        limiter.configure(tenant, self.interval_ns(), self.burst());
        // More than the whole burst never fits; the wait told is that for an empty bucket.
        let wait_ns = limiter.wait_ns(tenant, now_ns, count.min(self.burst()));
        let wait_ns = wait_ns.unwrap_or(0);
        if wait_ns == 0 && count <= self.burst() {
            return Ok(());
        }
        Err(self.refusal(wait_ns))
    }

    /// What somebody who owes nothing after `owed_ns` is told.
    pub(super) fn refusal(&self, wait_ns: i64) -> Refusal {
        Refusal {
            retry_after_s: seconds(wait_ns).max(1),
            policy: self.policy(),
            name: self.cap.name,
        }
    }

    /// The same question for what is kept elsewhere.
    pub(super) fn claim(&self, tenant: i64, count: i64) -> Claim {
        Claim {
            cap: self.cap.name,
            tenant,
            cost_ns: count.saturating_mul(self.interval_ns()),
            depth_ns: self.burst() * self.interval_ns(),
        }
    }

    /// Nanoseconds until `claim` fits, or the whole burst where it never does.
    pub(super) fn wait_ns(claim: Claim, owed_ns: i64) -> i64 {
        (owed_ns + claim.cost_ns.min(claim.depth_ns) - claim.depth_ns).max(0)
    }

    fn policy(&self) -> String {
        format!("\"{}\";q={};w={}", self.cap.name, self.rate, self.cap.per_s)
    }

    /// What somebody has left who owes nothing after `owed_ns`.
    pub(super) fn allowance(&self, owed_ns: i64) -> Allowance {
        let used = (owed_ns + self.interval_ns() - 1) / self.interval_ns();
        let remaining = (self.burst() - used).max(0);
        let reset_s = seconds(owed_ns);
        Allowance {
            policy: self.policy(),
            remaining: format!("\"{}\";r={remaining};t={reset_s}", self.cap.name),
        }
    }

    /// Nanoseconds after which somebody owes nothing: then the whole burst fits again.
    pub(super) fn owed_ns(&self, limiter: &Gcra, tenant: i64, now_ns: i64) -> i64 {
        limiter.wait_ns(tenant, now_ns, self.burst()).unwrap_or(0)
    }
}

/// Whole seconds, rounded up.
fn seconds(ns: i64) -> u64 {
    u64::try_from((ns + SECOND_NS - 1) / SECOND_NS).unwrap_or(0)
}
