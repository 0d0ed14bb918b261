//! The load balancer lab: its world, its bound, and what its hidden families are for.

#![expect(clippy::unwrap_used, reason = "tests")]

use labs::load_balancer::fleet::Fleet;
use labs::load_balancer::reference::TwoChoices;
use labs::load_balancer::traffic::Traffic;
use labs::load_balancer::{Balancer, one_queue, two};
use labs::{Case, FaultKind, Guest, Lab, Native, Reply, Scenario};
use proptest::prelude::*;

fn lab() -> &'static Lab {
    labs::by_id("load_balancer").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

fn run(policy: &str, scenario: &Scenario, seed: u64) -> Case {
    let (_, policy) = lab().policy(policy).unwrap();
    labs::run_case(lab(), scenario, seed, &mut Native(policy.make), false).0
}

/// The published 20.6 % are those of a black hole in place 5; elsewhere it attracts more or less.
#[test]
fn the_first_of_equals_feeds_a_black_hole() {
    let scenario = scenario("blackhole");
    let hole = |seed: u64| {
        let fleet = Fleet::new(scenario, seed);
        (0..fleet.servers).find(|&i| fleet.fails(i, 20_000_000_000))
    };
    let errors = |place: usize| {
        let seed = (1..1000).find(|&seed| hole(seed) == Some(place)).unwrap();
        run("lowest_index", scenario, seed).metrics["errors"] as f64 / 1e4
    };
    let (early, fifth, late) = (errors(0), errors(5), errors(19));
    println!("place 0 {early:.1} %, place 5 {fifth:.1} % (published 20.6), place 19 {late:.1} %");
    assert!((fifth - 20.6).abs() < 2.0);
    assert!(early > fifth && fifth > late);
}

/// Every policy meets the same requests.
#[test]
fn a_policy_changes_no_arrival() {
    for scenario in &lab().spec().scenarios {
        let offered = |policy| run(policy, scenario, 5).metrics["requests"];
        assert_eq!(offered("p2c"), offered("random"), "{}", scenario.id);
    }
}

/// One queue for all is an M/M/80 queue, and no policy has a lower mean.
#[test]
fn the_bound_bounds() {
    let scenario = scenario("even");
    for &seed in &scenario.seeds {
        let fleet = Fleet::new(scenario, seed);
        let bound = one_queue(&fleet, &Traffic::new(scenario, &fleet, seed));
        let mean = bound.mean_milli() as f64 / 1000.0 / 20e6;
        println!("one queue: {mean:.3} service times");
        // Erlang C with 80 workers at 0.8: 1 + 0.022 / 16.
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
        for policy in lab().policies {
            let found = run(policy.id, scenario, seed).metrics["mean_ns"] as f64 / 20e6;
            assert!(found >= mean, "{}: {found}", policy.id);
        }
    }
}

/// What each hidden family is for: the mistake that it finds, and that the reference stands.
#[test]
fn hidden_families_find_their_mistakes() {
    for seed in [7, 8, 9] {
        for (id, mistake, most) in [
            ("rolling", "leaky", 300_000),
            ("shrink", "fixed_list", 0),
            ("blackhole_hidden", "p2c", 0),
            ("slow_start", "round_robin", 300_000),
            ("rack", "round_robin", 300_000),
        ] {
            let found = run(mistake, scenario(id), seed).score;
            assert!(found <= most, "{id}: {mistake} earns {found}");
        }
        let left = run("fixed_list", scenario("shrink"), seed).fault.unwrap();
        assert!(matches!(left.kind, FaultKind::BadReturn { value: 15..=19 }));
    }
}

#[test]
fn what_crosses_the_boundary_fits_a_javascript_number() {
    for scenario in &lab().spec().scenarios {
        let fleet = Fleet::new(scenario, 99);
        let traffic = Traffic::new(scenario, &fleet, 99);
        let other = Traffic::new(scenario, &fleet, 100);
        assert!(traffic.epoch > 0 && traffic.epoch + 1_000_000_000_000 < 1 << 53);
        assert_ne!(traffic.epoch, other.epoch, "epochs differ");
        for k in 0..1000 {
            assert!((0..1 << 53).contains(&traffic.rand(k)));
            assert!(traffic.dispatcher(k) < 3 && traffic.work(k) >= 0);
        }
    }
}

