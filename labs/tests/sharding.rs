//! The sharding lab against closed forms, and what its reference promises.

#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests compare with the host's libm"
)]

use labs::engine::rng::Draws;
use labs::sharding::reference::Slots;
use labs::sharding::{Change, Placement, Ring, Script, chance_ppm, jump};
use labs::sharding::{Rebuilt, Table, Weighted};
use labs::{Case, FaultKind, Guest, Host, Lab, Native, Reply, Scenario};
use proptest::prelude::*;

fn lab() -> &'static Lab {
    labs::by_id("sharding").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

fn run(policy: &str, scenario_id: &str, seed: u64) -> Case {
    let (_, policy) = lab().policy(policy).unwrap();
    let mut host = Native(policy.make);
    labs::run_case(lab(), scenario(scenario_id), seed, &mut host, false).0
}

fn ratio(case: &Case, metric: &str) -> f64 {
    case.metrics[metric] as f64 / 1e6
}

/// Modulo keeps a key only where both remainders name the same node: of n + 1, n move, and one
/// would have had to.
#[test]
fn modulo_moves_eleven_times_the_minimum() {
    let moved: f64 = (8..16).map(|n| f64::from(n) / f64::from(n + 1)).sum();
    let optimum: f64 = (8..16).map(|n| 1.0 / f64::from(n + 1)).sum();
    let expected = moved / optimum;
    for seed in [11, 12, 13] {
        let found = ratio(&run("mod_n", "grow", seed), "movement");
        println!("mod n, 8 to 16 nodes: {found:.2}/{expected:.2}");
        assert!((found / expected - 1.0).abs() < 0.01, "{found}");
    }
}

/// The mean, over seeds, of a policy's imbalance in a scenario.
fn mean_imbalance(policy: &str, scenario: &str) -> f64 {
    let seeds = 100..110;
    let sum: f64 = seeds
        .map(|seed| ratio(&run(policy, scenario, seed), "imbalance"))
        .sum();
    sum / 10.0
}

/// The mean of the greatest of n standard normal draws, by sampling.
fn greatest_normal(n: usize) -> f64 {
    let mut draws = Draws::new(1, 2, 3);
    let mut normal = || {
        let sum: f64 = (0..12).map(|_| draws.word() as f64 / 2_f64.powi(64)).sum();
        sum - 6.0
    };
    let rounds = 20_000;
    let total: f64 = (0..rounds)
        .map(|_| (0..n).map(|_| normal()).fold(f64::MIN, f64::max))
        .sum();
    total / f64::from(rounds)
}

/// Imbalance by chance: keys on nodes, points on the ring. The usual estimate √(2 ln n) of the
/// greatest of n normal deviations is an upper one; the mean of the greatest is exact.
#[test]
fn imbalance_is_what_chance_says() {
    for (scenario, nodes) in [("flap", 10), ("churn", 40)] {
        let spread = (f64::from(nodes) / 40_000.0).sqrt();
        let expected = 1.0 + greatest_normal(nodes as usize) * spread;
        let found = mean_imbalance("weighted_rendezvous", scenario);
        let upper = chance_ppm(nodes as usize, 40_000) as f64 / 1e6;
        println!("keys, {nodes} nodes: {found:.3}/{expected:.3}, at most {upper:.3}");
        assert!((found - expected).abs() < 0.012 && found < upper, "{found}");
    }
    for (policy, points) in [("ring_100", 100.0), ("ring_400", 400.0)] {
        let noise = 1.0 / points + 40.0 / 40_000.0;
        let expected = 1.0 + greatest_normal(40) * f64::sqrt(noise);
        let found = mean_imbalance(policy, "churn");
        println!("{policy}, 40 nodes: {found:.3}/{expected:.3}");
        assert!((found - expected).abs() < 0.03, "{found}");
    }
}

/// One point each: the greatest of n exponential arcs is H(n), about ln n + γ, times the mean.
#[test]
fn a_ring_of_single_points_has_one_long_arc() {
    let expected: f64 = (1..=10).map(|i| 1.0 / f64::from(i)).sum();
    let mut total = 0.0;
    let rounds = 400;
    for round in 0..rounds {
        let mut ring = Rebuilt::new(Ring::new(1));
        let mut draws = Draws::new(5, 6, round);
        for _ in 0..10 {
            ring.add_node((draws.word() >> 12) as i64, 1);
        }
        let mut counts = std::collections::BTreeMap::<i64, u32>::new();
        for _ in 0..2_000 {
            *counts
                .entry(ring.place((draws.word() >> 12) as i64))
                .or_default() += 1;
        }
        total += f64::from(*counts.values().max().unwrap()) / 200.0;
    }
    let found = total / rounds as f64;
    println!("longest of 10 arcs: {found:.3}/{expected:.3}");
    assert!((found / expected - 1.0).abs() < 0.05, "{found}");
}

