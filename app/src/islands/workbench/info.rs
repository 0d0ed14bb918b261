//! What the workbench must know of a lab. It travels with the page, so that the islands' module
//! holds no lab: worlds and policies run in the engine's worker.

use ::labs::{Lab, Language, PolicyRole, Spec};
use serde::{Deserialize, Serialize};

/// A lab without its code.
#[derive(Clone, Serialize, Deserialize)]
pub struct LabInfo {
    pub(super) id: String,
    pub(super) spec: Spec,
    pub(super) policies: Vec<PolicyInfo>,
    pub(super) starters: Vec<StarterInfo>,
    /// Languages that the server compiles, by id.
    pub(super) compilers: Vec<String>,
    /// The reference's source, and whether the page holds an argument for it.
    pub(super) solution: Option<String>,
}

/// A built-in policy.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct PolicyInfo {
    pub id: String,
    pub title: String,
    pub reference: bool,
    pub naive: bool,
}

/// Where a learner starts in a language.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StarterInfo {
    pub language: String,
    pub source: String,
}

/// A starter with its language.
#[derive(Clone)]
pub(super) struct Start {
    pub language: &'static Language,
    #[cfg_attr(
        not(feature = "hydrate"),
        expect(dead_code, reason = "editors are filled in browsers")
    )]
    pub source: String,
}

impl LabInfo {
    /// What the page says of `lab`, on a server that compiles these languages.
    #[must_use]
    pub fn of(lab: &Lab, compilers: &[&str]) -> Self {
        let policy = |policy: &::labs::Policy| PolicyInfo {
            id: policy.id.to_owned(),
            title: policy.title.to_owned(),
            reference: policy.role == PolicyRole::Reference,
            naive: policy.role == PolicyRole::Naive,
        };
        let starter = |starter: &::labs::Starter| StarterInfo {
            language: starter.language.id.to_owned(),
            source: starter.source.to_owned(),
        };
        // What the server alone runs stays there.
        let mut spec = lab.spec().clone();
        spec.calibration.clear();
        Self {
            id: lab.id.to_owned(),
            spec,
            policies: lab.policies.iter().map(policy).collect(),
            starters: lab.files.starters.iter().map(starter).collect(),
            compilers: compilers.iter().map(|&id| id.to_owned()).collect(),
            solution: ::labs::solution::by_id(lab.id).map(|s| s.source.to_owned()),
        }
    }

    /// The starter of a language.
    pub(super) fn starter(&self, language: &str) -> Option<Start> {
        let starter = self.starters.iter().find(|s| s.language == language)?;
        let language = ::labs::language::ALL.iter().find(|l| l.id == language)?;
        Some(Start {
            language,
            source: starter.source.clone(),
        })
    }

    /// Whether the server compiles a language.
    pub(super) fn compiles(&self, language: &Language) -> bool {
        self.compilers.iter().any(|id| id == language.id)
    }

    /// Whether a policy can be made from its source without leaving the page.
    pub(super) fn makes(&self, language: &Language) -> bool {
        language.runs_in_browser() || self.compiles(language)
    }

    /// Title of a built-in policy.
    pub(super) fn title(&self, policy: &str) -> String {
        let found = self.policies.iter().find(|p| p.id == policy);
        found.map_or_else(|| policy.to_owned(), |p| p.title.clone())
    }
}