/// Arrivals and work have their means, and so the load is what the scenario says.
#[test]
fn the_load_is_as_stated() {
    for id in ["even", "heavy", "hetero"] {
        let scenario = scenario(id);
        let fleet = Fleet::new(scenario, 3);
        let traffic = Traffic::new(scenario, &fleet, 3);
        let n = 400_000;
        let (mut gaps, mut work) = (0_i64, 0_i64);
        for k in 0..n {
            gaps += traffic.gap(k);
            work += traffic.work(k);
        }
        let workers = fleet.workers as f64 * fleet.capacity_pct() as f64 / 100.0;
        let load = work as f64 / gaps as f64 / workers;
        let stated = scenario.param("load_ppm") as f64 / 1e6;
        println!("{id}: load {load:.3}, stated {stated}");
        assert!((load / stated - 1.0).abs() < 0.02, "{id}: {load}");
    }
}

/// Answers one server throughout.
struct Server(i64);

impl Guest for Server {
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
fn servers_that_are_not_listed_are_faults() {
    for (make, value) in [
        ((|| Box::new(Server(20))) as fn() -> Box<dyn Guest>, 20),
        (|| Box::new(Server(-1)), -1),
    ] {
        let case = labs::run_case(lab(), scenario("even"), 1, &mut Native(make), false).0;
        assert_eq!(case.fault.unwrap().kind, FaultKind::BadReturn { value });
    }
}

proptest! {
    /// Two draws are two different servers of the list.
    #[test]
    fn two_servers_differ(n in 1_usize..64, rand in 0_u64..1 << 53) {
        let (a, b) = two(n, rand);
        prop_assert!(a < n && b < n);
        prop_assert!(a != b || n == 1);
    }

    /// Whatever comes back, and however the list changes, the answer is on the list.
    #[test]
    fn the_reference_stays_on_the_list(
        steps in prop::collection::vec((1_usize..21, 0_u64..1 << 53, prop::bool::ANY), 1..300),
    ) {
        let mut policy = TwoChoices::with_penalty();
        let mut now = 1_000_000_000;
        for (n, rand, ok) in steps {
            let server = policy.pick(n, now, rand);
            prop_assert!(server < n);
            now += 1_000_000;
            policy.on_done(server, 1_000_000, ok, now);
        }
    }

    /// A failure makes a server dearer than any other that has the same to do.
    #[test]
    fn the_reference_avoids_who_failed(rand in 0_u64..1 << 53) {
        let mut policy = TwoChoices::with_penalty();
        let failing = policy.pick(2, 1_000_000_000, rand);
        policy.on_done(failing, 1_000_000, false, 1_001_000_000);
        prop_assert_ne!(policy.pick(2, 1_002_000_000, rand), failing);
        // After five seconds without another failure it has its chance again.
        let mut again = TwoChoices::with_penalty();
        let failing = again.pick(2, 1_000_000_000, rand);
        again.on_done(failing, 1_000_000, false, 1_001_000_000);
        prop_assert_eq!(again.pick(2, 6_002_000_000, rand), failing);
    }
}

/// Pairs are drawn evenly: each of 20 · 19 within five standard deviations of its share.
#[test]
fn pairs_are_even() {
    let fleet = Fleet::new(scenario("even"), 1);
    let traffic = Traffic::new(scenario("even"), &fleet, 1);
    let mut counts = vec![0_i32; 400];
    for k in 0..380_000 {
        let (a, b) = two(20, traffic.rand(k) as u64);
        counts[a * 20 + b] += 1;
    }
    for (pair, &count) in counts.iter().enumerate() {
        let expected = if pair / 20 == pair % 20 { 0 } else { 1000 };
        assert!(
            (count - expected).abs() <= expected / 6,
            "pair {pair}: {count}"
        );
    }
}

/// Worlds that learners change stay worlds: lists are never empty, and nothing panics.
#[test]
fn changed_worlds_run() {
    for (id, changes) in [
        ("shrink", [("servers", 5), ("leave_servers", 20)]),
        ("slow_start", [("servers", 5), ("join_servers", 16)]),
        ("rolling", [("hole_servers", 32), ("hole_for_s", 8)]),
        ("blackhole_hidden", [("hole_every_s", 4), ("servers", 80)]),
        ("hetero", [("slow_pct", 200), ("dispatchers", 12)]),
        ("heavy", [("load_ppm", 2_000_000), ("seconds", 10)]),
    ] {
        let changes = changes.map(|(name, value)| (name.to_owned(), value));
        let scenario = labs::what_if::changed(scenario(id), &changes.into()).unwrap();
        for policy in lab().policies {
            let mut host = Native(policy.make);
            let plots = policy.id == "p2c_penalty";
            let (case, _) = labs::run_case(lab(), &scenario, 3, &mut host, plots);
            assert!(
                case.fault.is_none() || policy.id == "fixed_list",
                "{id} {}",
                policy.id
            );
        }
    }
}
