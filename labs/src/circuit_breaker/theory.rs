//! Where breakers meet closed forms, and the figures that the policies are known by.

use super::LAB;
use super::policy::Breaker;
use super::reference::Breakers;
use crate::engine::rng::Draws;
use crate::engine::{MS, PPM, SEC};
use crate::grade::run_case;
use crate::guest::Native;
use crate::soundness::Agreement;

/// Calls per second of all callers in the public scenarios, and of one caller to one shard.
const ALL_PER_S: f64 = 400.0;
const ONE_PER_S: f64 = 10.0;
/// Breakers of the four callers, one for each shard.
const BREAKERS: f64 = 40.0;
/// Length of the outage and of the rest of the run, s.
const OUTAGE_S: f64 = 30.0;
const CALM_S: f64 = 60.0;

/// Closed forms, then published figures, each against the mean over the published seeds.
pub fn agreements() -> Vec<Agreement> {
    let mut all = Vec::new();
    all.extend(held_callers());
    all.extend(before_the_trip());
    all.extend(resonance());
    all.extend(probes());
    all.extend(below_the_threshold());
    all.push(eight_calls());
    all.push(runs());
    all.extend(FIGURES.iter().filter_map(figure));
    all
}

/// Little's law: L = λW, with failures of 1 s for a third of the run and successes of 20 ms.
fn held_callers() -> Option<Agreement> {
    let share = OUTAGE_S / (OUTAGE_S + CALM_S);
    Some(Agreement {
        says: "outage: calls under way without a breaker, Little's law".into(),
        found: mean("none", "outage", "mean_held_milli")? / 1000.0,
        expected: ALL_PER_S * (share + 0.02 * (1.0 - share)),
        tolerance: 2.0,
    })
}

/// A caller hears of the first failure after the timeout of 1 s, and of the fifth four gaps of
/// 10 ms later: 105 calls, times four. With 60 s open it sends no probe before the outage ends.
fn before_the_trip() -> Option<Agreement> {
    Some(Agreement {
        says: "outage: failing calls until five in a row, 4 x 100/s x (1 s + 5/100 s)".into(),
        found: mean("consecutive_60s", "outage", "failed")?,
        expected: 420.0,
        tolerance: 15.0,
    })
}

/// Open from 1.05 s on, in rounds of 5 s, a gap of 10 ms and a timeout of 1 s: the fifth opening
/// ends 0.09 s after the outage, and 20 ms later the probes are back. No fault is that punctual.
fn resonance() -> Option<Agreement> {
    let ends = 1.05 + 4.0 * (5.0 + 0.01 + 1.0) + 5.0;
    Some(Agreement {
        says: "outage: good calls lost by five in a row, %, five openings against 30 s".into(),
        found: mean("consecutive", "outage", "lost")? / 1e4,
        expected: (ends + 0.02 - OUTAGE_S) / CALM_S * 100.0,
        tolerance: 0.1,
    })
}

/// Failures come a second late, and fill half of a window of 4.75 s (4.5 to 5, for it moves in
/// tenths) at (4.75 + 1)/2 s. From then on three probes in each round of 2 s, a gap of 0.1 s and
/// a timeout of 1 s. The breaker that never closes says what was sent before.
fn probes() -> Option<Agreement> {
    let trip = f64::midpoint(4.75, 1.0);
    let sent = mean("rate_per_shard", "outage", "failed")?;
    Some(Agreement {
        says: "outage: probes that failed, 40 x 3 x (outage - trip) / (open + gap + timeout)"
            .into(),
        found: sent - mean("never_closes", "outage", "failed")?,
        expected: BREAKERS * 3.0 * (OUTAGE_S - trip) / (2.0 + 1.0 / ONE_PER_S + 1.0),
        tolerance: 40.0,
    })
}

/// P(at least `least` of `n` calls fail) where each does with probability `p`.
fn binomial_tail(n: u32, least: u32, p: f64) -> f64 {
    let mut term = (0..n).fold(1.0, |product: f64, _| product * (1.0 - p));
    let mut tail = 0.0;
    for k in 0..=n {
        if k >= least {
            tail += term;
        }
        term *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
    }
    tail
}

