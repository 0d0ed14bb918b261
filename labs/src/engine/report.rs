//! The report of a grading: integers only, one canonical form, one digest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::guest::{FaultKind, LastCall};

/// Name of this report's form.
pub const FORMAT: &str = "headroom-report/1";

/// A lower-case hexadecimal SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub String);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(
            Sha256::digest(bytes)
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect(),
        )
    }
}

/// What was graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A module, by the digest of its bytes as submitted.
    Module(Digest),
    /// A script, by the digest of the module that it was assembled into.
    Script(Digest),
    /// A built-in policy, by name.
    Policy(String),
}

/// The record of a grading over all public scenarios. Ratios and scores are ppm: 100 points
/// are 1,000,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// Lab id.
    pub lab: String,
    /// Lab version.
    pub version: u32,
    /// Engine version.
    pub engine: String,
    /// Price table of the meter.
    pub meter: String,
    /// What was graded.
    pub subject: Subject,
    /// One result per public scenario.
    pub scenarios: Vec<ScenarioResult>,
    /// `0.7·mean + 0.3·min` of the scenario scores.
    pub quality: i64,
    /// Mean metered operations per call, in thousandths; absent for native policies.
    pub ops_mean_milli: Option<u64>,
    /// Largest memory seen, in pages of 64 KiB; absent for native policies.
    pub pages: Option<u32>,
    /// Factor for operations over budget, ppm, at least 500,000.
    pub kappa_ops: i64,
    /// Factor for memory over budget, ppm, at least 500,000.
    pub kappa_memory: i64,
    /// `quality · kappa_ops · kappa_memory`.
    pub score: i64,
    /// Stars before the hidden scenarios are asked.
    pub stars: u8,
    /// SHA-256 over this report's canonical bytes without the digest.
    pub digest: Digest,
}

/// A scenario's result: the case with the median score counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// Scenario id.
    pub id: String,
    /// Median of the cases' scores.
    pub score: i64,
    /// One per seed.
    pub cases: Vec<Case>,
}

/// One scenario run with one seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Scenario id.
    pub scenario: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Calls made into the policy.
    pub calls: u64,
    /// Values in each metric's unit; empty after a fault.
    pub metrics: BTreeMap<String, i64>,
    /// Utilities, ppm; empty after a fault.
    pub utility: BTreeMap<String, i64>,
    /// Score of this case, ppm.
    pub score: i64,
    /// Metered operations; absent for native policies.
    pub ops: Option<Ops>,
    /// Largest memory, pages of 64 KiB; absent for native policies.
    pub pages: Option<u32>,
    /// Running hash over every answer of the policy, 16 hexadecimal digits.
    pub decisions: String,
    /// Why the run ended early.
    pub fault: Option<Fault>,
}

/// Metered operations per call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ops {
    /// All calls together.
    pub total: u64,
    /// Mean, in thousandths.
    pub mean_milli: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Largest.
    pub max: u64,
}

/// A fault and the call in which it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What happened.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// In which call.
    #[serde(flatten)]
    pub at: LastCall,
}

/// What the hidden scenarios said. Their seeds and cases never leave the instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Quality over the hidden scenarios, ppm.
    pub quality: i64,
    /// Whether it reaches 0.9 of the public quality.
    pub holds: bool,
    /// Score per hidden scenario, ppm, by id.
    pub scenarios: BTreeMap<String, i64>,
}

impl Report {
    /// Canonical bytes: compact JSON in field order.
    ///
    /// # Panics
    /// Never: a report holds nothing that JSON cannot.
    #[must_use]
    #[expect(clippy::expect_used, reason = "plain data always serializes")]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a report serializes")
    }

    /// Fills in the digest.
    #[must_use]
    pub(crate) fn sealed(mut self) -> Self {
        self.digest = Digest(String::new());
        self.digest = Digest::of(&self.to_bytes());
        self
    }

    /// Whether the digest fits the rest.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.clone().sealed().digest == self.digest
    }
}
