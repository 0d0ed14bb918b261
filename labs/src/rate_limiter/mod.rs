//! Lab L01: keep a contract exactly, for many tenants, in little memory.
//!
//! An API gateway sells contracts: tenant *i* may spend one token per `interval` ns, with
//! bursts of `burst` tokens. The policy decides each request at once.

mod baselines;
mod meter;
mod mutants;
mod naive;
mod plots;
pub mod policy;
pub mod reference;
mod theory;
mod trace;
mod world;

use std::sync::OnceLock;

pub use meter::ExactMeter;
pub use policy::{Limiter, Seat};
pub use trace::{Contract, Request, Trace};

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};

/// Export number of `configure`.
pub const CONFIGURE: usize = 0;
/// Export number of `allow`.
pub const ALLOW: usize = 1;

/// The lab.
pub static LAB: Lab = Lab {
    id: "rate_limiter",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/rate_limiter.json")),
    spec: OnceLock::new(),
    anchors_json: include_str!("anchors.json"),
    anchors: OnceLock::new(),
    simulate: world::simulate,
    policies: POLICIES,
    theory: theory::agreements,
    files: Files {
        brief: include_str!("brief.md"),
        hints: include_str!("hints.md"),
        starters: starters!(),
    },
};

fn seat<L: Limiter + 'static>(limiter: L) -> Box<dyn Guest> {
    Box::new(Seat(limiter))
}

/// The lab's policies, for those who want no world.
pub static POLICIES: &[Policy] = &[
    policy(
        "gcra",
        "GCRA",
        "One instant per tenant: when it will owe nothing. Exact, and 24 bytes.",
        PolicyRole::Reference,
        || seat(reference::Gcra::default()),
    ),
    policy(
        "fixed_window",
        "Fixed window",
        "A counter per window: two bursts on either side of a boundary double the contract.",
        PolicyRole::Naive,
        || seat(naive::FixedWindow::default()),
    ),
    policy(
        "sliding_log",
        "Sliding log",
        "Every admitted request of the last burst x interval: exact, for another contract.",
        PolicyRole::Baseline,
        || seat(baselines::SlidingLog::default()),
    ),
    policy(
        "sliding_counter",
        "Sliding counter",
        "Two counters, the older one weighted: cheap, and not a token bucket either.",
        PolicyRole::Baseline,
        || seat(baselines::SlidingCounter::default()),
    ),
    policy(
        "one_bucket",
        "One bucket for all",
        "The sum of all contracts in one bucket: a noisy tenant drinks the others' share.",
        PolicyRole::Mutant,
        || seat(baselines::OneBucket::default()),
    ),
    policy(
        "truncating",
        "Millisecond bucket",
        "Whole tokens, whole milliseconds, last = now: slow contracts never earn a token.",
        PolicyRole::Mutant,
        || seat(mutants::Truncating::default()),
    ),
    policy(
        "unclamped",
        "Bucket with unsigned time",
        "A clock that steps back makes the elapsed time wrap, and the bucket full.",
        PolicyRole::Mutant,
        || seat(mutants::Unclamped::default()),
    ),
    policy(
        "wrapping",
        "Elapsed times rate in 64 bits",
        "The product wraps after an idle gap, and the tenant starves.",
        PolicyRole::Mutant,
        || seat(mutants::Wrapping::default()),
    ),
    policy(
        "float_seconds",
        "32-bit float seconds",
        "24 bits of mantissa cannot tell two instants of a day apart.",
        PolicyRole::Mutant,
        || seat(mutants::FloatSeconds::default()),
    ),
    policy(
        "clear_all",
        "Table full: clear all",
        "Forgetting tenants who owe is a free refill for them.",
        PolicyRole::Mutant,
        || seat(mutants::Forgetful::clearing()),
    ),
    policy(
        "configure_resets",
        "Configure starts anew",
        "Hearing a contract again is no reason to forget the debt.",
        PolicyRole::Mutant,
        || seat(mutants::Forgetful::resetting()),
    ),
    policy(
        "always_allow",
        "Always allow",
        "Admits everything: nobody is starved, nobody is limited.",
        PolicyRole::Mutant,
        || seat(baselines::Always(1)),
    ),
    policy(
        "always_deny",
        "Always deny",
        "Admits nothing: no contract is exceeded, and none is kept.",
        PolicyRole::Mutant,
        || seat(baselines::Always(0)),
    ),
];
