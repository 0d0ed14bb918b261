//! Lab L02: place keys on weighted nodes so that balance, movement and agreement all hold.
//!
//! Many clients, no coordinator: each is told who joins and who leaves, and each says alone which
//! node holds a key.

mod books;
mod mutants;
mod naive;
mod plots;
pub mod policy;
pub mod reference;
mod rendezvous;
mod ring;
mod script;
mod tables;
mod theory;
mod world;

use std::sync::OnceLock;

pub use plots::chance_ppm;
pub use policy::{Member, Placement, Rebuilt, Seat, Table};
pub use rendezvous::{Unweighted, Weighted};
pub use ring::Ring;
pub use script::{Change, Script};
pub use tables::{Jump, Maglev, RendezvousSlots, jump};

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};

/// Export number of `add_node`.
pub const ADD_NODE: usize = 0;
/// Export number of `remove_node`.
pub const REMOVE_NODE: usize = 1;
/// Export number of `place`.
pub const PLACE: usize = 2;

/// The lab.
pub static LAB: Lab = Lab {
    id: "sharding",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/sharding.json")),
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

fn seat<P: Placement + 'static>(placement: P) -> Box<dyn Guest> {
    Box::new(Seat(placement))
}

fn table<T: Table + 'static>(table: T) -> Box<dyn Guest> {
    seat(Rebuilt::new(table))
}

static POLICIES: &[Policy] = &[
    policy(
        "slots",
        "Rendezvous for 32,768 slots",
        "Keys hash to slots, slots are won by rendezvous: exact weights, one load per lookup.",
        PolicyRole::Reference,
        || seat(reference::Slots::default()),
    ),
    policy(
        "mod_n",
        "Key modulo n",
        "Balanced and agreed upon, but one node more moves nearly every key.",
        PolicyRole::Naive,
        || table(naive::ModN),
    ),
    policy(
        "weighted_rendezvous",
        "Weighted rendezvous",
        "Every node draws for every key by its weight: the best balance, at a cost per node.",
        PolicyRole::Baseline,
        || table(Weighted::default()),
    ),
    policy(
        "maglev",
        "Maglev, 65,537 places",
        "Nodes take turns to claim places: very even, moves a little too much, quick to ask.",
        PolicyRole::Baseline,
        || table(Maglev::default()),
    ),
    policy(
        "slots_16k",
        "Rendezvous for 16,384 slots",
        "Half of the reference's slots: coarser shares, more so with many nodes.",
        PolicyRole::Baseline,
        || table(RendezvousSlots::new(16_384)),
    ),
    policy(
        "ring_400",
        "Ring, 400 points",
        "Consistent hashing with 400 points per unit of weight: arcs still differ by a tenth.",
        PolicyRole::Baseline,
        || table(Ring::new(400)),
    ),
    policy(
        "ring_100",
        "Ring, 100 points",
        "A hundred points per unit of weight: the fullest node has a quarter too much.",
        PolicyRole::Baseline,
        || table(Ring::new(100)),
    ),
    policy(
        "ring_1",
        "Ring, one point",
        "One point per unit of weight: the longest arc is three times the mean.",
        PolicyRole::Mutant,
        || table(Ring::new(1)),
    ),
    policy(
        "jump",
        "Jump hash over the sorted list",
        "Moves the minimum where the last bucket leaves; here anyone may, and all behind shift.",
        PolicyRole::Mutant,
        || table(Jump::default()),
    ),
    policy(
        "unweighted_rendezvous",
        "Rendezvous without weights",
        "A node of weight 4 gets what one of weight 1 gets.",
        PolicyRole::Mutant,
        || table(Unweighted),
    ),
    policy(
        "stealing",
        "Slots taken from others",
        "Moves the minimum from what was before, so a client who came later disagrees.",
        PolicyRole::Mutant,
        || table(mutants::Stealing::default()),
    ),
    policy(
        "unmixed",
        "16,384 slots by the key's low bits",
        "Random keys hide it; keys that are multiples of 64 use one slot in 64.",
        PolicyRole::Mutant,
        || table(RendezvousSlots::unmixed(16_384)),
    ),
    policy(
        "stale_weight",
        "First weight for ever",
        "A node that returns with another weight keeps its old one.",
        PolicyRole::Mutant,
        || seat(mutants::StaleWeight::default()),
    ),
    policy(
        "one_node",
        "All on one node",
        "Nothing moves, everybody agrees, and one node has it all.",
        PolicyRole::Mutant,
        || table(mutants::OneNode),
    ),
    policy(
        "any_node",
        "Any node, anew each time",
        "Balanced, and nobody finds a key again.",
        PolicyRole::Mutant,
        || seat(mutants::AnyNode::default()),
    ),
];
