//! What an island needs of its figure. It travels with the page, so that the islands' module holds
//! no lab: worlds and policies run in the engine's worker.

use std::collections::BTreeMap;

use ::labs::engine::plot::{Plot, Role};
use ::labs::fan_out::{FanOut, Measured, Outcome};
use ::labs::trial::Trial;
use serde::{Deserialize, Serialize};

use super::slider::Slider;

/// Values of metrics by id.
pub type Metrics = BTreeMap<String, i64>;

/// A lab's world, live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabRunInfo {
    /// Names the figure in the page and its parameters in the address.
    pub key: String,
    /// Lab id.
    pub lab: String,
    /// Scenario id.
    pub scenario: String,
    /// Id of the chart.
    pub plot: String,
    /// Policies that can be chosen.
    pub policies: Vec<PolicyInfo>,
    /// The one shown at first.
    pub policy: String,
    /// The one it is compared with at first.
    pub against: Option<String>,
    /// Parameters that can be changed.
    pub sliders: Vec<Slider>,
    /// What is shown of each policy.
    pub metrics: Vec<MetricInfo>,
    /// What every policy reaches at first.
    pub start: BTreeMap<String, Metrics>,
    /// First and last instant of the chart, ns, if it is one of time.
    pub ends: Option<(i64, i64)>,
}

/// A built-in policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyInfo {
    /// Id.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// How its line looks beside another's.
    pub role: Role,
}

/// A metric or a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricInfo {
    /// Id.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// `ppm`, `ns` or `count`.
    pub unit: String,
}

/// The fan-out, live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FanOutInfo {
    /// Names the figure in the page and its parameters in the address.
    pub key: String,
    /// The parameters at first.
    pub setting: FanOut,
    /// What the run shows at first, without its chart.
    pub start: FanOutNumbers,
}

/// The numbers of a run of the fan-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FanOutNumbers {
    /// Without copies.
    pub plain: Measured,
    /// With copies, where there are any.
    pub hedged: Option<Measured>,
    /// Share of the requests that met a slow answer, ppm.
    pub met_ppm: i64,
    /// The same by the closed form, ppm.
    pub met_closed_ppm: i64,
}

impl LabRunInfo {
    /// A policy of the figure.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&PolicyInfo> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// The chart of `policy`, with `against` laid under it.
    #[must_use]
    pub fn overlay(
        &self,
        (policy, trial): (&str, &Trial),
        against: Option<(&str, &Trial)>,
    ) -> Option<Plot> {
        let own = trial.plots.first()?;
        let mut plot = own.clone();
        plot.series.retain(|series| series.role.is_world());
        let title = |id: &str| self.policy(id).map_or(id, |p| &p.title).to_owned();
        if let Some((id, other)) = against
            && let Some(other) = other.plots.first()
        {
            let role = self.policy(id).map_or(Role::Other, |p| p.role);
            plot.overlay(other, role, &title(id));
        }
        plot.overlay(own, Role::You, &title(policy));
        Some(plot)
    }
}

impl FanOutNumbers {
    /// The numbers of a run, and its chart.
    #[must_use]
    pub fn of(outcome: Outcome) -> (Self, Plot) {
        let numbers = Self {
            plain: outcome.plain,
            hedged: outcome.hedged,
            met_ppm: outcome.met_ppm,
            met_closed_ppm: outcome.met_closed_ppm,
        };
        (numbers, outcome.plot)
    }
}
