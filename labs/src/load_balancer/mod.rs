//! Lab L06: pick a server knowing only your own history.
//!
//! Three dispatchers spread requests over twenty servers. Each sees only what it sent and what
//! came back, and answers at once.

mod baselines;
mod books;
mod bound;
pub mod fleet;
mod mutants;
mod naive;
mod plots;
pub mod policy;
pub mod reference;
mod theory;
pub mod traffic;
mod world;

use std::sync::OnceLock;

pub use bound::one_queue;
pub use policy::{Balancer, SERVERS, Seat, two};

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};
use baselines::{LeastConnections, PeakEwma};
use reference::TwoChoices;

/// Export number of `pick`.
pub const PICK: usize = 0;
/// Export number of `on_done`.
pub const ON_DONE: usize = 1;

/// The lab.
pub static LAB: Lab = Lab {
    id: "load_balancer",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/load_balancer.json")),
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

fn seat<B: Balancer + 'static>(balancer: B) -> Box<dyn Guest> {
    Box::new(Seat(balancer))
}

static POLICIES: &[Policy] = &[
    policy(
        "p2c_penalty",
        "Two choices, errors count as load",
        "The less busy of two random servers; a recent error makes a server dearer.",
        PolicyRole::Reference,
        || seat(TwoChoices::with_penalty()),
    ),
    policy(
        "random",
        "Random",
        "Any server: even shares, uneven queues.",
        PolicyRole::Naive,
        || seat(naive::Random),
    ),
    policy(
        "round_robin",
        "Round robin",
        "Even shares again, and half-speed servers drown in them.",
        PolicyRole::Baseline,
        || seat(baselines::RoundRobin::default()),
    ),
    policy(
        "p2c",
        "Two choices",
        "The less busy of two random servers: nearly as good as looking at all.",
        PolicyRole::Baseline,
        || seat(TwoChoices::plain()),
    ),
    policy(
        "least_connections",
        "Least connections",
        "The least busy of all, equals drawn: best while all is well, worst when one fails fast.",
        PolicyRole::Baseline,
        || seat(LeastConnections::fair()),
    ),
    policy(
        "peak_ewma",
        "Peak EWMA",
        "Two choices by peak latency times outstanding requests.",
        PolicyRole::Baseline,
        || seat(PeakEwma::plain()),
    ),
    policy(
        "peak_ewma_penalty",
        "Peak EWMA, errors count as slow",
        "The same where a failure counts as a second.",
        PolicyRole::Baseline,
        || seat(PeakEwma::with_penalty()),
    ),
    policy(
        "lowest_index",
        "Least connections, first of equals",
        "All dispatchers prefer the same servers, and a fast failure most of all.",
        PolicyRole::Mutant,
        || seat(LeastConnections::lowest_index()),
    ),
    policy(
        "fastest",
        "Lowest average latency",
        "Everybody runs to the fastest server, which is then the slowest.",
        PolicyRole::Mutant,
        || seat(mutants::Fastest::default()),
    ),
    policy(
        "same_bits",
        "Two choices from the same bits",
        "The second choice is the first: random with more work.",
        PolicyRole::Mutant,
        || seat(mutants::SameBits::default()),
    ),
    policy(
        "leaky",
        "Failures stay outstanding",
        "A server that failed once is never forgiven: servers run out.",
        PolicyRole::Mutant,
        || seat(mutants::Leaky::default()),
    ),
    policy(
        "fixed_list",
        "The first list for ever",
        "Does not look at n again: picks servers that have left.",
        PolicyRole::Mutant,
        || seat(mutants::FixedList::default()),
    ),
    policy(
        "first",
        "Always the first",
        "One server for all requests.",
        PolicyRole::Mutant,
        || seat(mutants::First),
    ),
];
