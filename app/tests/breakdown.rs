//! The score's explanation adds up, names what cost most, and follows the rules of the score.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use app::islands::workbench::breakdown::{explain, parting};
use labs::{Native, Subject, anchors, grade, run_case};

fn lost(
    policy: &str,
) -> (
    f64,
    app::islands::workbench::breakdown::Breakdown,
    labs::Report,
) {
    let lab = labs::by_id("rate_limiter").unwrap();
    let make = lab.policy(policy).unwrap().1.make;
    let report = grade(lab, Subject::Policy(policy.into()), &mut Native(make));
    let mut ends = BTreeMap::new();
    for result in &report.scenarios {
        let (_, scenario) = lab.spec().scenario(&result.id).unwrap();
        for case in &result.cases {
            let found = anchors::ends(lab, scenario, case.seed);
            ends.insert((result.id.clone(), case.seed), found);
        }
    }
    let found = explain(lab.spec(), &report, &ends);
    let sum = found.parts.iter().map(|p| p.lost).sum::<f64>() + found.ops + found.memory;
    (sum, found, report)
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "a score")]
fn losses_add_up_to_what_is_missing() {
    for policy in [
        "gcra",
        "fixed_window",
        "truncating",
        "always_deny",
        "clear_all",
    ] {
        let (sum, found, report) = lost(policy);
        let missing = 100.0 - report.score as f64 / 10_000.0;
        assert!((sum - missing).abs() < 0.01, "{policy}: {sum} of {missing}");
        let sorted = found.parts.windows(2).all(|w| w[0].lost >= w[1].lost);
        assert!(sorted, "{policy}");
    }
}

#[test]
fn the_largest_loss_is_named_with_its_anchors() {
    let (_, found, report) = lost("fixed_window");
    let first = &found.parts[0];
    assert_eq!(found.worst.as_ref(), Some(&first.scenario));
    assert_eq!(first.ends, Some((0, 100_000)));
    let worst = report.scenarios.iter().min_by_key(|s| s.score).unwrap();
    assert_eq!(worst.id, first.scenario);
    assert_eq!(lost("gcra").1.worst, None);
}

#[test]
fn spending_over_budget_is_a_loss_of_its_own() {
    let (_, _, mut report) = lost("gcra");
    report.kappa_ops = 800_000;
    report.score = 800_000;
    let spec = labs::by_id("rate_limiter").unwrap().spec();
    let found = explain(spec, &report, &BTreeMap::new());
    assert!((found.ops - 20.0).abs() < 0.01 && found.memory.abs() < 0.01);
}

#[test]
fn charts_part_where_the_policies_do() {
    let lab = labs::by_id("rate_limiter").unwrap();
    let (_, edge) = lab.spec().scenario("edge").unwrap();
    let plots = |policy: &str| {
        let make = lab.policy(policy).unwrap().1.make;
        run_case(lab, edge, edge.seeds[0], &mut Native(make), true).1
    };
    let (reference, naive) = (plots("gcra"), plots("fixed_window"));
    let (title, ns) = parting(&naive, &reference).unwrap();
    assert!(!title.is_empty() && ns > 0 && ns < 60_000_000_000);
    assert_eq!(parting(&reference, &reference), None);
}
