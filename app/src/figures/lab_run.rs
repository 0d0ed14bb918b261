//! A lab's world in a lesson: which lab, scenario, chart and policies, and what the server draws.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use ::labs::engine::plot::{Plot, Role};
use ::labs::trial::{self, Trial};
use ::labs::what_if;
use ::labs::{Lab, Policy, PolicyRole, Scenario};
use content::{Slip, Value};

use super::params::Params;
use super::setting::{LabRunInfo, MetricInfo, PolicyInfo};
use super::slider::{self, Slider};
use crate::components::chart::ends_ns;
use crate::components::format::brief;

/// Names of the parameters.
const NAMES: [&str; 8] = [
    "lab", "scenario", "plot", "policy", "against", "policies", "sliders", "metrics",
];

/// A lesson's figure, with everything it names.
pub struct LabRun {
    lab: &'static Lab,
    scenario: &'static Scenario,
    plot: String,
    policies: Vec<&'static Policy>,
    policy: &'static Policy,
    against: Option<&'static Policy>,
    sliders: Vec<Slider>,
    metrics: Vec<MetricInfo>,
}

/// What a page holds of the figure.
pub struct Still {
    /// For the island.
    pub info: LabRunInfo,
    /// The chart at first.
    pub plot: Option<Plot>,
    /// What happens in the scenario.
    pub scenario: &'static Scenario,
}

/// The figure that a lesson asks for.
///
/// # Errors
/// Names that do not exist and values out of range.
pub fn read(params: &BTreeMap<String, Value>) -> Result<LabRun, Vec<Slip>> {
    let mut params = Params::new(params, &NAMES);
    let run = lab_run(&mut params);
    params.done(run)
}

fn lab_run(params: &mut Params<'_>) -> Option<LabRun> {
    let id = params.needed("lab")?;
    let Some(lab) = ::labs::by_id(id) else {
        params.unknown("lab", id, ::labs::ALL.iter().map(|lab| lab.id));
        return None;
    };
    let scenario = scenario(params, lab);
    let plot = plot(params, lab);
    let policy = params.needed("policy");
    let policy = policy.and_then(|id| policy_of(params, lab, id));
    let against = params.text("against");
    let against = against.and_then(|id| policy_of(params, lab, id));
    let policies = policies(params, lab, [policy, against]);
    let scenario = scenario?;
    Some(LabRun {
        lab,
        scenario,
        plot: plot?,
        policies,
        policy: policy?,
        against,
        sliders: sliders(params, scenario),
        metrics: metrics(params, lab, scenario),
    })
}

fn scenario(params: &mut Params<'_>, lab: &'static Lab) -> Option<&'static Scenario> {
    let id = params.needed("scenario")?;
    let found = lab.spec().public().find(|(_, s)| s.id == id);
    if found.is_none() {
        let known = lab.spec().public().map(|(_, s)| s.id.as_str());
        params.unknown("public scenario", id, known);
    }
    found.map(|(_, scenario)| scenario)
}

fn plot(params: &mut Params<'_>, lab: &'static Lab) -> Option<String> {
    let id = params.needed("plot")?;
    let plots = plots(lab);
    if !plots.iter().any(|plot| plot == id) {
        params.unknown("plot", id, plots.iter().map(String::as_str));
        return None;
    }
    Some(id.to_owned())
}

/// Ids of a lab's charts. They are the same in every scenario, as a test of this crate shows; a lab
/// is run once to know them.
fn plots(lab: &'static Lab) -> Vec<String> {
    static KNOWN: Mutex<BTreeMap<&str, Vec<String>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let run = || {
        let first = lab.spec().public().next();
        let trial = first.map(|(_, scenario)| trial::run(lab, scenario, lab.reference()));
        let plots = trial.unwrap_or_default().plots;
        plots.into_iter().map(|plot| plot.id).collect()
    };
    known.entry(lab.id).or_insert_with(run).clone()
}

fn policy_of(params: &mut Params<'_>, lab: &'static Lab, id: &str) -> Option<&'static Policy> {
    let found = lab.policy(id);
    if found.is_none() {
        params.unknown("policy", id, lab.policies.iter().map(|policy| policy.id));
    }
    found.map(|(_, policy)| policy)
}

/// The policies that are named, or all, and always those that are shown at first.
fn policies(
    params: &mut Params<'_>,
    lab: &'static Lab,
    shown: [Option<&'static Policy>; 2],
) -> Vec<&'static Policy> {
    let ids = params.list("policies");
    let named: Vec<_> = ids
        .into_iter()
        .filter_map(|id| policy_of(params, lab, id))
        .collect();
    if named.is_empty() {
        return lab.policies.iter().collect();
    }
    let missing = shown.into_iter().flatten();
    let missing = missing.filter(|policy| named.iter().all(|other| other.id != policy.id));
    let missing: Vec<_> = missing.collect();
    missing.into_iter().chain(named).collect()
}

fn sliders(params: &mut Params<'_>, scenario: &'static Scenario) -> Vec<Slider> {
    let lines = params.list("sliders");
    let sliders = lines.into_iter();
    sliders
        .filter_map(|line| slider_of(params, scenario, line))
        .collect()
}

