//! The circuit breaker lab: its world, its bound, and what its hidden families are for.

#![expect(clippy::unwrap_used, reason = "tests")]

use labs::circuit_breaker::faults::{Faults, State};
use labs::circuit_breaker::reference::Breakers;
use labs::circuit_breaker::traffic::Traffic;
use labs::circuit_breaker::window::Window;
use labs::circuit_breaker::{ALLOW, Breaker};
use labs::{Case, FaultKind, Guest, Lab, Native, Reply, Scenario};
use proptest::prelude::*;

const MS: i64 = 1_000_000;
const SEC: i64 = 1000 * MS;

fn lab() -> &'static Lab {
    labs::by_id("circuit_breaker").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

fn run(policy: &str, scenario: &Scenario, seed: u64) -> Case {
    let (_, policy) = lab().policy(policy).unwrap();
    labs::run_case(lab(), scenario, seed, &mut Native(policy.make), false).0
}

fn with(id: &str, changes: &[(&str, i64)]) -> Scenario {
    let changes = changes
        .iter()
        .map(|&(name, value)| (name.to_owned(), value));
    labs::what_if::changed(scenario(id), &changes.collect()).unwrap()
}

/// Every policy meets the same calls, and what is possible does not depend on it.
#[test]
fn a_policy_changes_no_call() {
    for scenario in &lab().spec().scenarios {
        let of = |policy, measure: &str| run(policy, scenario, 5).metrics[measure];
        for measure in ["calls", "possible"] {
            let (all, few) = (of("none", measure), of("rate_global_5", measure));
            assert_eq!(all, few, "{}: {measure}", scenario.id);
        }
    }
}

/// Nobody has more answers than one who knows the faults, and what was lost was refused, save
/// where a cold shard works for callers that have given up.
#[test]
fn the_bound_bounds() {
    for scenario in &lab().spec().scenarios {
        for policy in lab().policies {
            let m = run(policy.id, scenario, 6).metrics;
            let sent = m["possible"] * m["lost"] / 1_000_000;
            assert!(m["lost"] >= 0 && m["refused_good"] <= m["possible"]);
            if scenario.param("cold_for_s") == 0 {
                let gap = (m["refused_good"] - sent).abs();
                assert!(gap <= 1, "{} {}: {gap}", scenario.id, policy.id);
            }
        }
        if scenario.param("cold_for_s") == 0 {
            assert_eq!(run("none", scenario, 6).metrics["lost"], 0);
        }
    }
}

/// In a cold shard the bound has the capacity: a tenth of the calls. Sending all of them gets
/// next to none answered, for the queue is longer than patience.
#[test]
fn storms_meet_cold_shards() {
    let scenario = scenario("recovery");
    for seed in [1, 2, 3] {
        let none = run("none", scenario, seed).metrics;
        let warm = 400 * (70 - 30);
        let cold = 40 * 15;
        let possible = none["possible"];
        assert!((possible - warm - cold).abs() < 600, "{possible}");
        let missed = possible * none["lost"] / 1_000_000;
        assert!(missed * 10 > cold * 8, "{missed} of {cold}");
    }
}

/// What each hidden family is for: the mistake that it finds.
#[test]
fn hidden_families_find_their_mistakes() {
    for seed in [7, 8, 9] {
        for (id, mistake, most) in [
            ("slow", "slow_is_failure", 0),
            ("recovery", "flood", 900_000),
            ("thousand", "ten_slots", 0),
            ("quiet", "no_volume", 400_000),
            ("outage_hidden", "impatient", 800_000),
            ("shards_hidden", "lifetime", 400_000),
            ("blips_hidden", "consecutive_per_shard", 0),
        ] {
            let found = run(mistake, scenario(id), seed).score;
            assert!(found <= most, "{id}: {mistake} earns {found}");
        }
    }
}

/// Five in a row loses next to nothing in an outage of 30 s because the fifth opening ends with
/// it. Three seconds less, and it loses three seconds.
#[test]
fn the_textbook_is_lucky_with_thirty_seconds() {
    let lost = |for_s: i64| {
        let scenario = with("outage", &[("fault_for_s", for_s)]);
        run("consecutive", &scenario, 11).metrics["lost"] as f64 / 1e4
    };
    let (thirty, less) = (lost(30), lost(27));
    println!("lost after 30 s: {thirty:.2} %, after 27 s: {less:.2} %");
    assert!(thirty < 0.4 && (less - 3.1 / 63.0 * 100.0).abs() < 0.5);
}

