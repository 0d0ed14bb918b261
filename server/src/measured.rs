//! What the labs measure, for the numbers that lessons bind to runs.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use content::{Reading, RunName, Runs, Unit, Unread};
use labs::{Case, Lab, Native, Policy, Scenario};

/// The names only: a server that starts runs nothing.
#[derive(Debug)]
pub struct Published;

impl Runs for Published {
    fn reading(&self, run: &RunName<'_>) -> Result<Reading, Unread> {
        let unit = named(run)?.unit;
        Ok(Reading { unit, value: None })
    }
}

/// Names and values. Each policy meets each scenario once, however many numbers come of it.
#[derive(Debug, Default)]
pub struct Measured {
    cases: Mutex<BTreeMap<String, Case>>,
    readings: Mutex<usize>,
}

impl Measured {
    /// How many runs were made, and how many numbers were read from them.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let runs = self.cases.lock().map_or(0, |cases| cases.len());
        let numbers = self.readings.lock().map_or(0, |readings| *readings);
        (runs, numbers)
    }
}

impl Runs for Measured {
    fn reading(&self, run: &RunName<'_>) -> Result<Reading, Unread> {
        let found = named(run)?;
        let key = format!("{}/{}/{}", run.lab, run.scenario, run.policy);
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let case = cases.entry(key).or_insert_with(|| found.case());
        if let Some(fault) = &case.fault {
            return Err(Unread::Failed(format!("the run ended early: {fault:?}")));
        }
        let value = case.metrics.get(run.metric).copied();
        let value = value.ok_or_else(|| {
            let metrics = case.metrics.keys().map(String::as_str);
            unknown("metric", run.metric, metrics)
        })?;
        *self.readings.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let (unit, value) = (found.unit, Some(value));
        Ok(Reading { unit, value })
    }
}

/// What a run's names stand for.
struct Named {
    lab: &'static Lab,
    scenario: &'static Scenario,
    seed: u64,
    policy: &'static Policy,
    unit: Unit,
}

impl Named {
    fn case(&self) -> Case {
        let mut host = Native(self.policy.make);
        labs::run_case(self.lab, self.scenario, self.seed, &mut host, false).0
    }
}

fn named(run: &RunName<'_>) -> Result<Named, Unread> {
    let ids = labs::ALL.iter().map(|lab| lab.id);
    let lab = labs::by_id(run.lab).ok_or_else(|| unknown("lab", run.lab, ids))?;
    let spec = lab.spec();
    let public = || spec.public().map(|(_, scenario)| scenario);
    let scenario = public()
        .find(|scenario| scenario.id == run.scenario)
        .and_then(|scenario| Some((scenario, *scenario.seeds.first()?)));
    let ids = public().map(|scenario| scenario.id.as_str());
    let (scenario, seed) = scenario.ok_or_else(|| unknown("scenario", run.scenario, ids))?;
    let ids = lab.policies.iter().map(|policy| policy.id);
    let (_, policy) = lab
        .policy(run.policy)
        .ok_or_else(|| unknown("policy", run.policy, ids))?;
    Ok(Named {
        lab,
        scenario,
        seed,
        policy,
        unit: unit(lab, run.metric)?,
    })
}

fn unit(lab: &Lab, metric: &str) -> Result<Unit, Unread> {
    let spec = lab.spec();
    let metrics = spec.metrics.iter().map(|m| (m.id.as_str(), &*m.unit));
    let measures = spec.measures.iter().map(|m| (m.id.as_str(), &*m.unit));
    let all: BTreeMap<&str, &str> = metrics.chain(measures).collect();
    match all.get(metric) {
        Some(&"ppm") => Ok(Unit::Ppm),
        Some(&"ns") => Ok(Unit::Ns),
        Some(_) => Ok(Unit::Count),
        None => Err(unknown("metric", metric, all.keys().copied())),
    }
}

fn unknown<'a>(kind: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> Unread {
    Unread::Unknown {
        kind,
        name: name.to_owned(),
        known: known.map(str::to_owned).collect(),
    }
}
