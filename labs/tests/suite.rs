//! What holds for every lab in `labs::ALL`.

#![expect(clippy::unwrap_used, reason = "tests")]

use labs::{FaultKind, Guest, Host, Lab, Native, PolicyRole, Reply, Subject, ValType};

/// The cheapest public scenario, for tests that need any run.
fn quick(lab: &Lab) -> &labs::Scenario {
    lab.spec()
        .public()
        .map(|(_, s)| s)
        .min_by_key(|s| s.summary.len())
        .unwrap()
}

#[test]
fn every_spec_is_sound() {
    for lab in labs::ALL {
        let spec = lab.spec();
        assert_eq!(spec.id, lab.id);
        assert!(
            spec.exports
                .iter()
                .all(|e| e.params.len() <= labs::guest::MAX_PARAMS)
        );
        assert!(spec.stars.one < spec.stars.two && spec.stars.two < spec.stars.three);
        let (public, hidden): (Vec<_>, Vec<_>) = spec.scenarios.iter().partition(|s| s.public);
        assert!(
            public.iter().all(|s| s.seeds.len() == 3),
            "{}: three seeds each",
            lab.id
        );
        assert!(!hidden.is_empty() && hidden.iter().all(|s| s.seeds.is_empty()));
        let seeds = public.iter().flat_map(|s| &s.seeds);
        assert!(
            seeds.clone().all(|&seed| seed < 1 << 53),
            "seeds fit JavaScript"
        );
        let references = lab
            .policies
            .iter()
            .filter(|p| p.role == PolicyRole::Reference);
        assert_eq!(references.count(), 1);
        let named = spec.metrics.iter().flat_map(labs::Metric::anchors);
        for anchor in named {
            assert!(lab.policy(anchor).is_some(), "{}: anchor {anchor}", lab.id);
        }
        for scenario in &spec.scenarios {
            for id in &scenario.scored {
                let known = spec.metrics.iter().any(|metric| metric.id == *id);
                assert!(known, "{}/{}: metric {id}", lab.id, scenario.id);
            }
        }
        assert!(spec.calibration.keys().all(|id| lab.policy(id).is_some()));
        assert!(
            lab.files.hints.matches("\n## ").count() >= 2,
            "{}: three hints",
            lab.id
        );
    }
}

#[test]
fn every_world_agrees_with_theory() {
    for lab in labs::ALL {
        let agreements = (lab.theory)();
        assert!(!agreements.is_empty(), "{}: nothing to agree with", lab.id);
        for a in agreements {
            println!("{}: {}: {:.3}/{:.3}", lab.id, a.says, a.found, a.expected);
            assert!(a.holds(), "{}: {a:?}", lab.id);
        }
    }
}

/// A policy that does not look at what it is asked earns no star, whatever it answers.
#[test]
fn blind_policies_earn_nothing() {
    for lab in labs::ALL {
        for (name, quality) in labs::soundness::blind(lab) {
            assert!(
                quality < lab.spec().stars.one,
                "{}: {name}: {quality}",
                lab.id
            );
        }
    }
}

#[test]
fn every_starter_exports_what_it_must() {
    for lab in labs::ALL {
        for starter in lab.files.starters {
            for name in lab
                .spec()
                .exports
                .iter()
                .map(|e| e.name.as_str())
                // A script's interpreter speaks for it.
                .chain(
                    starter
                        .language
                        .interpreter
                        .is_none()
                        .then_some("abi_version"),
                )
            {
                assert!(
                    starter.source.contains(name),
                    "{}: {name}",
                    starter.language.file
                );
            }
        }
        let languages: Vec<_> = lab.files.starters.iter().map(|s| s.language.id).collect();
        assert_eq!(languages, labs::language::ALL.map(|language| language.id));
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_plots_change_nothing() {
    for lab in labs::ALL {
        let scenario = quick(lab);
        for policy in lab.policies {
            let run = |plots| {
                labs::run_case(
                    lab,
                    scenario,
                    scenario.seeds[0],
                    &mut Native(policy.make),
                    plots,
                )
            };
            let ((first, none), (second, some)) = (run(false), run(true));
            assert_eq!(first, second, "{}/{}", lab.id, policy.id);
            assert!(none.is_empty() && !some.is_empty());
            assert_eq!(some, run(true).1, "{}/{}: plots", lab.id, policy.id);
        }
    }
}

#[test]
fn reports_are_sealed() {
    for lab in labs::ALL {
        let reference = lab.reference();
        let scenario = quick(lab);
        let case = labs::run_case(
            lab,
            scenario,
            scenario.seeds[0],
            &mut Native(reference.make),
            false,
        )
        .0;
        let subject = Subject::Policy(reference.id.into());
        let mut report = labs::assemble(lab, subject, vec![case]);
        assert!(report.is_intact());
        report.score += 1;
        assert!(!report.is_intact());
    }
}

/// Answers every call alike, or faults at one.
struct Hostile {
    value: i64,
    fault_at: u64,
    calls: u64,
}

impl Guest for Hostile {
    fn call(&mut self, _export: usize, _args: &[i64]) -> Result<Reply, FaultKind> {
        self.calls += 1;
        if self.calls == self.fault_at {
            return Err(FaultKind::OutOfOps);
        }
        Ok(Reply {
            value: self.value,
            ops: 7,
        })
    }

    fn pages(&self) -> u32 {
        3
    }
}

struct HostileHost(i64, u64);

impl Host for HostileHost {
    fn spawn(&mut self, _seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        Ok(Box::new(Hostile {
            value: self.0,
            fault_at: self.1,
            calls: 0,
        }))
    }
}

/// Any answer whatever gives a case with a score or a fault; nothing panics.
#[test]
fn hostile_answers_give_a_fault_never_a_panic() {
    for lab in labs::ALL {
        let scenario = quick(lab);
        for value in [i64::MIN, -1, 0, 1, 2, i64::from(i32::MAX), i64::MAX] {
            for fault_at in [0, 1, 2, 1000] {
                let mut host = HostileHost(value, fault_at);
                let (case, _) = labs::run_case(lab, scenario, scenario.seeds[0], &mut host, true);
                assert!(case.fault.is_some() || case.score <= 1_100_000);
                if let Some(fault) = case.fault {
                    assert_eq!(case.score, 0);
                    assert!(fault.at.call >= 1);
                }
            }
        }
    }
}

#[test]
fn signatures_read_as_people_write_them() {
    let spec = labs::by_id("rate_limiter").unwrap().spec();
    let (_, allow) = spec.export("allow").unwrap();
    assert_eq!(
        allow.signature(),
        "allow(tenant: i64, now_ns: i64, cost: i64) -> i32"
    );
    assert_eq!(allow.params[0].ty, ValType::I64);
}
