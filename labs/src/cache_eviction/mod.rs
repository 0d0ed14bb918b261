//! Lab L07: choose the victim.
//!
//! A cache is full, and an object that is not in it is asked for. Which one goes, or is the new
//! one not worth a place?

mod adaptive;
mod arc;
mod baselines;
pub mod bound;
mod cache;
pub mod keys;
mod mutants;
mod naive;
mod plots;
pub mod policy;
pub mod popularity;
pub mod queues;
pub mod reference;
mod sieve;
mod sketch;
mod theory;
mod tiny_lfu;
pub mod trace;
mod world;

use std::sync::OnceLock;

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};
use policy::{Eviction, Seat};
use reference::S3Fifo;
use tiny_lfu::TinyLfu;

/// Export number of `configure`.
pub const CONFIGURE: usize = 0;
/// Export number of `on_hit`.
pub const ON_HIT: usize = 1;
/// Export number of `on_miss`.
pub const ON_MISS: usize = 2;

/// The lab.
pub static LAB: Lab = Lab {
    id: "cache_eviction",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/cache_eviction.json")),
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

fn seat<E: Eviction + 'static>(make: fn(usize) -> E) -> Box<dyn Guest> {
    Box::new(Seat::new(make))
}

static POLICIES: &[Policy] = &[
    policy(
        "s3_fifo",
        "S3-FIFO",
        "A tenth for newcomers, the rest for what was used twice, a memory of who left early.",
        PolicyRole::Reference,
        || seat(S3Fifo::new),
    ),
    policy(
        "fifo",
        "FIFO",
        "First in, first out: forgets everything it is told.",
        PolicyRole::Naive,
        || seat(naive::Fifo::new),
    ),
    policy(
        "s3_fifo_adaptive",
        "S3-FIFO, adaptive",
        "The small queue grows and shrinks with the ghosts that come back.",
        PolicyRole::Baseline,
        || seat(adaptive::Adaptive::new),
    ),
    policy(
        "tiny_lfu_climbing",
        "W-TinyLFU, climbing",
        "Newcomers fight by estimated uses; their window follows the hit ratio.",
        PolicyRole::Baseline,
        || seat(TinyLfu::climbing),
    ),
    policy(
        "arc",
        "ARC",
        "Recency and frequency with a border that follows the ghosts; nothing against a loop.",
        PolicyRole::Baseline,
        || seat(arc::Arc::new),
    ),
    policy(
        "tiny_lfu",
        "W-TinyLFU",
        "A window of 1 %, and a fight by estimated uses behind it: hard on newcomers.",
        PolicyRole::Baseline,
        || seat(TinyLfu::plain),
    ),
    policy(
        "sieve",
        "SIEVE",
        "A hand passes over a queue in which nothing moves.",
        PolicyRole::Baseline,
        || seat(sieve::Sieve::new),
    ),
    policy(
        "clock",
        "CLOCK",
        "FIFO with a second chance: LRU for a bit per entry.",
        PolicyRole::Baseline,
        || seat(baselines::Clock::new),
    ),
    policy(
        "lfu",
        "LFU",
        "Counts uses and never forgets: yesterday's favourites stay.",
        PolicyRole::Baseline,
        || seat(baselines::Lfu::new),
    ),
    policy(
        "lru",
        "LRU",
        "The longest unused goes: right when what was used lately is used again.",
        PolicyRole::Baseline,
        || seat(baselines::Recency::lru),
    ),
    policy(
        "random",
        "Random",
        "Any of them: as good as FIFO, and better in a loop.",
        PolicyRole::Baseline,
        || seat(baselines::Random::new),
    ),
    policy(
        "mru",
        "MRU",
        "The last used goes: optimal in a loop, bad everywhere else.",
        PolicyRole::Baseline,
        || seat(baselines::Recency::mru),
    ),
    policy(
        "first_come",
        "First come",
        "Full is full: nothing new comes in any more.",
        PolicyRole::Mutant,
        || seat(mutants::FirstCome::new),
    ),
    policy(
        "no_ghosts",
        "S3-FIFO without ghosts",
        "Forgets whom it turned out: in a loop nobody ever comes back in time.",
        PolicyRole::Mutant,
        || seat(mutants::NoGhosts::new),
    ),
    policy(
        "second_miss",
        "LRU from the second miss on",
        "Lets in who misses twice: good against scans, no cure for loops.",
        PolicyRole::Mutant,
        || seat(mutants::SecondMiss::new),
    ),
    policy(
        "tiny_lfu_ageless",
        "W-TinyLFU without ageing",
        "Counters only grow, so what was popular once stays.",
        PolicyRole::Mutant,
        || seat(TinyLfu::ageless),
    ),
    policy(
        "fixed_size",
        "S3-FIFO for 1,000",
        "Does not listen to configure: names no victim in a cache that is smaller.",
        PolicyRole::Mutant,
        || seat(mutants::FixedSize::new),
    ),
];
