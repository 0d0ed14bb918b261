//! The burn-rate lab against closed forms, and what a budget means as properties.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::rc::Rc;

use labs::burn_rate::windows::Windows;
use labs::burn_rate::{
    DAY_MIN, Incident, Minute, Pager, Spell, Trace, Verdict, reference::Workbook, spells,
};
use labs::tape::{Place, Tape, Taped};
use labs::{Case, FaultKind, Guest, Lab, Native, Reply, Scenario, tape};
use proptest::prelude::*;

fn lab() -> &'static Lab {
    labs::by_id("burn_rate").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

fn run(policy: &str, scenario: &Scenario, seed: u64) -> Case {
    let (_, policy) = lab().policy(policy).unwrap();
    labs::run_case(lab(), scenario, seed, &mut Native(policy.make), false).0
}

/// Months have the budgets that the incidents were sized by.
#[test]
fn incidents_cost_their_share_of_the_budget() {
    let cases = [
        ("fast", 13.9),
        ("slow", 23.3),
        ("drip", 28.3),
        ("blips", 13.9),
    ];
    for (id, percent) in cases {
        for &seed in &scenario(id).seeds {
            let trace = Trace::new(scenario(id), seed);
            assert_eq!(trace.minutes.len(), 30 * DAY_MIN);
            assert_eq!(trace.budget, 259_200);
            let first = trace.incidents[0];
            let found = trace.bad(first.from, first.to) as f64 / trace.budget as f64 * 100.0;
            assert!((found - percent).abs() < 0.6, "{id}: {found}");
        }
    }
}

/// What each hidden family is for: the mistake that it finds, and that the reference stands.
#[test]
fn hidden_families_find_their_mistakes() {
    for (id, mistake, most) in [
        ("quiet", "workbook", 700_000),
        ("quiet", "counts", 0),
        ("diurnal", "counts", 0),
        ("outage", "long_windows_only", 400_000),
        ("month_hidden", "page_pair", 0),
    ] {
        for seed in [7, 8, 9, 10, 11] {
            let found = run(mistake, scenario(id), seed).score;
            assert!(found <= most, "{id}: {mistake} earns {found}");
        }
    }
    for scenario in lab().spec().scenarios.iter().filter(|s| !s.public) {
        for seed in 20..30 {
            let case = run("workbook_guarded", scenario, seed);
            // One false ticket in the month costs ten points; there is seldom one.
            assert!(case.score >= 880_000, "{}: {:?}", scenario.id, case.metrics);
            assert_eq!(case.metrics["missed"], 0, "{}", scenario.id);
        }
    }
}

#[test]
fn what_crosses_the_boundary_is_positive_and_small() {
    let mut starts = Vec::new();
    for scenario in &lab().spec().scenarios {
        let trace = Trace::new(scenario, 99);
        assert!(trace.start_min > 0 && trace.start_min < 1 << 53);
        let good = |m: &Minute| 0 <= m.bad && m.bad <= m.total && m.total < 1 << 53;
        assert!(trace.minutes.iter().all(good), "{}", scenario.id);
        starts.push(Trace::new(scenario, 100).start_min - trace.start_min);
    }
    assert!(starts.iter().all(|&gap| gap != 0), "epochs differ");
}

/// Answers one level throughout.
struct Level(i64);

impl Guest for Level {
    fn call(&mut self, _export: usize, _args: &[i64]) -> Result<Reply, FaultKind> {
        Ok(Reply {
            value: self.0,
            ops: 0,
        })
    }

    fn pages(&self) -> u32 {
        0
    }
}

#[test]
fn other_levels_are_faults() {
    for (make, value) in [
        ((|| Box::new(Level(3))) as fn() -> Box<dyn Guest>, 3),
        (|| Box::new(Level(-1)), -1),
    ] {
        let scenario = scenario("fast");
        let case = labs::run_case(lab(), scenario, 1, &mut Native(make), false).0;
        assert_eq!(case.fault.unwrap().kind, FaultKind::BadReturn { value });
    }
}

/// A month of `minutes` with one incident.
fn month(minutes: Vec<Minute>, incident: Incident) -> Trace {
    Trace {
        start_min: 1,
        minutes,
        incidents: vec![incident],
        budget: 1000,
    }
}

#[test]
fn verdicts_count_what_they_say() {
    let minutes = vec![
        Minute {
            bad: 10,
            total: 100
        };
        400
    ];
    let incident = Incident {
        from: 100,
        to: 130,
        level: 2,
    };
    let trace = month(minutes, incident);
    let judge = |pages: &[Spell]| {
        let mut levels = vec![0; 400];
        for page in pages {
            levels[page.from..page.to].fill(2);
        }
        Verdict::new(&trace, &levels)
    };
    let good = judge(&[Spell { from: 104, to: 150 }]);
    assert_eq!(
        (good.spent_ppm, good.false_alarms, good.reset_min),
        (50_000, 0, 20)
    );
    assert_eq!(good.detected_min, [Some(5)]);
    // On since before the incident: false, and no announcement.
    let early = judge(&[Spell { from: 99, to: 140 }]);
    assert_eq!((early.spent_ppm, early.false_alarms), (1_000_000, 1));
    // Within the hour after it: late, but not false.
    let late = judge(&[Spell { from: 189, to: 195 }]);
    assert_eq!(
        (late.spent_ppm, late.false_alarms, late.reset_min),
        (300_000, 0, 6)
    );
    let stray = judge(&[Spell { from: 104, to: 131 }, Spell { from: 300, to: 350 }]);
    assert_eq!((stray.false_alarms, stray.reset_min), (1, 50));
}

