//! The cache lab: its traces, its bound, its policies, and what its hidden families are for.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use labs::cache_eviction::bound::belady;
use labs::cache_eviction::keys::KEYS;
use labs::cache_eviction::policy::{Eviction, LEAVE_OUT};
use labs::cache_eviction::queues::Queues;
use labs::cache_eviction::reference::S3Fifo;
use labs::cache_eviction::trace::Trace;
use labs::{Case, FaultKind, Guest, Lab, Native, PolicyRole, Reply, Run, Scenario, Setting};
use proptest::prelude::*;

fn lab() -> &'static Lab {
    labs::by_id("cache_eviction").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

fn run(policy: &str, scenario: &Scenario, seed: u64) -> Case {
    let (_, policy) = lab().policy(policy).unwrap();
    labs::run_case(lab(), scenario, seed, &mut Native(policy.make), false).0
}

/// Misses in ppm and the number of charts, without the anchors that a score would need.
fn measure(policy: &str, scenario: &Scenario, plots: bool) -> Result<(i64, usize), FaultKind> {
    let seed = 5;
    let mut host = Native(lab().policy(policy).unwrap().1.make);
    let setting = Setting {
        scenario,
        seed,
        plots,
    };
    let outcome = (lab().simulate)(&setting, &mut Run::new(&mut host, seed))?;
    let (id, misses) = outcome.metrics[0];
    assert_eq!(id, "misses");
    Ok((misses, outcome.plots.len()))
}

fn misses(hits: &[bool]) -> i64 {
    hits.iter().filter(|&&hit| !hit).count() as i64
}

/// The bound is at most what any policy reaches, and leaving objects out can only help it.
#[test]
fn the_bound_bounds() {
    for scenario in &lab().spec().scenarios {
        let trace = Trace::new(scenario, 5);
        let best = misses(&belady(&trace, trace.capacity, true));
        let forced = misses(&belady(&trace, trace.capacity, false));
        assert!(
            best <= forced && forced <= best + best / 100,
            "{}",
            scenario.id
        );
        for policy in lab().policies {
            let Ok((found, _)) = measure(policy.id, scenario, false) else {
                assert_eq!(policy.id, "fixed_size");
                continue;
            };
            let least = best * 1_000_000 / trace.ids.len() as i64;
            assert!(found >= least, "{} {}", scenario.id, policy.id);
        }
    }
}

/// Fewest misses of any policy by trying every answer.
fn fewest(ids: &[u32], capacity: usize) -> i64 {
    let mut states: BTreeMap<BTreeSet<u32>, i64> = BTreeMap::from([(BTreeSet::new(), 0)]);
    for &id in ids {
        let mut after: BTreeMap<BTreeSet<u32>, i64> = BTreeMap::new();
        let mut offer = |held: BTreeSet<u32>, missed: i64| {
            let least = after.entry(held).or_insert(missed);
            *least = missed.min(*least);
        };
        for (held, missed) in states {
            if held.contains(&id) {
                offer(held, missed);
                continue;
            }
            offer(held.clone(), missed + 1);
            let mut with = held.clone();
            with.insert(id);
            if with.len() <= capacity {
                offer(with, missed + 1);
                continue;
            }
            for victim in held {
                let mut without = with.clone();
                without.remove(&victim);
                offer(without, missed + 1);
            }
        }
        states = after;
    }
    states.into_values().min().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The bound is what the best of all possible answers gives.
    #[test]
    fn the_bound_is_reached(ids in prop::collection::vec(0_u32..6, 1..24), capacity in 1_usize..4) {
        let mut trace = Trace::new(scenario("loop"), 1);
        trace.objects = 6;
        trace.ids = ids;
        let found = misses(&belady(&trace, capacity, true));
        prop_assert_eq!(found, fewest(&trace.ids, capacity));
    }

    /// Queues and their table against plain lists.
    #[test]
    fn queues_are_queues(steps in prop::collection::vec((0_u8..3, 0_i64..40, 0_usize..2), 1..400)) {
        let mut queues: Queues<2> = Queues::with_room(40);
        let mut plain = [VecDeque::new(), VecDeque::new()];
        for (what, key, queue) in steps {
            let known = queues.find(key);
            prop_assert_eq!(known.is_some(), plain.iter().any(|q| q.contains(&key)));
            match (what, known) {
                (0 | 1, None) => {
                    queues.push(queue, key);
                    plain[queue].push_back(key);
                }
                (_, None) => continue,
                (what, Some(entry)) => {
                    plain[queues.queue(entry)].retain(|&k| k != key);
                    if what == 2 {
                        prop_assert_eq!(queues.remove(entry), key);
                    } else {
                        queues.renew(entry, queue);
                        plain[queue].push_back(key);
                    }
                }
            }
            for (number, list) in plain.iter().enumerate() {
                prop_assert_eq!(queues.len(number), list.len());
                let oldest = queues.oldest(number).map(|e| queues.key(e));
                prop_assert_eq!(oldest, list.front().copied());
                let newest = queues.newest(number).map(|e| queues.key(e));
                prop_assert_eq!(newest, list.back().copied());
            }
        }
    }

    /// Whatever is asked for, the reference names an object that is in the cache.
    #[test]
    fn the_reference_knows_its_cache(
        keys in prop::collection::vec(0_i64..60, 1..600),
        capacity in 1_usize..30,
    ) {
        let mut policy = S3Fifo::new(capacity);
        let mut held = BTreeSet::new();
        for key in keys {
            if held.contains(&key) {
                policy.on_hit(key);
                continue;
            }
            let answer = policy.on_miss(key);
            if held.len() == capacity && answer != LEAVE_OUT {
                prop_assert!(held.remove(&answer), "{answer} is not there");
            }
            if answer != LEAVE_OUT {
                held.insert(key);
            }
        }
    }
}

