//! Lab template_lab: say here what the policy decides, and where the idea comes from.

mod naive;
mod reference;

use std::sync::OnceLock;

use crate::engine::PPM;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::rng::Draws;
use crate::grade::run_case;
use crate::guest::{FaultKind, Guest, Native, Reply, Run};
use crate::lab::{Files, Lab, Outcome, Policy, PolicyRole, Setting, starters};
use crate::soundness::Agreement;
use crate::spec::Scenario;

/// Export number of `decide`.
const DECIDE: usize = 0;

/// The lab.
pub static LAB: Lab = Lab {
    id: "template_lab",
    spec_json: include_str!(concat!(env!("OUT_DIR"), "/template_lab.json")),
    spec: OnceLock::new(),
    anchors_json: include_str!("anchors.json"),
    anchors: OnceLock::new(),
    simulate,
    policies: &[
        Policy {
            id: "reference",
            title: "Reference",
            doc: "Compares with the middle.",
            role: PolicyRole::Reference,
            make: || Box::new(Seat(reference::decide)),
        },
        Policy {
            id: "naive",
            title: "Always yes",
            doc: "Right half of the time.",
            role: PolicyRole::Naive,
            make: || Box::new(Seat(naive::decide)),
        },
    ],
    theory,
    files: Files {
        brief: include_str!("brief.md"),
        hints: include_str!("hints.md"),
        starters: starters!(),
    },
};

/// Half of the numbers lie below the middle.
fn theory() -> Vec<Agreement> {
    let agreement = |(_, scenario): (usize, &Scenario)| {
        let seed = scenario.seeds.first().copied()?;
        let mut host = Native(LAB.policy("naive")?.1.make);
        let (case, _) = run_case(&LAB, scenario, seed, &mut host, false);
        Some(Agreement {
            says: format!("{}: wrong answers of always yes, in %", scenario.id),
            found: *case.metrics.get("wrong")? as f64 / 10_000.0,
            expected: 50.0,
            tolerance: 5.0,
        })
    };
    LAB.spec().public().filter_map(agreement).collect()
}

/// A policy in Rust as the simulator sees it.
struct Seat(fn(i64) -> i32);

impl Guest for Seat {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        match (export, args) {
            (DECIDE, &[value]) => Ok(Reply { value: i64::from((self.0)(value)), ops: 0 }),
            _ => Err(FaultKind::Trap),
        }
    }

    fn pages(&self) -> u32 {
        0
    }
}

/// The world: integer time, counter-based draws, no randomness of its own.
fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let instance = run.spawn()?;
    let calls = setting.scenario.param("calls");
    let mut draws = Draws::new(setting.seed, 1, 0);
    let mut wrong = 0;
    let mut points = Vec::new();
    for k in 0..calls {
        let value = draws.below(1_000_000) as i64;
        let answer = run.call(instance, DECIDE, &[value])?;
        if !(0..=1).contains(&answer) {
            return Err(FaultKind::BadReturn { value: answer });
        }
        wrong += i64::from((answer == 1) != (value >= 500_000));
        if setting.plots && k % 10 == 0 {
            points.push([k, wrong]);
        }
    }
    let series = Series { label: "policy".into(), role: Role::Policy, mark: Mark::Step, points };
    let plot = Plot {
        id: "wrong".into(),
        title: "Wrong answers".into(),
        caption: "Flat is right.".into(),
        x: Axis::new("call", "", 1),
        y: Axis::new("wrong so far", "", 1),
        series: vec![series],
    };
    let plots = if setting.plots { vec![plot] } else { Vec::new() };
    Ok(Outcome { metrics: vec![("wrong", wrong * PPM / calls.max(1))], plots })
}
