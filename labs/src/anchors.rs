//! What the ends of a metric's scale are worth in one case.
//!
//! An anchor may be what built-in policies reach on the same case. For the public seeds these
//! figures are committed in the lab's `anchors.json`, so that nobody waits for them; a test
//! measures them again. Hidden seeds and changed worlds are measured when they are needed.

use std::collections::BTreeMap;

use crate::guest::{Native, Run};
use crate::lab::{Lab, Setting};
use crate::spec::{Anchor, Metric, Pick, Scenario};

/// Values of the metrics by id.
type Values = BTreeMap<String, i64>;

/// Committed figures: `scenario/seed` → policy → metric → value.
pub type Table = BTreeMap<String, BTreeMap<String, Values>>;

/// The anchors of one case. A policy is run once at most.
pub(crate) struct Anchors<'a> {
    lab: &'a Lab,
    scenario: &'a Scenario,
    seed: u64,
    known: BTreeMap<String, Values>,
}

impl<'a> Anchors<'a> {
    pub(crate) fn new(lab: &'a Lab, scenario: &'a Scenario, seed: u64) -> Self {
        let published = lab.spec().scenario(&scenario.id);
        let is_published = published.is_some_and(|(_, s)| s == scenario);
        let committed = is_published
            .then(|| lab.anchors().get(&key(scenario, seed)))
            .flatten();
        Self {
            lab,
            scenario,
            seed,
            known: committed.cloned().unwrap_or_default(),
        }
    }

    /// Anchors of a case in which these policies were run already.
    pub(crate) const fn knowing(
        lab: &'a Lab,
        scenario: &'a Scenario,
        seed: u64,
        known: BTreeMap<String, Values>,
    ) -> Self {
        Self {
            lab,
            scenario,
            seed,
            known,
        }
    }

    /// The scenario of the case.
    pub(crate) const fn scenario(&self) -> &'a Scenario {
        self.scenario
    }

    /// `(good, bad)` of a metric.
    pub(crate) fn of(&mut self, metric: &Metric) -> (i64, i64) {
        let good = self.value(&metric.good, &metric.id);
        let bad = self.value(&metric.bad, &metric.id);
        let bad = match metric.margin {
            0 => bad,
            margin if margin > 0 => bad.max(good + margin),
            margin => bad.min(good + margin),
        };
        (good, bad)
    }

    fn value(&mut self, anchor: &Anchor, metric: &str) -> i64 {
        let among = match anchor {
            Anchor::Value(value) => return *value,
            Anchor::Policy(id) => return self.reached(id, metric),
            Anchor::Among(among) => among,
        };
        let values: Vec<i64> = among
            .policies
            .iter()
            .map(|id| self.reached(id, metric))
            .collect();
        let picked = match among.pick {
            Pick::Min => values.into_iter().min(),
            Pick::Max => values.into_iter().max(),
        };
        picked
            .unwrap_or(0)
            .max(among.at_least.unwrap_or(i64::MIN))
            .min(among.at_most.unwrap_or(i64::MAX))
    }

    fn reached(&mut self, policy: &str, metric: &str) -> i64 {
        if !self.known.contains_key(policy) {
            let values = measure(self.lab, self.scenario, self.seed, policy);
            self.known.insert(policy.to_owned(), values);
        }
        let values = self.known.get(policy);
        values.and_then(|v| v.get(metric)).copied().unwrap_or(0)
    }
}

/// `(good, bad)` by metric: the ends of each scale on which a case is scored.
#[must_use]
pub fn ends(lab: &Lab, scenario: &Scenario, seed: u64) -> BTreeMap<String, (i64, i64)> {
    let mut anchors = Anchors::new(lab, scenario, seed);
    let scored = lab.spec().metrics.iter().filter(|m| scenario.scores(&m.id));
    scored.map(|m| (m.id.clone(), anchors.of(m))).collect()
}

fn key(scenario: &Scenario, seed: u64) -> String {
    format!("{}/{seed}", scenario.id)
}

fn measure(lab: &Lab, scenario: &Scenario, seed: u64, policy: &str) -> Values {
    let Some((_, policy)) = lab.policy(policy) else {
        return Values::new();
    };
    let mut host = Native(policy.make);
    let mut run = Run::new(&mut host, seed);
    let setting = Setting {
        scenario,
        seed,
        plots: false,
    };
    let metrics = (lab.simulate)(&setting, &mut run).map(|outcome| outcome.metrics);
    let metrics = metrics.unwrap_or_default().into_iter();
    metrics.map(|(id, value)| (id.to_owned(), value)).collect()
}

/// Measures every anchor of the public cases: what `anchors.json` must hold.
#[must_use]
pub fn table(lab: &Lab) -> Table {
    let mut table = Table::new();
    for (_, scenario) in lab.spec().public() {
        let metrics = lab.spec().metrics.iter();
        let scored = metrics.filter(|m| scenario.scores(&m.id));
        let policies: Vec<&str> = scored.flat_map(Metric::anchors).collect();
        for &seed in &scenario.seeds {
            let row = table.entry(key(scenario, seed)).or_default();
            for id in &policies {
                if !row.contains_key(*id) {
                    row.insert((*id).to_owned(), measure(lab, scenario, seed, id));
                }
            }
        }
    }
    table.retain(|_, row| !row.is_empty());
    table
}