/// Requests are those that the scenario describes.
#[test]
fn traces_are_as_stated() {
    let distinct = |ids: &[u32]| ids.iter().collect::<BTreeSet<_>>().len();
    let trace = |id: &str| Trace::new(scenario(id), 11);
    let looped = trace("loop");
    assert_eq!(looped.ids[..1200], looped.ids[1200..2400]);
    assert_eq!(distinct(&looped.ids), 1200);

    let scan = trace("scan");
    assert_eq!(
        distinct(&scan.ids[7000..10_000]),
        3000,
        "scans repeat nothing"
    );
    assert!(distinct(&scan.ids[..7000]) < 4000);

    let first = |id: &str| run("lru", scenario(id), 11).metrics["first_ppm"];
    assert!(
        (first("recency") - 250_000).abs() < 6000,
        "a quarter is new"
    );
    assert!(first("one_hit") > 450_000 - 5000);

    // The favourite is another one in each stretch of `shift`.
    let shift = trace("shift");
    let favourite = |part: &[u32]| {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        part.iter()
            .for_each(|&id| *counts.entry(id).or_default() += 1);
        counts.into_iter().max_by_key(|&(_, n)| n).unwrap().0
    };
    let favourites: Vec<u32> = shift.ids.chunks(20_000).map(favourite).collect();
    assert_eq!(favourites, [0, 3000, 6000, 9000, 12_000]);

    // Pieces of an object follow each other.
    let sizes = Trace::new(scenario("sizes"), 3);
    let starts = sizes.ids.iter().filter(|&&id| id % 16 == 0).count();
    let runs = sizes.ids.windows(2).filter(|w| w[1] != w[0] + 1).count();
    assert!(
        runs <= starts && starts < sizes.ids.len() / 5,
        "{runs} {starts}"
    );
}

/// The popular favourites of `zipf` have the shares of the law.
#[test]
fn popularity_is_zipf() {
    let mut trace = scenario("zipf").clone();
    trace.world.insert("requests".into(), 400_000);
    let trace = Trace::new(&trace, 9);
    let harmonic: f64 = (1..=20_000).map(|k| 1.0 / f64::from(k)).sum();
    for rank in [0, 1, 9, 99] {
        let found = trace.ids.iter().filter(|&&id| id == rank).count() as f64;
        let expected = 400_000.0 / f64::from(rank + 1) / harmonic;
        assert!(
            (found - expected).abs() < 5.0 * expected.sqrt(),
            "rank {rank}: {found}"
        );
    }
}

