//! Lab L03: survive faults without becoming the fault.
//!
//! Twenty clients call one service. After each failed attempt the policy decides how long to wait,
//! or to give up. Work whose caller has gone is still done, so retries can keep a fault alive that
//! has long ended.

mod backoff;
mod books;
mod faults;
mod naive;
mod plots;
pub mod policy;
pub mod reference;
mod theory;
mod throttles;
mod world;

use std::sync::OnceLock;

pub use policy::{Ended, Retry, Seat};

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};

/// Export number of `on_result`.
pub const ON_RESULT: usize = 0;

/// The lab.
pub static LAB: Lab = Lab {
    id: "retry",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/retry.json")),
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

fn seat<R: Retry + 'static>(policy: R) -> Box<dyn Guest> {
    Box::new(Seat(policy))
}

static POLICIES: &[Policy] = &[
    policy(
        "two_signals",
        "Two signals",
        "Full jitter under two budgets: a small one for overload, a large one for fast errors.",
        PolicyRole::Reference,
        || seat(reference::TwoSignals::default()),
    ),
    policy(
        "immediate_3",
        "Three at once",
        "Three more attempts without waiting, whatever the error was.",
        PolicyRole::Naive,
        || seat(naive::ThreeTimes),
    ),
    policy(
        "no_retry",
        "No retry",
        "Adds no load, and passes every error on.",
        PolicyRole::Baseline,
        || seat(backoff::Never),
    ),
    policy(
        "immediate_5",
        "Five at once",
        "Five attempts without waiting; errors that are permanent are left alone.",
        PolicyRole::Mutant,
        || seat(backoff::Immediate),
    ),
    policy(
        "exponential",
        "Exponential, no jitter",
        "Doubling delays, equal for everybody: the herd comes back as a herd.",
        PolicyRole::Mutant,
        || seat(backoff::Exponential),
    ),
    policy(
        "full_jitter",
        "Full jitter",
        "Doubling delays, spread out: kind to a server that can recover, deadly to others.",
        PolicyRole::Baseline,
        || seat(backoff::FullJitter),
    ),
    policy(
        "forever",
        "Until it works",
        "Every 50 ms on average until the deadline: up to 20 times the load.",
        PolicyRole::Mutant,
        || seat(backoff::Forever),
    ),
    policy(
        "grpc_throttle",
        "gRPC throttle",
        "Ten tokens; a failure takes one, a success gives a tenth; below five nothing is retried.",
        PolicyRole::Baseline,
        || seat(throttles::GrpcThrottle::default()),
    ),
    policy(
        "retry_breaker",
        "Retry breaker",
        "No retries while more than a fifth of the last 50 attempts failed.",
        PolicyRole::Baseline,
        || seat(throttles::RetryBreaker::default()),
    ),
    policy(
        "budget",
        "Full jitter + 10 % budget",
        "A retry for every ten successes: never more than a tenth of extra load.",
        PolicyRole::Baseline,
        || seat(throttles::Budget::tenth(throttles::Hint::Ignored)),
    ),
    policy(
        "budget_20",
        "Full jitter + 20 % budget",
        "Finagle's: a retry for every five successes, and one a second.",
        PolicyRole::Baseline,
        || seat(throttles::Budget20::default()),
    ),
    policy(
        "hint_no_spread",
        "Budget, hint obeyed exactly",
        "All who were refused return at the very instant they were told.",
        PolicyRole::Mutant,
        || seat(throttles::Budget::tenth(throttles::Hint::Exact)),
    ),
    policy(
        "budget_hint",
        "Budget, hint spread",
        "Retry-After obeyed between once and four times: the herd becomes a stream.",
        PolicyRole::Baseline,
        || seat(throttles::Budget::tenth(throttles::Hint::Spread)),
    ),
];
