//! What counting says that placement must do.

use super::LAB;
use crate::grade::run_case;
use crate::guest::Native;
use crate::soundness::Agreement;

/// Mean of a metric over the published seeds, as a ratio.
fn mean(scenario: &str, policy: &str, metric: &str) -> Option<f64> {
    let (_, scenario) = LAB.spec().scenario(scenario)?;
    let (_, policy) = LAB.policy(policy)?;
    let ratio = |seed: &u64| {
        let (case, _) = run_case(&LAB, scenario, *seed, &mut Native(policy.make), false);
        case.metrics.get(metric).map(|value| *value as f64 / 1e6)
    };
    let values: Vec<f64> = scenario.seeds.iter().filter_map(ratio).collect();
    Some(values.iter().sum::<f64>() / values.len() as f64)
}

/// - Modulo keeps a key only where both remainders name the same node: of n + 1 parts n move, and
///   one had to. From 8 to 16 nodes that is Σ n/(n+1) ÷ Σ 1/(n+1) = 11.07.
/// - Rendezvous hashing moves the keys of the nodes that left and nothing else: the optimum.
/// - Rendezvous that ignores weights gives every node the same, so a node of weight 1 among ten of
///   mean weight 2 and more holds over twice its share.
pub fn agreements() -> Vec<Agreement> {
    let (mut moved, mut optimum) = (0.0, 0.0);
    for n in 8..16 {
        moved += f64::from(n) / f64::from(n + 1);
        optimum += 1.0 / f64::from(n + 1);
    }
    let rows = [
        (
            "grow: movement of modulo over the optimum",
            "grow",
            "mod_n",
            "movement",
            moved / optimum,
            0.12,
        ),
        (
            "grow: movement of rendezvous over the optimum",
            "grow",
            "weighted_rendezvous",
            "movement",
            1.0,
            0.03,
        ),
        (
            "weights: imbalance of rendezvous without weights",
            "weights",
            "unweighted_rendezvous",
            "imbalance",
            2.55,
            0.1,
        ),
    ];
    let agreement = |(says, scenario, policy, metric, expected, tolerance)| {
        Some(Agreement {
            says: String::from(says),
            found: mean(scenario, policy, metric)?,
            expected,
            tolerance,
        })
    };
    rows.into_iter().filter_map(agreement).collect()
}
