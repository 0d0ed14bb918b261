//! Where dispatch meets queueing theory, and the figures that the policies are known by.

use super::LAB;
use crate::grade::run_case;
use crate::guest::Native;
use crate::soundness::Agreement;

/// Closed forms, then published figures, each against the mean over the published seeds.
pub fn agreements() -> Vec<Agreement> {
    let mut all = Vec::new();
    all.extend(random_is_twenty_queues());
    all.extend(drowning());
    all.extend(two_choices());
    all.extend(FIGURES.iter().filter_map(figure));
    all
}

/// Mean time in an M/M/c queue in service times, by Erlang's formula C (1917).
fn erlang(workers: f64, load: f64) -> f64 {
    let offered = workers * load;
    let mut blocked = 1.0;
    let mut k = 1.0;
    while k <= workers {
        blocked = offered * blocked / (k + offered * blocked);
        k += 1.0;
    }
    let waits = blocked / (1.0 - load * (1.0 - blocked));
    1.0 + waits / (workers * (1.0 - load))
}

/// A Poisson stream split at random is twenty Poisson streams, each into an M/M/4 queue.
fn random_is_twenty_queues() -> Option<Agreement> {
    Some(Agreement {
        says: "even: mean latency of random, in service times, M/M/4 by Erlang C".into(),
        found: mean("random", "even", "mean_ns")? / 20e6,
        expected: erlang(4.0, 0.8),
        tolerance: 0.12,
    })
}

/// Random gives a half-speed server 1/20 of 2,400 requests/s, and it can do 100. It falls behind
/// by 20 a second, so over 40 s its requests wait 0.2 s for each second that has passed, 4 s on
/// average, and take 40 ms. The twelve others are M/M/4 queues at a load of 0.6.
fn drowning() -> Option<Agreement> {
    Some(Agreement {
        says: "hetero: mean latency of random, in service times, fluid backlog of 20/s".into(),
        found: mean("random", "hetero", "mean_ns")? / 20e6,
        expected: 0.4 * (200.0 + 2.0) + 0.6 * erlang(4.0, 0.6),
        tolerance: 8.0,
    })
}

/// One dispatcher that sees all, 50 servers of one worker at a load of 0.9: by Mitzenmacher's
/// mean field P(queue >= k) = 0.9^(2^k - 1), and by Little's law the mean time is their sum over
/// 0.9, 2.61 service times, where a single choice takes 10.
fn two_choices() -> Option<Agreement> {
    let (_, even) = LAB.spec().scenario("even")?;
    let mut scenario = even.clone();
    for (name, value) in [
        ("dispatchers", 1),
        ("servers", 50),
        ("workers", 1),
        ("load_ppm", 900_000),
        ("seconds", 60),
    ] {
        scenario.world.insert(name.into(), value);
    }
    let (_, policy) = LAB.policy("p2c")?;
    let (case, _) = run_case(&LAB, &scenario, 1, &mut Native(policy.make), false);
    let exponents = [1, 3, 7, 15, 31, 63];
    let power = |exponent: i32| (0..exponent).fold(1.0, |product: f64, _| product * 0.9);
    let length: f64 = exponents.into_iter().map(power).sum();
    Some(Agreement {
        says: "50 x M/M/1 at 0.9: mean latency of p2c, in service times, mean field".into(),
        found: *case.metrics.get("mean_ns")? as f64 / 20e6,
        expected: length / 0.9,
        tolerance: 0.15,
    })
}

/// Policy, scenario, measure, published value, tolerance; latencies in service times, errors in
/// per cent.
type Figure = (&'static str, &'static str, &'static str, f64, f64);

/// Of one seed. Where random dispatch or round robin drowns a server, the figure is a random
/// walk, and the tolerance says so; a herd's is hardly more than its order of magnitude.
const FIGURES: [Figure; 17] = [
    ("random", "even", "p99", 6.5, 0.5),
    ("round_robin", "even", "p99", 5.2, 0.3),
    ("p2c", "even", "p99", 4.8, 0.2),
    ("least_connections", "even", "p99", 4.6, 0.2),
    ("fastest", "even", "p99", 2680.0, 1000.0),
    ("random", "hetero", "p99", 375.0, 60.0),
    ("round_robin", "hetero", "p99", 400.0, 30.0),
    ("p2c", "hetero", "p99", 7.9, 0.4),
    ("peak_ewma", "hetero", "p99", 6.9, 0.4),
    ("round_robin", "straggler", "p99", 818.0, 40.0),
    ("p2c", "straggler", "p99", 6.1, 0.5),
    ("peak_ewma", "straggler", "p99", 5.1, 0.3),
    ("random", "blackhole", "errors", 2.5, 0.2),
    ("p2c", "blackhole", "errors", 3.8, 0.3),
    ("least_connections", "blackhole", "errors", 8.1, 0.8),
    ("peak_ewma", "blackhole", "errors", 4.9, 0.5),
    ("p2c_penalty", "blackhole", "errors", 0.01, 0.01),
];

fn figure(&(policy, scenario, measure, expected, tolerance): &Figure) -> Option<Agreement> {
    let unit = if measure == "errors" { 1e4 } else { 20e6 };
    Some(Agreement {
        says: format!("{scenario}: {measure} of {policy}, as published"),
        found: mean(policy, scenario, measure)? / unit,
        expected,
        tolerance,
    })
}

/// Mean over the published seeds; `None` where one of them lacks the measure.
fn mean(policy: &str, scenario: &str, measure: &str) -> Option<f64> {
    let (_, policy) = LAB.policy(policy)?;
    let (_, scenario) = LAB.spec().scenario(scenario)?;
    let values = scenario.seeds.iter().map(|&seed| {
        let (case, _) = run_case(&LAB, scenario, seed, &mut Native(policy.make), false);
        case.metrics.get(measure).copied()
    });
    let values: Option<Vec<i64>> = values.collect();
    values.map(|v| v.iter().sum::<i64>() as f64 / v.len().max(1) as f64)
}
