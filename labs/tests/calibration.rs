//! Every built-in policy of every lab lands in the band that its `lab.toml` publishes, so an
//! engine change that moves a score is noticed.

use labs::{Case, Lab, Native, Policy, PolicyRole, Report, Subject};

fn grade(lab: &Lab, policy: &Policy) -> Report {
    labs::grade(
        lab,
        Subject::Policy(policy.id.into()),
        &mut Native(policy.make),
    )
}

fn hidden_cases(lab: &Lab, policy: &Policy, secret: &[u8]) -> Vec<Case> {
    let hidden = lab.spec().scenarios.iter().filter(|s| !s.public);
    hidden
        .map(|s| {
            let seed = labs::hidden_seed(secret, lab, &s.id, 0);
            labs::run_case(lab, s, seed, &mut Native(policy.make), false).0
        })
        .collect()
}

#[test]
fn every_policy_lands_in_its_band() {
    let mut misses = Vec::new();
    for lab in labs::ALL {
        for policy in lab.policies {
            let points = grade(lab, policy).quality as f64 / 10_000.0;
            match lab.spec().calibration.get(policy.id) {
                Some(&[low, high]) if (low..=high).contains(&points) => {}
                band => misses.push(format!("{}/{}: {points:.2}, {band:?}", lab.id, policy.id)),
            }
        }
    }
    assert!(
        misses.is_empty(),
        "outside their bands:\n{}",
        misses.join("\n")
    );
}

/// No mistake may earn three stars: what the public scenarios let pass, the hidden ones gate.
#[test]
fn no_mutant_earns_three_stars() {
    for lab in labs::ALL {
        for policy in lab.policies {
            let report = grade(lab, policy);
            let hidden = labs::assemble_hidden(&report, &hidden_cases(lab, policy, b"calibration"));
            let stars = labs::stars(lab, &report, Some(&hidden));
            match policy.role {
                PolicyRole::Reference => assert_eq!(stars, 3, "{}: {hidden:?}", policy.id),
                PolicyRole::Mutant => assert!(stars < 3, "{}: {hidden:?}", policy.id),
                PolicyRole::Naive | PolicyRole::Baseline => {}
            }
        }
    }
}

/// Over the public scenarios and the two hidden families that the design's figures include
/// (idle, skew): the order and the size of the scores are as published.
#[test]
fn ten_scenarios_reproduce_the_published_table() {
    let Some(lab) = labs::by_id("rate_limiter") else {
        unreachable!("the lab exists")
    };
    let published = [
        ("gcra", 100.0),
        ("fixed_window", 34.7),
        ("sliding_log", 33.7),
        ("sliding_counter", 25.7),
        ("one_bucket", 17.2),
        ("truncating", 16.7),
        ("unclamped", 63.0),
        ("clear_all", 87.5),
        ("always_allow", 0.0),
        ("always_deny", 0.0),
    ];
    for (id, points) in published {
        let Some((_, policy)) = lab.policy(id) else {
            unreachable!("{id} exists")
        };
        let mut scores: Vec<i64> = grade(lab, policy)
            .scenarios
            .iter()
            .map(|s| s.score)
            .collect();
        let hidden = hidden_cases(lab, policy, b"calibration");
        let families = hidden
            .iter()
            .filter(|c| c.scenario == "idle" || c.scenario == "skew");
        scores.extend(families.map(|c| c.score));
        let found = labs::engine::score::quality(&scores) as f64 / 10_000.0;
        assert!(
            (found - points).abs() <= 4.0,
            "{id}: {found:.1}, published {points}"
        );
    }
}