/// Levels of a fresh policy over these minutes.
fn answers(mut policy: Workbook, minutes: &[(i64, i64)]) -> Vec<i32> {
    let numbered = (1..).zip(minutes);
    let answer =
        |(now, &(bad, total)): (i64, &(i64, i64))| policy.on_minute(total - bad, total, now);
    numbered.map(answer).collect()
}

proptest! {
    /// Rules about shares do not know how much traffic there is.
    #[test]
    fn shares_ignore_the_scale(
        minutes in prop::collection::vec((0_i64..40, 40_i64..400), 1..500),
        scale in 2_i64..50,
    ) {
        let scaled: Vec<_> = minutes.iter().map(|m| (m.0 * scale, m.1 * scale)).collect();
        prop_assert_eq!(
            answers(Workbook::plain(), &minutes),
            answers(Workbook::plain(), &scaled)
        );
    }

    /// A service that always keeps its promise wakes nobody.
    #[test]
    fn within_the_budget_nothing_happens(
        minutes in prop::collection::vec((0_i64..6, 6000_i64..8000), 1..800),
    ) {
        prop_assert!(answers(Workbook::guarded(), &minutes).iter().all(|&level| level == 0));
    }

    /// The guard only takes alarms away.
    #[test]
    fn the_guard_never_raises_an_alarm(
        minutes in prop::collection::vec((0_i64..2, 0_i64..3), 1..800),
    ) {
        let minutes: Vec<_> = minutes.iter().map(|&(bad, more)| (bad, bad + more)).collect();
        let pairs = answers(Workbook::guarded(), &minutes);
        let plain = answers(Workbook::plain(), &minutes);
        prop_assert!(pairs.iter().zip(plain).all(|(guarded, plain)| *guarded <= plain));
    }

    /// A sliding sum is the sum of what is in the window.
    #[test]
    fn windows_slide(minutes in prop::collection::vec((0_i64..9, 9_i64..99), 1..80)) {
        let lengths = [1, 5, 30];
        let mut windows = Windows::new(&lengths);
        for (k, &(bad, total)) in minutes.iter().enumerate() {
            windows.push(total - bad, total);
            for (w, length) in lengths.iter().enumerate() {
                let last = &minutes[(k + 1).saturating_sub(*length)..=k];
                prop_assert_eq!(windows.sum(w).bad, last.iter().map(|m| m.0).sum::<i64>());
                prop_assert_eq!(windows.sum(w).total, last.iter().map(|m| m.1).sum::<i64>());
            }
        }
    }

    /// Spells are exactly the minutes at the level, and never touch.
    #[test]
    fn spells_are_maximal(levels in prop::collection::vec(0_u8..3, 0..200)) {
        for level in [1, 2] {
            let found = spells(&levels, level);
            let inside = |k: usize| found.iter().any(|s| (s.from..s.to).contains(&k));
            for (k, &l) in levels.iter().enumerate() {
                prop_assert_eq!(inside(k), l >= level);
            }
            prop_assert!(found.windows(2).all(|pair| pair[0].to < pair[1].from));
        }
    }
}

/// Months that learners change stay months: no negative traffic, and nothing panics.
#[test]
fn changed_worlds_run() {
    for (id, changes) in [
        ("diurnal", [("swing_ppm", 3_600_000), ("level_1", 8)]),
        ("fast", [("days", 8), ("day_1", 12)]),
        ("drip", [("minutes_1", 28_800), ("errors_1_ppm", 6_800)]),
        ("blips", [("blip_day", 12), ("blips", 360)]),
        (
            "outage",
            [("errors_1_ppm", 4_000_000), ("traffic_1_ppm", 800_000)],
        ),
    ] {
        let changes = changes.map(|(name, value)| (name.to_owned(), value));
        let scenario = labs::what_if::changed(scenario(id), &changes.into()).unwrap();
        let good = |m: &Minute| 0 <= m.bad && m.bad <= m.total;
        assert!(Trace::new(&scenario, 3).minutes.iter().all(good), "{id}");
        for policy in lab().policies {
            let (case, _) = labs::run_case(lab(), &scenario, 3, &mut Native(policy.make), true);
            assert!(case.fault.is_none(), "{id} {}", policy.id);
        }
    }
}

/// A place in the charts is a place in the calls: both count from the month's start.
#[test]
fn a_tape_finds_the_minute() {
    let scenario = scenario("fast");
    let seed = scenario.seeds[0];
    let from = Trace::new(scenario, seed).incidents[0].from;
    let place = Place::At(from as i64 * 60_000_000_000);
    let answers = Rc::new(tape::reference(lab(), scenario, seed));
    let tape = Tape::around(lab().spec(), place, answers);
    let tape = Rc::new(RefCell::new(tape));
    let mut native = Native(lab().policy("any_error").unwrap().1.make);
    let mut host = Taped::new(&mut native, Rc::clone(&tape));
    let _ = labs::run_case(lab(), scenario, seed, &mut host, false);
    let window = tape.borrow().window();
    // The naive policy pages in the very first minute, the reference in the fifth.
    let first = window.calls.iter().find(|c| c.value == Some(2)).unwrap();
    assert_eq!(first.call, from as u64 + 1);
    assert_eq!(first.reference, Some(0));
    assert_eq!(window.length, (30 * 1440 - 1) * 60_000_000_000);
}
