//! When a window is full of failures, and the figures that the rules are known by.

use super::LAB;
use crate::grade::run_case;
use crate::guest::Native;
use crate::soundness::Agreement;

/// Burn rate of an ordinary minute.
const BASE: f64 = 0.2;

/// Closed forms, then published figures, each against the mean over the published seeds.
pub fn agreements() -> Vec<Agreement> {
    let mut all: Vec<Agreement> = DETECTIONS.iter().filter_map(detection).collect();
    all.extend(FIGURES.iter().filter_map(figure));
    all
}

/// Policy, scenario, threshold, burn rate of the incident, window and tolerance in minutes.
type Detection = (&'static str, &'static str, f64, f64, f64, f64);

/// The tolerances are three standard deviations of a Poisson count at the threshold, and the
/// minute by which an alarm is rounded up.
const DETECTIONS: [Detection; 10] = [
    ("workbook_guarded", "fast", 14.4, 200.0, 60.0, 1.0),
    ("workbook_guarded", "slow", 6.0, 7.0, 360.0, 9.0),
    ("workbook_guarded", "drip", 1.0, 1.7, 4320.0, 50.0),
    ("any_error", "fast", 1.0, 200.0, 5.0, 1.0),
    ("hour_1x", "slow", 1.0, 7.0, 60.0, 2.0),
    ("hour_1x", "drip", 1.0, 1.7, 60.0, 7.0),
    ("hour_14x", "fast", 14.4, 200.0, 60.0, 1.0),
    ("day_and_half_1x", "fast", 1.0, 200.0, 2160.0, 1.0),
    ("day_and_half_1x", "slow", 1.0, 7.0, 2160.0, 11.0),
    ("day_and_half_1x", "drip", 1.0, 1.7, 2160.0, 40.0),
];

/// A window of `w` minutes that burnt at 0.2 reaches `x` after `w · (x − 0.2) / (burn − 0.2)`
/// minutes of an incident. The book's rule of thumb, `w · x / burn`, leaves the 0.2 out.
fn detection(&(policy, scenario, x, burn, window, tolerance): &Detection) -> Option<Agreement> {
    Some(Agreement {
        says: format!("{scenario}: minutes until {policy}, window x (x - 0.2) / (burn - 0.2)"),
        found: mean(policy, scenario, "detected_min")?,
        expected: window * (x - BASE) / (burn - BASE),
        tolerance,
    })
}

/// Policy, scenario, measure, published value, tolerance.
type Figure = (&'static str, &'static str, &'static str, f64, f64);

/// Of one seed, except where the rule has no chance in it. 87 and 75 false alarms in the month
/// are 20,300 and 17,500 in 1,000 weeks.
const FIGURES: [Figure; 15] = [
    ("any_error", "fast", "reset", 5.0, 1.0),
    ("any_error", "drip", "detected_min", 2.0, 1.0),
    ("any_error", "blips", "false_alarms", 20_300.0, 1_200.0),
    ("hour_1x", "blips", "false_alarms", 17_500.0, 2_400.0),
    ("hour_1x", "fast", "reset", 60.0, 2.0),
    ("hour_14x", "fast", "reset", 56.0, 2.0),
    ("hour_14x", "slow", "missed", 1.0, 0.0),
    ("hour_14x", "blips", "false_alarms", 0.0, 0.0),
    ("day_and_half_1x", "fast", "reset", 2152.0, 5.0),
    ("page_pair", "fast", "reset", 30.0, 2.0),
    ("page_pair", "drip", "missed", 1.0, 0.0),
    ("workbook", "slow", "detected_min", 304.0, 8.0),
    ("workbook", "drip", "detected_min", 2282.0, 40.0),
    ("workbook_guarded", "fast", "reset", 30.0, 2.0),
    ("workbook_guarded", "blips", "false_alarms", 0.0, 0.0),
];

fn figure(&(policy, scenario, measure, expected, tolerance): &Figure) -> Option<Agreement> {
    Some(Agreement {
        says: format!("{scenario}: {measure} of {policy}, as published"),
        found: mean(policy, scenario, measure)?,
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
