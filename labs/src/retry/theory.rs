//! Closed forms that the world must agree with.

use std::collections::BTreeMap;

use super::LAB;
use crate::grade::run_case;
use crate::guest::Native;
use crate::soundness::Agreement;

/// Mean of a metric over the published seeds.
fn mean(scenario: &str, policy: &str, metric: &str) -> Option<f64> {
    let (_, scenario) = LAB.spec().scenario(scenario)?;
    let (_, policy) = LAB.policy(policy)?;
    let measured = |seed: &u64| -> Option<f64> {
        let (case, _) = run_case(&LAB, scenario, *seed, &mut Native(policy.make), false);
        let metrics: BTreeMap<String, i64> = case.metrics;
        metrics.get(metric).map(|value| *value as f64)
    };
    let values: Vec<f64> = scenario.seeds.iter().filter_map(measured).collect();
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// - Attempts per call at error probability p with n tries are (1 − pⁿ)/(1 − p): 1.65 at p = 0.4,
///   n = 5. Amplification is taken over 30 s of fault and 3 s without: (30 · 1.65 + 3)/33 = 1.591.
/// - Under a budget of a tenth, retries per call r solve r = 0.1 · (1 − p)(1 + r), so r = 0.0638 and
///   0.638 of the calls succeed in the fault: 0.819 over the run, half of which is healthy.
/// - After a stall, a queue of Q is worked off at μ − λ. Jobs that have waited longer than the
///   time-out are for nobody, so success returns when μ · timeout are left:
///   (4000 − 1000 · 0.5)/(1000 − 800) = 17.5 s. Seconds are whole.
/// - Retries without a budget keep the queue full: λ · A > μ, and 4 s of queue outlast every
///   time-out. With 0.3 s of queue (brownout) nothing of the kind can happen.
pub fn agreements() -> Vec<Agreement> {
    let rows = [
        (
            "partial: attempts of full jitter per call",
            "partial",
            "full_jitter",
            "amplification",
            1e6,
            1.591,
            0.025,
        ),
        (
            "partial: success under a 10 % budget",
            "partial",
            "budget",
            "success",
            1e6,
            0.819,
            0.008,
        ),
        (
            "stall: recovery without retries, (Q - mu timeout)/(mu - lambda), in s",
            "stall",
            "no_retry",
            "recovery",
            1e9,
            17.5,
            1.5,
        ),
        (
            "stall: recovery with full jitter: never, in s",
            "stall",
            "full_jitter",
            "recovery",
            1e9,
            60.0,
            0.0,
        ),
        (
            "brownout: recovery with full jitter, in s",
            "brownout",
            "full_jitter",
            "recovery",
            1e9,
            1.0,
            2.0,
        ),
    ];
    let agreement = |(says, scenario, policy, metric, unit, expected, tolerance)| {
        Some(Agreement {
            says: String::from(says),
            found: mean(scenario, policy, metric)? / unit,
            expected,
            tolerance,
        })
    };
    rows.into_iter().filter_map(agreement).collect()
}
