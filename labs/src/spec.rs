//! What `lab.toml` says of a lab: exports, scenarios, metrics, budgets, stars.
//!
//! `build.rs` turns each `lab.toml` into JSON, so that no TOML parser travels to browsers.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// A lab's published rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spec {
    /// Name in URLs and files, `snake_case`.
    pub id: String,
    /// Raised whenever a score could change.
    pub version: u32,
    /// Title for people.
    pub title: String,
    /// One sentence: what the learner's code decides.
    pub summary: String,
    /// `area/slug` of the lesson that leads here.
    pub lesson: String,
    /// Functions a module must export, in the order of their export numbers.
    pub exports: Vec<Export>,
    /// What a policy may spend.
    pub budget: Budget,
    /// Scores (ppm) from which stars are given.
    pub stars: Stars,
    /// What is measured and how it turns into utility.
    pub metrics: Vec<Metric>,
    /// What is measured beside, and never scored.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// Traces, public ones first.
    pub scenarios: Vec<Scenario>,
    /// What `headroom lab check` demands.
    #[serde(default)]
    pub soundness: Soundness,
    /// Band of the public quality (points, 0–100) in which each built-in policy must land.
    #[serde(default)]
    pub calibration: BTreeMap<String, [f64; 2]>,
    /// These rules with the budgets of scripts, once they were asked for.
    #[serde(skip)]
    pub(crate) scripts: OnceLock<Box<Self>>,
}

/// A core wasm value type that may cross the boundary (labs.md §0.1: no floats).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
}

/// A function that a module must export.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Export {
    /// Name of the export.
    pub name: String,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Result type, if any.
    #[serde(default)]
    pub result: Option<ValType>,
    /// One sentence for people.
    pub doc: String,
}

/// A parameter of an [`Export`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Param {
    /// Name with its unit, such as `now_ns`.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub ty: ValType,
}

/// What a policy may spend.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Budget {
    /// Mean metered operations per call up to which nothing is lost.
    pub ops_per_call: u64,
    /// Metered operations after which a single call is stopped.
    pub hard_ops_per_call: u64,
    /// Memory cap, in pages of 64 KiB; `memory.grow` fails beyond it.
    pub pages: u32,
    /// Metered operations after which the start of a module is stopped, where that is another
    /// figure than [`Budget::hard_ops_per_call`].
    #[serde(default)]
    pub start_ops: Option<u64>,
    /// What a script may spend, its interpreter included. Measured with a good policy in
    /// JavaScript; where a lab says nothing, it follows from the figures above.
    #[serde(default)]
    pub script: Option<ScriptBudget>,
}

/// A [`Budget`] of scripts: an interpreter is compared with its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptBudget {
    /// As [`Budget::ops_per_call`].
    pub ops_per_call: u64,
    /// As [`Budget::hard_ops_per_call`].
    pub hard_ops_per_call: u64,
    /// As [`Budget::pages`], with those of the interpreter.
    pub pages: u32,
}

/// Scores in ppm from which one, two and three stars are given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stars {
    /// One star.
    pub one: i64,
    /// Two stars.
    pub two: i64,
    /// Three stars (also needs [`Stars::least`] in every scenario and the hidden gate).
    pub three: i64,
    /// Least score in every public scenario for three stars.
    #[serde(default = "least_for_three")]
    pub least: i64,
}

/// 70 points.
const fn least_for_three() -> i64 {
    700_000
}

/// What [`crate::soundness`] demands of a lab.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Soundness {
    /// Least distance, in ppm of 100 points, between the reference and every naive or mistaken
    /// policy, on every seed, by the lesser of public and hidden quality.
    pub margin: i64,
    /// Most milliseconds of processor time that a public grading of the native reference takes.
    pub grade_ms: u64,
}

impl Default for Soundness {
    fn default() -> Self {
        Self {
            margin: 30_000,
            grade_ms: 2_000,
        }
    }
}

/// A metric and how its value becomes a utility between 0 and 1 (or 1.1 where open).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Metric {
    /// Name in reports.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What it says, in one or two sentences.
    pub doc: String,
    /// `ppm`, `ns` or `count`.
    pub unit: String,
    /// Linear or logarithmic utility.
    pub shape: Shape,
    /// Value that earns utility 1.
    pub good: Anchor,
    /// Value that earns utility 0.
    pub bad: Anchor,
    /// Least distance from `good` to `bad`, signed: `bad` is moved away from `good` to keep it.
    /// Where policies are anchors and come out nearly equal, it keeps the scale from collapsing.
    #[serde(default)]
    pub margin: i64,
    /// Weight in the geometric mean.
    pub weight: i64,
    /// Whether beating `good` is credited, up to 1.1.
    #[serde(default)]
    pub open: bool,
}

