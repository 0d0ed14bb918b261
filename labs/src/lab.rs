//! A lab: its rules, its world, its built-in policies and its texts.

use std::sync::OnceLock;

use crate::anchors::Table;
use crate::engine::plot::Plot;
use crate::guest::{FaultKind, Guest, Run};
use crate::language::Language;
use crate::soundness::Agreement;
use crate::spec::{Scenario, Spec};

/// A lab. Each is a `static` in its folder, listed in [`crate::ALL`].
pub struct Lab {
    /// Name in URLs and files.
    pub id: &'static str,
    /// `lab.toml` as JSON, made by `build.rs`.
    pub spec_json: &'static str,
    /// Parsed [`Lab::spec_json`].
    pub spec: OnceLock<Spec>,
    /// `anchors.json`: what the policies that are anchors reach in the public cases.
    pub anchors_json: &'static str,
    /// Parsed [`Lab::anchors_json`].
    pub anchors: OnceLock<Table>,
    /// Runs the world once.
    pub simulate: fn(&Setting<'_>, &mut Run<'_>) -> Result<Outcome, FaultKind>,
    /// Policies in Rust: the reference first, then naive and mistaken ones.
    pub policies: &'static [Policy],
    /// Closed forms and published figures, each with what the world gives for it.
    pub theory: fn() -> Vec<Agreement>,
    /// Texts for people.
    pub files: Files,
}

/// A lab's texts.
pub struct Files {
    /// The task, Markdown.
    pub brief: &'static str,
    /// Staged hints, Markdown, one per `##` heading.
    pub hints: &'static str,
    /// Starting points, one per language.
    pub starters: &'static [Starter],
}

/// A starting point for learners: compiles as it is, and scores low.
pub struct Starter {
    /// How to build it.
    pub language: &'static Language,
    /// Source text.
    pub source: &'static str,
}

/// The starters of a lab: one per language of [`crate::language::ALL`], from its `starter/`.
macro_rules! starters {
    () => {
        &[
            crate::lab::Starter {
                language: &crate::language::ASSEMBLYSCRIPT,
                source: include_str!("starter/assemblyscript.ts"),
            },
            crate::lab::Starter {
                language: &crate::language::JAVASCRIPT,
                source: include_str!("starter/javascript.js"),
            },
            crate::lab::Starter {
                language: &crate::language::RUST,
                source: include_str!("starter/rust.rs"),
            },
            crate::lab::Starter {
                language: &crate::language::C,
                source: include_str!("starter/c.c"),
            },
            crate::lab::Starter {
                language: &crate::language::ZIG,
                source: include_str!("starter/zig.zig"),
            },
            crate::lab::Starter {
                language: &crate::language::GO,
                source: include_str!("starter/go.go"),
            },
        ]
    };
}
pub(crate) use starters;

/// What a built-in policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyRole {
    /// The one that scores are measured against.
    Reference,
    /// What a first attempt looks like.
    Naive,
    /// Known from practice, good or bad.
    Baseline,
    /// A common mistake, which must score lower.
    Mutant,
}

/// A policy that comes with the lab, written in Rust.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Name in commands and reports, `snake_case`.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it does and what it teaches, in a sentence.
    pub doc: &'static str,
    /// What it is for.
    pub role: PolicyRole,
    /// Makes a fresh one.
    pub make: fn() -> Box<dyn Guest>,
}

/// A row of a lab's list of policies.
pub(crate) const fn policy(
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    role: PolicyRole,
    make: fn() -> Box<dyn Guest>,
) -> Policy {
    Policy {
        id,
        title,
        doc,
        role,
        make,
    }
}

/// One run to make: which scenario, which seed.
pub struct Setting<'a> {
    /// The scenario with its parameters.
    pub scenario: &'a Scenario,
    /// Seed of every draw.
    pub seed: u64,
    /// Whether plots are wanted; metrics do not depend on it.
    pub plots: bool,
}

/// What a run of the world measured.
pub struct Outcome {
    /// Metric id and value in the metric's unit.
    pub metrics: Vec<(&'static str, i64)>,
    /// Charts of this run.
    pub plots: Vec<Plot>,
}

impl Lab {
    /// The lab's rules.
    ///
    /// # Panics
    /// If `lab.toml` does not fit [`Spec`]; a test parses every lab's.
    #[expect(
        clippy::expect_used,
        reason = "embedded at build time and parsed by a test"
    )]
    pub fn spec(&self) -> &Spec {
        self.spec
            .get_or_init(|| serde_json::from_str(self.spec_json).expect("lab.toml fits Spec"))
    }

    /// What the policies that are anchors reach in the public cases.
    ///
    /// # Panics
    /// If `anchors.json` does not parse; a test measures every lab's again.
    #[expect(
        clippy::expect_used,
        reason = "embedded at build time and compared by a test"
    )]
    pub fn anchors(&self) -> &Table {
        self.anchors
            .get_or_init(|| serde_json::from_str(self.anchors_json).expect("a table of anchors"))
    }

    /// The built-in policy called `id`, with its position.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<(usize, &'static Policy)> {
        self.policies.iter().enumerate().find(|(_, p)| p.id == id)
    }

    /// The policy that scores are measured against.
    ///
    /// # Panics
    /// If the lab has none; a test looks at every lab.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test looks at every lab")]
    pub fn reference(&self) -> &'static Policy {
        self.policies
            .iter()
            .find(|p| p.role == PolicyRole::Reference)
            .expect("every lab has a reference policy")
    }
}
