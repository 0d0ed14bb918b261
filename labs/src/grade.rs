//! From runs to reports.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::anchors::Anchors;
use crate::engine::plot::Plot;
use crate::engine::report::{
    Case, Digest, FORMAT, Fault, Hidden, Ops, Report, ScenarioResult, Subject,
};
use crate::engine::{PPM, score};
use crate::guest::{FaultKind, Host, LastCall, Run};
use crate::lab::{Lab, Outcome, Setting};
use crate::spec::{Scenario, Shape, Spec};
use crate::{ENGINE, meter};

/// Share of the public quality (ppm) that the hidden scenarios must reach.
const HIDDEN_SHARE: i64 = 900_000;

/// Runs one scenario with one seed. Plots are drawn only if wanted; the case is the same.
#[must_use]
pub fn run_case(
    lab: &Lab,
    scenario: &Scenario,
    seed: u64,
    host: &mut dyn Host,
    plots: bool,
) -> (Case, Vec<Plot>) {
    let mut run = Run::new(host, seed);
    let setting = Setting {
        scenario,
        seed,
        plots,
    };
    let outcome = (lab.simulate)(&setting, &mut run);
    let mut case = blank(scenario, seed);
    case.calls = run.calls();
    case.decisions = format!("{:016x}", run.decisions());
    if run.metered() {
        case.pages = Some(run.pages());
        case.ops = Some(Ops {
            total: run.ops().total(),
            mean_milli: run.ops().mean_milli(),
            p99: run.ops().quantile(990_000),
            max: run.ops().max(),
        });
    }
    match outcome {
        Ok(Outcome { metrics, plots }) => {
            case.metrics = metrics
                .into_iter()
                .map(|(id, v)| (id.to_owned(), v))
                .collect();
            let mut anchors = Anchors::new(lab, scenario, seed);
            case.utility = utilities(lab, &mut anchors, &case.metrics);
            case.score = case_score(lab, &case.utility);
            (case, plots)
        }
        Err(kind) => {
            case.fault = Some(Fault {
                kind,
                at: run.last_call(),
            });
            (case.stripped(), Vec::new())
        }
    }
}

/// The case of a run that a fault ended, where the host lost the run itself.
#[must_use]
pub fn fault_case(scenario: &Scenario, seed: u64, kind: FaultKind, at: LastCall) -> Case {
    let mut case = blank(scenario, seed);
    case.calls = at.call;
    case.fault = Some(Fault { kind, at });
    case.stripped()
}

fn blank(scenario: &Scenario, seed: u64) -> Case {
    Case {
        scenario: scenario.id.clone(),
        seed,
        calls: 0,
        metrics: BTreeMap::new(),
        utility: BTreeMap::new(),
        score: 0,
        ops: None,
        pages: None,
        decisions: String::new(),
        fault: None,
    }
}

impl Case {
    /// Drops what a host cannot know after a trap took the run with it, so that every host
    /// reports the same of a fault.
    fn stripped(mut self) -> Self {
        self.ops = None;
        self.pages = None;
        self.decisions = String::new();
        self
    }
}

impl Subject {
    /// The rules that it is graded by.
    #[must_use]
    pub fn rules<'l>(&self, lab: &'l Lab) -> &'l Spec {
        match self {
            Self::Script(_) => lab.spec().for_scripts(),
            Self::Module(_) | Self::Policy(_) => lab.spec(),
        }
    }
}

pub(crate) fn utilities(
    lab: &Lab,
    anchors: &mut Anchors<'_>,
    metrics: &BTreeMap<String, i64>,
) -> BTreeMap<String, i64> {
    let scenario = anchors.scenario();
    let scored = lab.spec().metrics.iter().filter(|m| scenario.scores(&m.id));
    scored
        .filter_map(|metric| {
            let x = *metrics.get(&metric.id)?;
            let (good, bad) = anchors.of(metric);
            let u = match metric.shape {
                Shape::Linear => score::linear(x, good, bad, metric.open),
                Shape::Log => score::log(x, good, bad, metric.open),
            };
            Some((metric.id.clone(), u))
        })
        .collect()
}

pub(crate) fn case_score(lab: &Lab, utility: &BTreeMap<String, i64>) -> i64 {
    let parts: Vec<(i64, i64)> = lab
        .spec()
        .metrics
        .iter()
        .filter_map(|m| Some((*utility.get(&m.id)?, m.weight)))
        .collect();
    score::geometric_mean(&parts)
}

/// Grades over every public scenario.
#[must_use]
pub fn grade(lab: &Lab, subject: Subject, host: &mut dyn Host) -> Report {
    let mut cases = Vec::new();
    for (_, scenario) in lab.spec().public() {
        for &seed in &scenario.seeds {
            cases.push(run_case(lab, scenario, seed, host, false).0);
        }
    }
    assemble(lab, subject, cases)
}