/// Something measured that does not enter the score.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Name in reports.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What it says, in a sentence.
    pub doc: String,
    /// `ppm`, `ns` or `count`.
    pub unit: String,
}

/// How a metric's value is scaled between its anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// `(bad − x) / (bad − good)`.
    Linear,
    /// `ln(bad / x) / ln(bad / good)`.
    Log,
}

/// An anchor of a metric: a number, or what a built-in policy reaches on the same case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Anchor {
    /// A fixed value in the metric's unit.
    Value(i64),
    /// Id of a built-in policy.
    Policy(String),
    /// The least or the greatest of several policies, kept within bounds.
    Among(Among),
}

/// An [`Anchor`] made of several policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// Ids of built-in policies.
    pub policies: Vec<String>,
    /// Which of their values counts.
    pub pick: Pick,
    /// The anchor is at least this.
    #[serde(default)]
    pub at_least: Option<i64>,
    /// The anchor is at most this.
    #[serde(default)]
    pub at_most: Option<i64>,
}

/// Which of several values counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pick {
    /// The least.
    Min,
    /// The greatest.
    Max,
}

/// A trace that policies meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Name in reports.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What happens in it, with figures.
    pub summary: String,
    /// Public scenarios make the score; hidden ones gate the stars.
    pub public: bool,
    /// Seeds of a public scenario; the median score counts. Hidden ones draw theirs.
    #[serde(default)]
    pub seeds: Vec<u64>,
    /// Memory budget in pages, where it differs from the lab's cap.
    #[serde(default)]
    pub pages: Option<u32>,
    /// Ids of the metrics that count here; all that the world measures, where empty.
    #[serde(default)]
    pub scored: Vec<String>,
    /// Parameters of the world, all of them visible to learners.
    #[serde(default)]
    pub world: BTreeMap<String, i64>,
}

impl Spec {
    /// The same rules with the budgets of scripts.
    #[must_use]
    pub fn for_scripts(&self) -> &Self {
        self.scripts
            .get_or_init(|| Box::new(crate::script::rules(self)))
    }

    /// Public scenarios with their position in [`Spec::scenarios`].
    pub fn public(&self) -> impl Iterator<Item = (usize, &Scenario)> {
        self.scenarios.iter().enumerate().filter(|(_, s)| s.public)
    }

    /// The scenario called `id`, with its position.
    #[must_use]
    pub fn scenario(&self, id: &str) -> Option<(usize, &Scenario)> {
        self.scenarios.iter().enumerate().find(|(_, s)| s.id == id)
    }

    /// The export called `name`, with its export number.
    #[must_use]
    pub fn export(&self, name: &str) -> Option<(usize, &Export)> {
        self.exports
            .iter()
            .enumerate()
            .find(|(_, e)| e.name == name)
    }
}

impl Scenario {
    /// Whether the metric counts here.
    #[must_use]
    pub fn scores(&self, metric: &str) -> bool {
        self.scored.is_empty() || self.scored.iter().any(|id| id == metric)
    }

    /// A parameter of the world. `lab.toml` is checked by tests, so a missing one reads 0.
    #[must_use]
    pub fn param(&self, name: &str) -> i64 {
        self.world.get(name).copied().unwrap_or(0)
    }
}

impl Metric {
    /// Ids of the policies that its anchors name.
    pub fn anchors(&self) -> impl Iterator<Item = &str> {
        [&self.good, &self.bad]
            .into_iter()
            .flat_map(|anchor| match anchor {
                Anchor::Value(_) => [].as_slice(),
                Anchor::Policy(id) => std::slice::from_ref(id),
                Anchor::Among(among) => among.policies.as_slice(),
            })
            .map(String::as_str)
    }
}

impl Export {
    /// The signature as people write it: `allow(tenant: i64, now_ns: i64) -> i32`.
    #[must_use]
    pub fn signature(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|p| format!("{}: {}", p.name, p.ty.name()))
            .collect();
        let result = self
            .result
            .map_or(String::new(), |r| format!(" -> {}", r.name()));
        format!("{}({}){result}", self.name, params.join(", "))
    }
}

impl ValType {
    /// `i32` or `i64`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
        }
    }
}