#[test]
fn what_crosses_the_boundary_fits_a_javascript_number() {
    for scenario in &lab().spec().scenarios {
        let (one, other) = (Trace::new(scenario, 99), Trace::new(scenario, 100));
        for id in (0..one.objects as u32).step_by(101) {
            assert!((0..KEYS).contains(&one.keys.of(id)));
            assert_eq!(one.keys.id(one.keys.of(id)), Some(id));
            assert_ne!(one.keys.of(id), other.keys.of(id), "keys differ by seed");
        }
    }
}

/// What each hidden family is for: the mistake that it finds, and that the reference stands.
#[test]
fn hidden_families_find_their_mistakes() {
    for seed in [7, 8, 9] {
        for (id, mistake, most) in [
            ("block", "lru", 300_000),
            ("sizes", "random", 200_000),
            ("week", "mru", 0),
            ("adversary", "lru", 300_000),
            ("adversary", "no_ghosts", 550_000),
            ("loop_hidden", "second_miss", 0),
            ("shift_hidden", "tiny_lfu_ageless", 0),
            ("recency_hidden", "tiny_lfu_ageless", 0),
            ("recency_hidden", "fixed_size", 0),
        ] {
            let found = run(mistake, scenario(id), seed).score;
            assert!(found <= most, "{id}: {mistake} earns {found}");
            let reference = run("s3_fifo", scenario(id), seed).score;
            assert!(
                reference >= 600_000,
                "{id}: the reference earns {reference}"
            );
        }
    }
}

/// No built-in policy is good everywhere: each falls below 60 points somewhere in public.
#[test]
fn nobody_wins_everywhere() {
    for policy in lab().policies {
        let scores = lab()
            .spec()
            .public()
            .map(|(_, s)| run(policy.id, s, s.seeds[0]).score);
        assert!(scores.min().unwrap() < 600_000, "{}", policy.id);
    }
}

/// Answers one value to every question.
struct Constant(i64);

impl Guest for Constant {
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

/// Whoever leaves everything out misses everything; whoever names no victim fills the cache and
/// fails when the first one is due.
#[test]
fn answers_mean_what_the_brief_says() {
    let zipf = scenario("zipf");
    let none = labs::run_case(
        lab(),
        zipf,
        1,
        &mut Native(|| Box::new(Constant(-1))),
        false,
    )
    .0;
    assert_eq!(none.metrics["misses"], 1_000_000);
    assert_eq!(none.metrics["left_out"], 100_000);
    for (make, value) in [
        ((|| Box::new(Constant(0))) as fn() -> Box<dyn Guest>, 0),
        (|| Box::new(Constant(-2)), -2),
        (|| Box::new(Constant(i64::MAX)), i64::MAX),
    ] {
        let fault = labs::run_case(lab(), zipf, 1, &mut Native(make), false)
            .0
            .fault
            .unwrap();
        assert_eq!(fault.kind, FaultKind::BadReturn { value });
        assert!(fault.at.call > 1001, "not before the cache is full");
        assert_eq!(fault.at.export, labs::cache_eviction::ON_MISS);
    }
}

/// Worlds that learners change stay worlds: nothing panics, whoever is right stays right.
#[test]
fn changed_worlds_run() {
    for (id, changes) in [
        ("zipf", [("capacity", 4000), ("universe", 5000)]),
        ("scan", [("scan_every", 2500), ("scan_length", 12_000)]),
        ("loop", [("loop_length", 300), ("capacity", 250)]),
        ("loop", [("loop_length", 4800), ("loop_ppm", 250_000)]),
        ("one_hit", [("once_ppm", 1_800_000), ("universe", 200_000)]),
        ("recency", [("recent_depth", 3200), ("recent_mean", 600)]),
        ("shift", [("shift_every", 5000), ("shift_by", 12_000)]),
        ("sizes", [("pieces", 64), ("universe", 10_000)]),
        ("week", [("shift_rest", 8), ("shift_cycle", 28)]),
        ("adversary", [("loop_length", 4400), ("universe", 5000)]),
    ] {
        let changes = changes.map(|(name, value)| (name.to_owned(), value));
        let scenario = labs::what_if::changed(scenario(id), &changes.into()).unwrap();
        for policy in lab().policies {
            let plots = policy.role == PolicyRole::Reference;
            match measure(policy.id, &scenario, plots) {
                Ok((_, charts)) => assert_eq!(charts, if plots { 4 } else { 0 }),
                Err(fault) => assert_eq!(policy.id, "fixed_size", "{id}: {fault:?}"),
            }
        }
    }
}
