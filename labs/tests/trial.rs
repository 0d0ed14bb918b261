//! Trials: what figures of lessons are made of.

use labs::PolicyRole;
use labs::trial::{self, Trial};

#[test]
fn every_built_in_policy_runs_in_every_public_scenario_with_the_same_charts() {
    for lab in labs::ALL {
        let mut ids: Option<Vec<String>> = None;
        for (_, scenario) in lab.spec().public() {
            for policy in lab.policies {
                let trial = trial::run(lab, scenario, policy);
                let place = format!("{} {} {}", lab.id, scenario.id, policy.id);
                // Some mistakes end a scenario, as a learner's do.
                if trial == Trial::default() && policy.role == PolicyRole::Mutant {
                    continue;
                }
                for metric in lab.spec().metrics.iter().filter(|m| scenario.scores(&m.id)) {
                    assert!(
                        trial.metrics.contains_key(&metric.id),
                        "{place}: {}",
                        metric.id
                    );
                }
                let found: Vec<String> = trial.plots.iter().map(|p| p.id.clone()).collect();
                assert_eq!(*ids.get_or_insert_with(|| found.clone()), found, "{place}");
            }
        }
    }
}