/// The share of failures that no breaker sees: it is the share of the calls, not of the shards.
#[test]
fn a_rate_over_all_shards_sees_their_mean() {
    let down = |shards: i64| {
        let scenario = with("shards_hidden", &[("fault_shards", shards)]);
        run("rate_global", &scenario, 3).metrics
    };
    assert_eq!(down(3)["waste"], 1_000_000, "27 % of the calls fail");
    assert!(down(7)["waste"] < 500_000, "63 % of the calls fail");
    assert!(down(7)["lost"] > 80_000, "and three shards are well");
}

#[test]
fn what_crosses_the_boundary_fits_a_javascript_number() {
    for scenario in &lab().spec().scenarios {
        let traffic = Traffic::new(scenario, 99);
        let other = Traffic::new(scenario, 100);
        assert!(traffic.epoch > 0 && traffic.epoch + 1000 * SEC < 1 << 53);
        assert_ne!(traffic.epoch, other.epoch, "epochs differ");
        for k in 0..1000 {
            assert!((0..1 << 53).contains(&traffic.rand(k)));
            assert!(traffic.caller(k) < traffic.callers());
            assert!(traffic.shard(k) < traffic.shards);
        }
    }
}

/// Gaps, callers, shards, luck and latencies have their means.
#[test]
fn the_calls_are_as_stated() {
    let traffic = Traffic::new(scenario("outage"), 3);
    let n = 200_000;
    let mean = |value: &dyn Fn(u64) -> i64| (0..n).map(value).sum::<i64>() as f64 / n as f64;
    let close = |found: f64, stated: f64| (found / stated - 1.0).abs() < 0.01;
    assert!(close(mean(&|k| traffic.gap(k)), 2.5 * MS as f64));
    assert!(close(mean(&|k| traffic.luck_ppm(k)), 499_999.5));
    assert!(close(
        mean(&|k| traffic.latency(k, 20 * MS)),
        20.0 * MS as f64
    ));
    assert!(close(mean(&|k| traffic.shard(k) as i64), 4.5));
    assert!(close(mean(&|k| traffic.caller(k) as i64), 1.5));
}

/// Faults begin, end, come back and hit as many shards as the scenario says.
#[test]
fn faults_are_where_they_are_stated() {
    let broken = |id: &str, at: i64| {
        let scenario = scenario(id);
        let traffic = Traffic::new(scenario, 4);
        let faults = Faults::new(scenario, &traffic, 4);
        let in_state = |state| {
            let shards = 0..traffic.shards;
            shards.filter(|&s| faults.state(s, at) == state).count()
        };
        (in_state(State::Broken), in_state(State::Cold))
    };
    assert_eq!(broken("outage", 30 * SEC - 1), (0, 0));
    assert_eq!(broken("outage", 30 * SEC), (10, 0));
    assert_eq!(broken("outage", 60 * SEC), (0, 0));
    assert_eq!(broken("shard", 45 * SEC), (1, 0));
    assert_eq!(broken("thousand", 10 * SEC), (100, 0));
    assert_eq!(broken("recovery", 31 * SEC), (0, 10));
    assert_eq!(broken("recovery", 45 * SEC), (0, 0));
    let blips = (0..90).filter(|s| broken("blips", s * SEC).0 > 0);
    assert_eq!(blips.collect::<Vec<_>>(), [10, 20, 30, 40, 50, 60, 70]);
}

/// Answers one value throughout.
struct Constant(i64);

impl Guest for Constant {
    fn call(&mut self, export: usize, _args: &[i64]) -> Result<Reply, FaultKind> {
        let value = if export == ALLOW { self.0 } else { 77 };
        Ok(Reply { value, ops: 0 })
    }

    fn pages(&self) -> u32 {
        0
    }
}

#[test]
fn answers_other_than_no_and_yes_are_faults() {
    let answer = |make: fn() -> Box<dyn Guest>| {
        labs::run_case(lab(), scenario("shard"), 1, &mut Native(make), false).0
    };
    for (make, value) in [
        ((|| Box::new(Constant(2))) as fn() -> Box<dyn Guest>, 2),
        (|| Box::new(Constant(-1)), -1),
    ] {
        assert_eq!(
            answer(make).fault.unwrap().kind,
            FaultKind::BadReturn { value }
        );
    }
    let refused = answer(|| Box::new(Constant(0)));
    assert!(refused.fault.is_none() && refused.score == 0);
    assert_eq!(
        (refused.metrics["lost"], refused.metrics["waste"]),
        (1_000_000, 0)
    );
}

