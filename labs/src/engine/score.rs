//! From metrics to points: one formula for every lab (labs.md §0.4 of the design).

use super::PPM;
use super::q32;

/// Most that beating an open metric is worth, ppm.
const OPEN_CAP: i64 = 1_100_000;
/// Least factor for spending too much, ppm.
const KAPPA_FLOOR: i64 = 500_000;

/// Linear utility in ppm: 1 at `good`, 0 at `bad`.
#[must_use]
pub fn linear(x: i64, good: i64, bad: i64, open: bool) -> i64 {
    if good == bad {
        return if x == good { PPM } else { 0 };
    }
    let u = i128::from(bad - x) * i128::from(PPM) / i128::from(bad - good);
    clamp(u as i64, open)
}

/// Logarithmic utility in ppm: 1 at `good`, 0 at `bad`; values below 1 count as 1.
#[must_use]
pub fn log(x: i64, good: i64, bad: i64, open: bool) -> i64 {
    let (x, good, bad) = (x.max(1), good.max(1), bad.max(1));
    if good == bad {
        return if x == good { PPM } else { 0 };
    }
    let span = i128::from(q32::ln_ratio(bad, good));
    let u = i128::from(q32::ln_ratio(bad, x)) * i128::from(PPM) / span;
    clamp(u as i64, open)
}

fn clamp(u: i64, open: bool) -> i64 {
    u.clamp(0, if open { OPEN_CAP } else { PPM })
}

/// `(Π u^w)^(1/Σw)` in ppm over `(utility ppm, weight)`. Geometric, so that a metric at its
/// bad anchor zeroes the whole; 0 over nothing.
#[must_use]
pub fn geometric_mean(parts: &[(i64, i64)]) -> i64 {
    let weights: i64 = parts.iter().map(|p| p.1).sum();
    if weights <= 0 || parts.iter().any(|&(u, _)| u <= 0) {
        return 0;
    }
    if parts.iter().all(|&(u, _)| u == parts[0].0) {
        return parts[0].0;
    }
    let logs: i128 = parts
        .iter()
        .map(|&(u, w)| i128::from(q32::ln_ratio(u, PPM)) * i128::from(w))
        .sum();
    let mean = q32::exp((logs / i128::from(weights)) as i64);
    ((i128::from(mean) * i128::from(PPM) + i128::from(q32::ONE / 2)) >> 32) as i64
}

/// `0.7·mean + 0.3·min` in ppm: one neglected scenario costs at least 30 points.
#[must_use]
pub fn quality(scores: &[i64]) -> i64 {
    let Some(&min) = scores.iter().min() else {
        return 0;
    };
    let sum: i64 = scores.iter().sum();
    (7 * sum / scores.len() as i64 + 3 * min) / 10
}

/// `min(1, budget / spent)` in ppm, but not below one half.
#[must_use]
pub fn kappa(budget: u64, spent: u64) -> i64 {
    if spent <= budget {
        return PPM;
    }
    let factor = u128::from(budget) * PPM as u128 / u128::from(spent);
    (factor as i64).max(KAPPA_FLOOR)
}

/// The middle of an odd number of values, the lower middle of an even one; 0 of none.
#[must_use]
pub fn median(values: &[i64]) -> i64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted
        .get(sorted.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utilities_meet_their_anchors() {
        assert_eq!(linear(0, 0, 100_000, false), PPM);
        assert_eq!(linear(25_000, 0, 100_000, false), 750_000);
        assert_eq!(linear(100_000, 0, 100_000, false), 0);
        assert_eq!(linear(500_000, 0, 100_000, false), 0);
        assert_eq!(linear(5, 10, 20, true), 1_100_000);
        assert_eq!(log(1, 1, 4, false), PPM);
        assert_eq!(log(4, 1, 4, false), 0);
        assert!((log(2, 1, 4, false) - 500_000).abs() <= 1);
        // Higher is better where `good` lies above `bad`.
        assert_eq!(linear(75, 100, 0, false), 750_000);
    }

    #[test]
    fn geometric_mean_is_exact_where_it_can_be() {
        assert_eq!(geometric_mean(&[(PPM, 1), (PPM, 2)]), PPM);
        assert_eq!(geometric_mean(&[(0, 1), (PPM, 1)]), 0);
        assert!((geometric_mean(&[(250_000, 1), (PPM, 1)]) - 500_000).abs() <= 1);
        assert!((geometric_mean(&[(125_000, 1), (PPM, 2)]) - 500_000).abs() <= 1);
    }

    #[test]
    fn a_neglected_scenario_costs_thirty_points() {
        assert_eq!(quality(&[PPM, PPM, PPM, PPM]), PPM);
        assert!(quality(&[PPM, PPM, PPM, 0]) <= 700_000);
        assert_eq!(quality(&[]), 0);
    }

    #[test]
    fn spending_is_free_up_to_the_budget() {
        assert_eq!(kappa(400, 400), PPM);
        assert_eq!(kappa(400, 500), 800_000);
        assert_eq!(kappa(400, 4_000_000), 500_000);
    }
}
