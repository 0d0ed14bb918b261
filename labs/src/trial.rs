//! One built-in policy in one world: what it measured and its charts, without a score.
//!
//! Figures of lessons are made of trials. A score would need every policy that is an anchor, in a
//! changed world each of them anew; a trial is one run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::plot::Plot;
use crate::guest::{Native, Run};
use crate::lab::{Lab, Policy, Setting};
use crate::spec::Scenario;

/// What a trial showed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Metrics and measures by id, in their units.
    pub metrics: BTreeMap<String, i64>,
    /// Charts of the run.
    pub plots: Vec<Plot>,
}

/// Runs `policy` once in `scenario`, with the first of its published seeds.
#[must_use]
pub fn run(lab: &Lab, scenario: &Scenario, policy: &Policy) -> Trial {
    let seed = scenario.seeds.first().copied().unwrap_or(0);
    let mut host = Native(policy.make);
    let mut run = Run::new(&mut host, seed);
    let setting = Setting {
        scenario,
        seed,
        plots: true,
    };
    // A mistake may end the scenario, and then there is nothing to show; a test runs every policy.
    let Ok(outcome) = (lab.simulate)(&setting, &mut run) else {
        return Trial::default();
    };
    let metrics = outcome.metrics.into_iter();
    Trial {
        metrics: metrics.map(|(id, value)| (id.to_owned(), value)).collect(),
        plots: outcome.plots,
    }
}

impl Trial {
    /// The same with the chart called `id` alone.
    #[must_use]
    pub fn with_plot(mut self, id: &str) -> Self {
        self.plots.retain(|plot| plot.id == id);
        self
    }
}