/// Opens `breaker` for `shard` with failures that end at `now`.
fn break_it(breaker: &mut Breakers, shard: usize, now: i64) {
    for _ in 0..8 {
        assert!(breaker.allow(shard, now - SEC, 1 << 52));
    }
    for _ in 0..8 {
        breaker.on_result(shard, false, SEC, now);
    }
}

/// Closed, open, half open with three probes, and closed or open again by how they end.
#[test]
fn the_reference_is_the_state_machine() {
    let mut breaker = Breakers::per_shard();
    let opened = 100 * SEC;
    break_it(&mut breaker, 3, opened);
    let mut sent = |now: i64| breaker.allow(3, now, 1 << 52);
    assert!(!sent(opened) && !sent(opened + 2 * SEC - 1));
    let half = opened + 2 * SEC;
    assert_eq!(
        [sent(half), sent(half), sent(half), sent(half)],
        [true, true, true, false]
    );
    assert!(breaker.allow(4, half, 0), "another shard was never touched");
    // An answer to a call from before says nothing; one failed probe says enough.
    breaker.on_result(3, true, 4 * SEC, half + MS);
    breaker.on_result(3, false, SEC, half + SEC);
    assert!(!breaker.allow(3, half + SEC, 0));
    let again = half + SEC + 2 * SEC;
    for _ in 0..3 {
        assert!(breaker.allow(3, again, 0));
    }
    for answered in 1..=3 {
        assert!(!breaker.allow(3, again + 19 * MS, 0));
        breaker.on_result(3, true, 20 * MS, again + (19 + answered) * MS + MS);
    }
    assert!(breaker.allow(3, again + 24 * MS, 0));
}

proptest! {
    /// The open time lies between 1.5 and 2.5 s, whatever was drawn.
    #[test]
    fn open_times_are_drawn(rand in 0_u64..1 << 53) {
        let mut breaker = Breakers::per_shard();
        let opened = 100 * SEC;
        breaker.allow(0, opened - 2 * SEC, rand);
        for _ in 0..8 {
            breaker.on_result(0, false, SEC, opened);
        }
        prop_assert!(!breaker.allow(0, opened + 1500 * MS - 1, rand));
        prop_assert!(breaker.allow(0, opened + 2500 * MS, rand));
    }

    /// A window holds what a list of the same calls holds, to a tenth of its length.
    #[test]
    fn a_window_forgets(
        steps in prop::collection::vec((0_i64..2 * SEC, prop::bool::ANY), 1..300),
    ) {
        let mut window = Window::default();
        let mut all: Vec<(i64, bool)> = Vec::new();
        let mut now = 50 * SEC;
        for (step, failed) in steps {
            now += step;
            all.push((now, failed));
            window.record(now, 5 * SEC, failed);
            let within = |length: i64| {
                let recent = all.iter().filter(|c| c.0 > now - length);
                (recent.clone().count() as i32, recent.filter(|c| c.1).count() as i32)
            };
            let ((calls, failed), least, most) =
                (window.counts(), within(4500 * MS), within(5 * SEC));
            prop_assert!(least.0 <= calls && calls <= most.0);
            prop_assert!(least.1 <= failed && failed <= most.1);
        }
    }

    /// Below half of the calls, spread evenly, a breaker never opens.
    #[test]
    fn a_third_of_failures_never_trips(gap in MS..SEC, phase in 0_usize..3) {
        let mut breaker = Breakers::per_shard();
        for k in 0..200 {
            let now = 100 * SEC + k as i64 * gap;
            prop_assert!(breaker.allow(0, now, 0));
            breaker.on_result(0, k % 3 != phase, MS, now);
        }
    }
}

/// Worlds that learners change stay worlds: nothing panics, whatever the policy.
#[test]
fn changed_worlds_run() {
    for (id, changes) in [
        ("shard", [("fault_shards", 4), ("shards", 3)]),
        ("blips", [("fault_for_s", 4), ("fault_every_s", 3)]),
        ("recovery", [("cold_ppm", 400_000), ("cold_queue_s", 12)]),
        ("thousand", [("shards", 4000), ("callers", 8)]),
        (
            "slow",
            [("slow_ns", 2_400_000_000), ("fail_ns", 250_000_000)],
        ),
        ("outage", [("calls_per_s", 1600), ("ok_ns", 5_000_000)]),
        ("healthy", [("base_ppm", 20_000), ("seconds", 23)]),
    ] {
        let scenario = with(id, &changes);
        for policy in lab().policies {
            let plots = policy.id == "rate_per_shard";
            let mut host = Native(policy.make);
            let (case, _) = labs::run_case(lab(), &scenario, 3, &mut host, plots);
            assert!(case.fault.is_none(), "{id} {}", policy.id);
        }
    }
}