/// Lamping and Veach: when buckets are only appended, 1/(n+1) of the keys move, all to the new one.
#[test]
fn jump_moves_the_minimum_when_buckets_are_appended() {
    let mut draws = Draws::new(7, 0, 0);
    let keys: Vec<u64> = (0..40_000).map(|_| draws.word()).collect();
    for buckets in [8, 16, 39] {
        let moved = keys.iter().filter(|&&key| {
            let (before, after) = (jump(key, buckets), jump(key, buckets + 1));
            assert!(before == after || after == buckets as usize);
            before != after
        });
        let (found, expected) = (moved.count() as f64 / 40_000.0, 1.0 / (buckets + 1) as f64);
        println!(
            "jump, {buckets} to {}: {found:.4}/{expected:.4}",
            buckets + 1
        );
        assert!((found / expected - 1.0).abs() < 0.08, "{found}");
    }
}

/// The figures published for imbalance and movement, on three seeds' mean.
#[test]
fn raw_figures_are_as_published() {
    let published = [
        ("mod_n", [1.06, 1.10], [11.1, 39.1]),
        ("ring_400", [1.09, 1.13], [1.0, 1.0]),
        ("slots_16k", [1.07, 1.14], [1.0, 1.0]),
        ("maglev", [1.03, 1.07], [1.03, 1.18]),
        ("weighted_rendezvous", [1.04, 1.07], [1.0, 1.0]),
    ];
    for (policy, imbalance, movement) in published {
        for (at, id) in ["grow", "churn"].into_iter().enumerate() {
            let seeds = scenario(id).seeds.iter();
            let cases: Vec<Case> = seeds.map(|&seed| run(policy, id, seed)).collect();
            let mean = |metric| cases.iter().map(|c| ratio(c, metric)).sum::<f64>() / 3.0;
            let (i, m) = (mean("imbalance"), mean("movement"));
            println!(
                "{policy}, {id}: imbalance {i:.3}/{}, movement {m:.2}/{}",
                imbalance[at], movement[at]
            );
            assert!((i - imbalance[at]).abs() < 0.05, "{policy} {id}: {i}");
            assert!((m / movement[at] - 1.0).abs() < 0.06, "{policy} {id}: {m}");
        }
    }
}

/// Weights alone decide the shares: of weighted rendezvous, and of the reference's slots.
#[test]
fn shares_follow_weights() {
    let check = |placement: &mut dyn Placement, tolerance: f64| {
        let weights = [1, 3, 7, 16];
        for (id, weight) in (1_000..).zip(weights) {
            placement.add_node(id * 77_777, weight);
        }
        let mut counts = [0_u32; 4];
        for key in 0..100_000 {
            counts[(placement.place(key) / 77_777 - 1_000) as usize] += 1;
        }
        for (count, weight) in counts.into_iter().zip(weights) {
            let (found, expected) = (f64::from(count) / 1e5, f64::from(weight) / 27.0);
            println!("weight {weight}: {found:.4}/{expected:.4}");
            assert!((found / expected - 1.0).abs() < tolerance);
        }
    };
    check(&mut Rebuilt::new(Weighted::default()), 0.05);
    check(&mut Slots::default(), 0.08);
}

/// Ids and keys fit a JavaScript number and do not repeat, in every scenario; nobody leaves who is
/// not there, and somebody always stays.
#[test]
fn scripts_are_sound() {
    for scenario in &lab().spec().scenarios {
        let script = Script::new(scenario, 99);
        let mut ids = script.ids.clone();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), script.ids.len(), "{}", scenario.id);
        let words = ids.iter().chain(&script.keys);
        assert!(words.into_iter().all(|&id| (0..1 << 53).contains(&id)));
        let mut live = vec![false; ids.len()];
        for change in script.steps.iter().flatten() {
            let (node, joins) = match *change {
                Change::Join(node, weight) => {
                    assert!((1..=16).contains(&weight));
                    (node, true)
                }
                Change::Leave(node) => (node, false),
            };
            assert_ne!(live[node], joins, "{}", scenario.id);
            live[node] = joins;
            let members = live.iter().filter(|&&is_live| is_live).count();
            assert!(members <= 256, "{}", scenario.id);
        }
        assert!(!script.members().is_empty());
    }
}