/// `queue 1000..8000`, or `queue 1000..8000 at 2000` for a start beside the published value.
fn slider_of(params: &mut Params<'_>, scenario: &Scenario, line: &str) -> Option<Slider> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (name, range, start) = match words.as_slice() {
        [name, range] => (*name, *range, None),
        [name, range, "at", start] => (*name, *range, Some(start.parse().ok())),
        [name, ..] => (*name, "", None),
        [] => ("", "", None),
    };
    let Some(&published) = scenario.world.get(name) else {
        let known = scenario.world.keys().map(String::as_str);
        params.unknown("parameter of the scenario", name, known);
        return None;
    };
    let ends = range.split_once("..");
    let ends = ends.and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (Some((least, most)), Some(start)) = (ends, start.unwrap_or(Some(published))) else {
        params.slip(format!("“{line}” is not like “queue 1000..8000 at 2000”"));
        return None;
    };
    let (lowest, highest) = what_if::range(published);
    if least < lowest || most > highest || least >= most || !(least..=most).contains(&start) {
        params.slip(format!(
            "“{line}”: {name} is published as {published}, so a slider reaches from {lowest} to \
             {highest} at most and holds its start"
        ));
        return None;
    }
    let slider = Slider::new(name, &slider::title(name), (least, most), start);
    Some(Slider {
        published,
        ..slider
    })
}

/// The metrics and measures that are named, or the metrics that count in the scenario.
fn metrics(params: &mut Params<'_>, lab: &'static Lab, scenario: &Scenario) -> Vec<MetricInfo> {
    let spec = lab.spec();
    let info = |id: &str, title: &str, unit: &str| MetricInfo {
        id: id.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
    };
    let metrics = spec.metrics.iter().map(|m| info(&m.id, &m.title, &m.unit));
    let measures = spec.measures.iter().map(|m| info(&m.id, &m.title, &m.unit));
    let all: Vec<MetricInfo> = metrics.chain(measures).collect();
    let wanted = params.list("metrics");
    for id in &wanted {
        if all.iter().all(|metric| metric.id != *id) {
            params.unknown("metric", id, all.iter().map(|metric| metric.id.as_str()));
        }
    }
    let scored =
        |m: &MetricInfo| spec.metrics.iter().any(|s| s.id == m.id) && scenario.scores(&m.id);
    let mut shown: Vec<MetricInfo> = all
        .into_iter()
        .filter(|m| match wanted.is_empty() {
            true => scored(m),
            false => wanted.contains(&m.id.as_str()),
        })
        .collect();
    shown.sort_by_key(|m| wanted.iter().position(|id| *id == m.id));
    shown
}

impl LabRun {
    /// Runs every policy once: what the island starts with, and the chart.
    #[must_use]
    pub fn still(&self, key: String) -> Still {
        let world = self.sliders.iter().filter(|s| s.start != s.published);
        let world = world.map(|s| (s.name.clone(), s.start)).collect();
        let changed = what_if::changed(self.scenario, &world);
        let scenario = changed.unwrap_or_else(|_| self.scenario.clone());
        let run = |policy: &&'static Policy| {
            let trial = trial::run(self.lab, &scenario, policy).with_plot(&self.plot);
            (policy.id, trial)
        };
        let trials: BTreeMap<&str, Trial> = self.policies.iter().map(run).collect();
        let mut info = self.info(key, &trials);
        let of = |policy: &'static Policy| Some((policy.id, trials.get(policy.id)?));
        let own = of(self.policy);
        let plot = own.and_then(|own| info.overlay(own, self.against.and_then(of)));
        info.ends = plot.as_ref().and_then(ends_ns);
        Still {
            info,
            plot,
            scenario: self.scenario,
        }
    }

    fn info(&self, key: String, trials: &BTreeMap<&str, Trial>) -> LabRunInfo {
        let shown = |trial: &Trial| {
            let shown = self.metrics.iter().filter_map(|metric| {
                let value = trial.metrics.get(&metric.id)?;
                Some((metric.id.clone(), brief(*value, &metric.unit)))
            });
            shown.collect()
        };
        let start = trials
            .iter()
            .map(|(id, trial)| ((*id).to_owned(), shown(trial)));
        LabRunInfo {
            key,
            lab: self.lab.id.to_owned(),
            scenario: self.scenario.id.clone(),
            plot: self.plot.clone(),
            policies: self
                .policies
                .iter()
                .map(|policy| policy_info(policy))
                .collect(),
            policy: self.policy.id.to_owned(),
            against: self.against.map(|policy| policy.id.to_owned()),
            sliders: self.sliders.clone(),
            metrics: self.metrics.clone(),
            start: start.collect(),
            ends: None,
            still: String::new(),
        }
    }
}

fn policy_info(policy: &Policy) -> PolicyInfo {
    PolicyInfo {
        id: policy.id.to_owned(),
        title: policy.title.to_owned(),
        role: match policy.role {
            PolicyRole::Reference => Role::Reference,
            PolicyRole::Naive => Role::Naive,
            PolicyRole::Baseline | PolicyRole::Mutant => Role::Other,
        },
    }
}
