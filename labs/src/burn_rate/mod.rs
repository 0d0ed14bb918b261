//! Lab L19: page for budgets, not for blips.
//!
//! A service promises that 99.9 % of its requests succeed over 30 days. Each minute the policy
//! hears how many did, and answers with the level of the alarm: none, ticket, page.

mod books;
mod mutants;
mod naive;
mod plots;
pub mod policy;
pub mod reference;
mod theory;
mod trace;
pub mod windows;
mod world;

use std::sync::OnceLock;

pub use books::{Spell, Verdict, spells};
pub use policy::{Pager, Seat};
pub use trace::{DAY_MIN, Incident, Minute, Trace};

use crate::guest::Guest;
use crate::lab::{Files, Lab, Policy, PolicyRole, policy, starters};
use reference::Workbook;

/// Export number of `on_minute`.
pub const ON_MINUTE: usize = 0;

/// The lab.
pub static LAB: Lab = Lab {
    id: "burn_rate",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/burn_rate.json")),
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

fn seat<P: Pager + 'static>(pager: P) -> Box<dyn Guest> {
    Box::new(Seat(pager))
}

static POLICIES: &[Policy] = &[
    policy(
        "workbook_guarded",
        "Two windows per rule, guarded",
        "The rules of the SRE Workbook, silent until their windows hold five failures and two.",
        PolicyRole::Reference,
        || seat(Workbook::guarded()),
    ),
    policy(
        "any_error",
        "Above 0.1 % for five minutes",
        "The objective as a threshold: a page for every deployment.",
        PolicyRole::Naive,
        || seat(naive::OneWindow::new(5, 10)),
    ),
    policy(
        "workbook",
        "Two windows per rule",
        "As printed: one failed request at night is a page where requests are few.",
        PolicyRole::Baseline,
        || seat(Workbook::plain()),
    ),
    policy(
        "page_pair",
        "Two windows, pages only",
        "The two rules that page: no false alarm, and the drip is never seen.",
        PolicyRole::Baseline,
        || seat(Workbook::page_pair()),
    ),
    policy(
        "hour_1x",
        "One hour at the budget's pace",
        "Seldom late, and still a page for most deployments.",
        PolicyRole::Baseline,
        || seat(naive::OneWindow::new(60, 10)),
    ),
    policy(
        "hour_14x",
        "One hour at 14.4 times the pace",
        "Sees what burns fast, and nothing else.",
        PolicyRole::Baseline,
        || seat(naive::OneWindow::new(60, 144)),
    ),
    policy(
        "day_and_half_1x",
        "36 hours at the budget's pace",
        "Precise, and the page goes on for a day and a half after the repair.",
        PolicyRole::Baseline,
        || seat(naive::OneWindow::new(2160, 10)),
    ),
    policy(
        "long_windows_only",
        "Long windows only",
        "Without the short window the page outlives the repair by hours.",
        PolicyRole::Mutant,
        || seat(mutants::LongWindowsOnly::default()),
    ),
    policy(
        "counts",
        "Numbers instead of shares",
        "Thresholds in failures, right for one rate of traffic only.",
        PolicyRole::Mutant,
        || seat(mutants::Counts::default()),
    ),
    policy(
        "latched",
        "Latched for four hours",
        "An alarm that will not clear hides the next incident.",
        PolicyRole::Mutant,
        || seat(mutants::Latched::default()),
    ),
    policy(
        "swapped_levels",
        "Levels swapped",
        "Tickets for fires, pages for drips.",
        PolicyRole::Mutant,
        || seat(mutants::SwappedLevels::default()),
    ),
    policy(
        "always_page",
        "Always page",
        "An alarm that never stops announces nothing.",
        PolicyRole::Mutant,
        || seat(mutants::Always(2)),
    ),
    policy(
        "never",
        "Never",
        "No false alarm, and no true one.",
        PolicyRole::Mutant,
        || seat(mutants::Always(0)),
    ),
];