/// What the public scenarios let pass, a hidden family catches.
#[test]
fn hidden_families_separate_mutants() {
    for (mutant, family) in [("unmixed", "aligned"), ("stale_weight", "reorder")] {
        let public = run(mutant, "flap", 51).score;
        let hidden = run(mutant, family, 7).score;
        println!("{mutant}: flap {public}, {family} {hidden}");
        assert!(public >= 940_000 && hidden < 700_000);
        assert!(run("slots", family, 7).score >= 950_000);
    }
}

/// The hidden gate holds for the reference whatever the instance's secret.
#[test]
fn the_reference_passes_the_gate_under_any_secret() {
    let reference = lab().reference();
    let subject = labs::Subject::Policy(reference.id.into());
    let report = labs::grade(lab(), subject, &mut Native(reference.make));
    for secret in [b"one".as_slice(), b"two", b"three", b"four"] {
        let hidden = lab().spec().scenarios.iter().filter(|s| !s.public);
        let cases = hidden.map(|s| {
            let seed = labs::hidden_seed(secret, lab(), &s.id, 0);
            labs::run_case(lab(), s, seed, &mut Native(reference.make), false).0
        });
        let hidden = labs::assemble_hidden(&report, &cases.collect::<Vec<_>>());
        println!("{} of {}", hidden.quality, report.quality);
        assert!(hidden.quality >= report.quality * 92 / 100, "{hidden:?}");
    }
}

/// Answers with a node that is no member.
struct Stranger;

impl Guest for Stranger {
    fn call(&mut self, _export: usize, _args: &[i64]) -> Result<Reply, FaultKind> {
        Ok(Reply { value: 5, ops: 0 })
    }

    fn pages(&self) -> u32 {
        0
    }
}

struct Strangers;

impl Host for Strangers {
    fn spawn(&mut self, _seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        Ok(Box::new(Stranger))
    }
}

#[test]
fn a_stranger_is_a_bad_answer() {
    let case = labs::run_case(lab(), scenario("grow"), 11, &mut Strangers, false).0;
    assert_eq!(case.fault.unwrap().kind, FaultKind::BadReturn { value: 5 });
    assert_eq!(case.score, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the history, the reference's answers depend on the members alone; and at each
    /// change keys move only to who joins, or away from who leaves.
    #[test]
    fn the_reference_forgets_history_and_moves_the_minimum(
        changes in prop::collection::vec((0_usize..12, 1_i32..=16), 1..24),
    ) {
        let id = |node: usize| (node as i64 + 1) * 1_000_003;
        let mut slots = Slots::default();
        let mut live = [0_i32; 12];
        let keys = || (0..1_000_i64).map(|k| k * 64);
        let mut before: Vec<i64> = Vec::new();
        for (node, weight) in changes {
            let joins = live[node] == 0;
            if joins {
                slots.add_node(id(node), weight);
                live[node] = weight;
            } else {
                slots.remove_node(id(node));
                live[node] = 0;
            }
            if live.iter().all(|&w| w == 0) {
                before.clear();
                continue;
            }
            let after: Vec<i64> = keys().map(|key| slots.place(key)).collect();
            for (old, new) in before.iter().zip(&after) {
                let moved_for_the_change = if joins { *new == id(node) } else { *old == id(node) };
                prop_assert!(old == new || moved_for_the_change);
            }
            before = after;
        }
        let mut fresh = Slots::default();
        for (node, &weight) in live.iter().enumerate().rev().filter(|(_, w)| **w > 0) {
            fresh.add_node(id(node), weight);
        }
        for (key, &held) in keys().zip(&before) {
            prop_assert_eq!(fresh.place(key), held);
        }
    }
}

/// A table is a function of its members, so nothing but them may reach it.
#[test]
fn rebuilt_tables_see_members_sorted() {
    struct Sorted;
    impl Table for Sorted {
        fn build(&mut self, members: &[labs::sharding::Member]) {
            assert!(members.is_sorted_by_key(|m| m.id));
        }
        fn look(&self, members: &[labs::sharding::Member], _key: i64) -> i64 {
            members[0].id
        }
    }
    let mut table = Rebuilt::new(Sorted);
    for id in [9, 4, 7] {
        table.add_node(id, 1);
        table.place(0);
    }
    table.remove_node(4);
    assert_eq!(table.place(0), 7);
}
