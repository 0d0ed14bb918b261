//! Charts as data. Integers only, so that a chart is the same everywhere it is drawn.

use serde::{Deserialize, Serialize};

/// A chart of one run, or of several runs laid over each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plot {
    /// Name that is the same for the same chart of another run, so that runs can be overlaid.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What to look for, in a sentence.
    pub caption: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Lines, clouds or bars, drawn in this order.
    pub series: Vec<Series>,
}

/// An axis: `value / scale` is in `unit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// What is shown.
    pub label: String,
    /// Unit after scaling, such as `s`, `tokens`, `%`.
    pub unit: String,
    /// Divisor from stored integers to the unit.
    pub scale: i64,
    /// Names of the integer positions 0, 1, 2 …, for bars; empty for numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

/// Points that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Name in the legend.
    pub label: String,
    /// Whose it is: decides colour, dash and marker.
    pub role: Role,
    /// How it is drawn.
    pub mark: Mark,
    /// `[x, y]` in stored integers, in drawing order.
    pub points: Vec<[i64; 2]>,
}

/// Whose a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// What the world offered; the same for every policy.
    Offered,
    /// A limit stated by the contract; the same for every policy.
    Limit,
    /// The clairvoyant bound; the same for every policy.
    Bound,
    /// The policy of this run. Whoever overlays runs renames it to one of those below.
    Policy,
    /// The learner's policy.
    You,
    /// The reference policy.
    Reference,
    /// The naive policy.
    Naive,
    /// Any other policy.
    Other,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Straight lines between points.
    Line,
    /// Horizontal, then vertical: the value holds until the next point.
    Step,
    /// One dot per point.
    Dot,
    /// One bar per point; bars of several series at one x stand side by side.
    Bar,
}

impl Axis {
    /// An axis of numbers.
    #[must_use]
    pub fn new(label: &str, unit: &str, scale: i64) -> Self {
        Self {
            label: label.into(),
            unit: unit.into(),
            scale,
            categories: Vec::new(),
        }
    }
}

impl Role {
    /// Whether every policy's run shows the same series.
    #[must_use]
    pub const fn is_world(self) -> bool {
        matches!(self, Self::Offered | Self::Limit | Self::Bound)
    }
}

impl Plot {
    /// This chart with `other`'s policy series added, renamed to `role` and `label`. Where a policy
    /// has several series, their own names stay behind its name.
    pub fn overlay(&mut self, other: &Self, role: Role, label: &str) {
        let several = other.is_several();
        for series in other.series.iter().filter(|s| s.role == Role::Policy) {
            self.series.push(Series {
                role,
                label: named(label, &series.label, several),
                ..series.clone()
            });
        }
    }

    /// This chart with its own policy series renamed to `role` and `label`.
    pub fn rename_policy(&mut self, role: Role, label: &str) {
        let several = self.is_several();
        for series in self.series.iter_mut().filter(|s| s.role == Role::Policy) {
            series.role = role;
            series.label = named(label, &series.label, several);
        }
    }

    fn is_several(&self) -> bool {
        let own = self.series.iter().filter(|s| s.role == Role::Policy);
        own.count() > 1
    }
}

fn named(policy: &str, series: &str, several: bool) -> String {
    if several {
        format!("{policy}: {series}")
    } else {
        policy.to_owned()
    }
}
