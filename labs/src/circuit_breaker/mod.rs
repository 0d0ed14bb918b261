//! Lab L14: stop calling, but only what is broken.
//!
//! Four callers send calls to ten shards of one dependency. Before each call the policy decides
//! whether it is worth making; all that it knows is how its own calls ended.

mod baselines;
mod books;
mod bound;
pub mod faults;
mod mutants;
mod naive;
mod plots;
pub mod policy;
pub mod reference;
mod shards;
mod theory;
pub mod traffic;
pub mod window;
mod world;

use std::sync::OnceLock;

pub use policy::{Breaker, Seat};

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};
use reference::Breakers;

/// Export number of `allow`.
pub const ALLOW: usize = 0;
/// Export number of `on_result`.
pub const ON_RESULT: usize = 1;

/// The lab.
pub static LAB: Lab = Lab {
    id: "circuit_breaker",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/circuit_breaker.json")),
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

fn seat<B: Breaker + 'static>(breaker: B) -> Box<dyn Guest> {
    Box::new(Seat(breaker))
}

static POLICIES: &[Policy] = &[
    policy(
        "rate_per_shard",
        "Failure rate, per shard",
        "Opens a shard at half of at least eight calls in 5 s, for about 2 s; three probes.",
        PolicyRole::Reference,
        || seat(Breakers::per_shard()),
    ),
    policy(
        "consecutive",
        "Five in a row",
        "One breaker for all: five failures in a row open it for 5 s. Blind to one shard.",
        PolicyRole::Naive,
        || seat(Breakers::new(naive::CONSECUTIVE)),
    ),
    policy(
        "none",
        "No breaker",
        "Sends every call: nothing is lost, and every failure is paid for.",
        PolicyRole::Baseline,
        || seat(baselines::SendAll),
    ),
    policy(
        "consecutive_60s",
        "Five in a row, open for 60 s",
        "The same with a long rest: the fault is long over, and nobody looks.",
        PolicyRole::Baseline,
        || seat(Breakers::new(baselines::CONSECUTIVE_60S)),
    ),
    policy(
        "rate_global",
        "Failure rate of 50 %, one for all",
        "One of ten shards is 10 % of the calls: it never opens for it.",
        PolicyRole::Baseline,
        || seat(Breakers::new(baselines::RATE_GLOBAL)),
    ),
    policy(
        "rate_global_5",
        "Failure rate of 5 %, one for all",
        "Sees the one shard, and stops calling the nine that are well.",
        PolicyRole::Baseline,
        || seat(Breakers::new(baselines::RATE_GLOBAL_5)),
    ),
    policy(
        "consecutive_per_shard",
        "Five in a row, per shard",
        "The right key with a nervous trigger: a blip of a second opens it.",
        PolicyRole::Baseline,
        || seat(Breakers::new(baselines::CONSECUTIVE_PER_SHARD)),
    ),
    policy(
        "unjittered",
        "Failure rate per shard, no jitter",
        "The reference whose open time is the same each time.",
        PolicyRole::Baseline,
        || seat(Breakers::new(baselines::UNJITTERED)),
    ),
    policy(
        "flood",
        "Half-open lets everything through",
        "When the open time ends, all calls are probes until the first one fails.",
        PolicyRole::Mutant,
        || seat(Breakers::new(mutants::FLOOD)),
    ),
    policy(
        "never_closes",
        "Never closes",
        "Once open, always open.",
        PolicyRole::Mutant,
        || seat(Breakers::new(mutants::NEVER_CLOSES)),
    ),
    policy(
        "no_volume",
        "No least volume",
        "One failure of one call is a rate of 100 %.",
        PolicyRole::Mutant,
        || seat(Breakers::new(mutants::NO_VOLUME)),
    ),
    policy(
        "lifetime",
        "Rate since the start",
        "Never forgets a success: after a good minute an outage takes a minute to see.",
        PolicyRole::Mutant,
        || seat(Breakers::new(mutants::LIFETIME)),
    ),
    policy(
        "ten_slots",
        "A table of ten",
        "Shard 10 shares the breaker of shard 0, and a hundred shards share one.",
        PolicyRole::Mutant,
        || seat(Breakers::new(mutants::TEN_SLOTS)),
    ),
    policy(
        "slow_is_failure",
        "Slow counts as failed",
        "Half a second is a failure: it refuses calls that would have been answered.",
        PolicyRole::Mutant,
        || seat(mutants::SlowIsFailure::default()),
    ),
    policy(
        "impatient",
        "Open for 100 ms",
        "Asks again at once: most of what it sends into an outage are probes.",
        PolicyRole::Mutant,
        || seat(Breakers::new(mutants::IMPATIENT)),
    ),
];