/// A window of 48 calls holds 24 failures with a probability of 3e-6 where a fifth fail. By the
/// union bound over 12,000 windows a run has 0.04 trips, each of which refuses about 20 calls.
fn below_the_threshold() -> Option<Agreement> {
    let windows = BREAKERS * OUTAGE_S * ONE_PER_S;
    let trips = windows * binomial_tail(48, 24, 0.2);
    let possible = ALL_PER_S * (CALM_S + 0.8 * OUTAGE_S);
    Some(Agreement {
        says: "partial: good calls lost by the reference, %, binomial tail below 50 %".into(),
        found: mean("rate_per_shard", "partial", "lost")? / 1e4,
        expected: trips * 20.0 / possible * 100.0,
        tolerance: 0.1,
    })
}

/// The least volume is all that stands between a few unlucky calls and a trip.
fn eight_calls() -> Agreement {
    let trials = 20_000;
    let tripped = (0..trials).filter(|&trial| {
        let mut breaker = Breakers::per_shard();
        let calls = calls_until_open(&mut breaker, 400_000, trial, 8);
        calls.is_some()
    });
    Agreement {
        says: "share of fresh breakers open after 8 calls of which 40 % fail, P(X >= 4)".into(),
        found: tripped.count() as f64 / trials as f64,
        expected: binomial_tail(8, 4, 0.4),
        tolerance: 0.012,
    }
}

/// The mean number of calls until n failures in a row is (1 - pⁿ)/((1 - p) pⁿ).
fn runs() -> Agreement {
    let trials = 4000;
    let total: u64 = (0..trials)
        .filter_map(|trial| {
            let mut breaker = Breakers::new(super::naive::CONSECUTIVE);
            calls_until_open(&mut breaker, 400_000, trial, u64::MAX)
        })
        .sum();
    let five = 0.4 * 0.4 * 0.4 * 0.4 * 0.4;
    Agreement {
        says: "calls until five failures in a row where 40 % fail".into(),
        found: total as f64 / trials as f64,
        expected: (1.0 - five) / (0.6 * five),
        tolerance: 10.0,
    }
}

/// After how many calls, 10 ms apart, `breaker` opens; `None` if it is closed after `most`.
fn calls_until_open(breaker: &mut Breakers, fail_ppm: i64, trial: u64, most: u64) -> Option<u64> {
    let mut draws = Draws::new(trial, 1, 0);
    let mut now = 1000 * SEC;
    for call in 1..=most {
        let ok = !draws.chance(fail_ppm);
        breaker.on_result(0, ok, MS, now);
        if !breaker.allow(0, now, 0) {
            return Some(call);
        }
        now += 10 * MS;
    }
    None
}

/// Policy, scenario, measure, published value, tolerance; in per cent.
type Figure = (&'static str, &'static str, &'static str, f64, f64);

/// Published of one seed. What is left of an opening when a fault ends is luck, and so is how
/// often a fifth of failures come five in a row: the tolerances say so.
const FIGURES: [Figure; 20] = [
    ("none", "outage", "waste", 100.0, 0.0),
    ("none", "outage", "lost", 0.0, 0.0),
    ("consecutive", "outage", "lost", 0.4, 0.4),
    ("consecutive", "outage", "waste", 4.0, 0.5),
    ("consecutive", "shard", "waste", 100.0, 0.5),
    ("consecutive", "blips", "lost", 40.7, 3.0),
    ("consecutive_60s", "outage", "lost", 50.2, 1.0),
    ("consecutive_60s", "outage", "waste", 3.0, 0.7),
    ("rate_global", "outage", "lost", 2.8, 1.5),
    ("rate_global", "outage", "waste", 19.0, 2.0),
    ("rate_global", "shard", "waste", 100.0, 0.5),
    ("rate_global_5", "shard", "lost", 16.2, 3.0),
    ("rate_global_5", "shard", "waste", 51.0, 5.0),
    ("rate_global_5", "partial", "lost", 22.9, 3.0),
    ("consecutive_per_shard", "shard", "lost", 0.2, 0.2),
    ("consecutive_per_shard", "blips", "lost", 11.5, 2.0),
    ("rate_per_shard", "outage", "lost", 2.7, 0.8),
    ("rate_per_shard", "outage", "waste", 18.0, 1.0),
    ("rate_per_shard", "shard", "lost", 0.3, 0.2),
    ("rate_per_shard", "shard", "waste", 19.0, 2.0),
];

fn figure(&(policy, scenario, measure, expected, tolerance): &Figure) -> Option<Agreement> {
    Some(Agreement {
        says: format!("{scenario}: {measure} of {policy} in per cent, as published"),
        found: mean(policy, scenario, measure)? * 100.0 / PPM as f64,
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