/// Makes the report of the public cases.
#[must_use]
pub fn assemble(lab: &Lab, subject: Subject, cases: Vec<Case>) -> Report {
    let spec = subject.rules(lab);
    let ops = ops_mean_milli(&cases);
    let pages = cases.iter().filter_map(|c| c.pages).max();
    let kappa_memory = cases
        .iter()
        .map(|c| memory_factor(spec, c))
        .min()
        .unwrap_or(PPM);
    let scenarios: Vec<ScenarioResult> = spec
        .public()
        .map(|(_, s)| scenario_result(&s.id, &cases))
        .collect();
    let scores: Vec<i64> = scenarios.iter().map(|s| s.score).collect();
    let quality = score::quality(&scores);
    let kappa_ops = ops.map_or(PPM, |milli| {
        score::kappa(spec.budget.ops_per_call * 1000, milli)
    });
    let total = i128::from(quality) * i128::from(kappa_ops) * i128::from(kappa_memory)
        / i128::from(PPM * PPM);
    let mut report = Report {
        format: FORMAT.into(),
        lab: lab.id.into(),
        version: spec.version,
        engine: ENGINE.into(),
        meter: meter::VERSION.into(),
        subject,
        scenarios,
        quality,
        ops_mean_milli: ops,
        pages,
        kappa_ops,
        kappa_memory,
        score: total as i64,
        stars: 0,
        digest: Digest(String::new()),
    };
    report.stars = stars(lab, &report, None);
    report.sealed()
}

fn scenario_result(id: &str, cases: &[Case]) -> ScenarioResult {
    let cases: Vec<Case> = cases.iter().filter(|c| c.scenario == id).cloned().collect();
    let scores: Vec<i64> = cases.iter().map(|c| c.score).collect();
    ScenarioResult {
        id: id.into(),
        score: score::median(&scores),
        cases,
    }
}

fn ops_mean_milli(cases: &[Case]) -> Option<u64> {
    let metered: Vec<(u64, u64)> = cases
        .iter()
        .filter_map(|c| Some((c.ops.as_ref()?.total, c.calls)))
        .collect();
    let calls: u64 = metered.iter().map(|m| m.1).sum();
    let total: u128 = metered.iter().map(|m| u128::from(m.0)).sum();
    (!metered.is_empty()).then(|| (total * 1000 / u128::from(calls.max(1))) as u64)
}

fn memory_factor(spec: &Spec, case: &Case) -> i64 {
    let budget = spec.scenario(&case.scenario).and_then(|(_, s)| s.pages);
    let budget = budget.unwrap_or(spec.budget.pages);
    case.pages.map_or(PPM, |pages| {
        score::kappa(u64::from(budget), u64::from(pages))
    })
}

/// Makes the verdict of the hidden cases.
#[must_use]
pub fn assemble_hidden(report: &Report, cases: &[Case]) -> Hidden {
    let mut scenarios: BTreeMap<String, i64> = BTreeMap::new();
    for case in cases {
        let least = scenarios.entry(case.scenario.clone()).or_insert(case.score);
        *least = case.score.min(*least);
    }
    let scores: Vec<i64> = scenarios.values().copied().collect();
    let quality = score::quality(&scores);
    let needed = i128::from(report.quality) * i128::from(HIDDEN_SHARE) / i128::from(PPM);
    Hidden {
        quality,
        holds: i128::from(quality) >= needed,
        scenarios,
    }
}

/// Stars for a report, given what the hidden scenarios said.
#[must_use]
pub fn stars(lab: &Lab, report: &Report, hidden: Option<&Hidden>) -> u8 {
    let bars = &lab.spec().stars;
    let least = report.scenarios.iter().map(|s| s.score).min().unwrap_or(0);
    let earned = match report.score {
        s if s >= bars.three && least >= bars.least => 3,
        s if s >= bars.two => 2,
        s if s >= bars.one => 1,
        _ => 0,
    };
    if hidden.is_some_and(|h| !h.holds) {
        earned.min(1)
    } else {
        earned
    }
}

/// Seed of a hidden case: SHA-256 over the instance's secret and the case's name.
#[must_use]
pub fn hidden_seed(secret: &[u8], lab: &Lab, scenario: &str, index: u32) -> u64 {
    let mut hash = Sha256::new();
    hash.update(secret);
    hash.update(format!(
        "/{}/{}/{scenario}/{index}",
        lab.id,
        lab.spec().version
    ));
    let bytes = hash.finalize();
    bytes
        .iter()
        .take(8)
        .fold(0, |seed, &b| (seed << 8) | u64::from(b))
}
