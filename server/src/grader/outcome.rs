//! What comes of a grading.

use labs::Hidden;
use labs::engine::plot::Plot;
use serde::{Deserialize, Serialize};

use crate::problem::Kind;

/// Longest text of a module that is passed on, in characters before escapes.
const MAX_TEXT: usize = 600;

/// A grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// Canonical bytes of the public report.
    pub report: Vec<u8>,
    /// Score of the report in parts per million.
    pub score_ppm: i64,
    /// Digest of the report.
    pub digest: String,
    /// Stars, the hidden scenarios asked.
    pub stars: u8,
    /// What the hidden scenarios said; absent where none were run.
    pub hidden: Option<Hidden>,
    /// What the module's `env.abort` was told in a public scenario; safe to print. No part of
    /// the report or its digest.
    pub aborted: Option<String>,
}

/// One case of a module, run again and looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// What was measured.
    pub case: Box<labs::Case>,
    /// Charts of the run.
    pub plots: Vec<Plot>,
    /// The first texts that the module logged. Hostile: escape them before printing.
    pub lines: Vec<String>,
    /// How many more there were.
    pub more: u64,
}

/// Why there is no grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The module's own fault, and final.
    Problem(Problem),
    /// Not the module's fault: worth another try later.
    Retry(String),
}

/// A problem (RFC 9457) to show to whoever handed in the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: &'static Kind,
    /// What happened, and what to do.
    pub detail: String,
    /// Every reason, for `module-invalid`.
    pub errors: Vec<Refusal>,
}

/// One reason why a module was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable name of the reason.
    pub code: String,
    /// What was found and what to do; safe to print.
    pub message: String,
    /// Byte position in the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
}

/// A text of a module made safe to print: cut, and without characters that hide or reorder.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(MAX_TEXT) {
        match c {
            '"' | '\'' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}

impl Refusal {
    /// Refusals of the pre-pass.
    pub(super) fn all(errors: &[labs::abi::AbiError]) -> Vec<Self> {
        let plain = serde_json::to_value(errors).and_then(serde_json::from_value);
        plain.unwrap_or_default()
    }
}

impl Problem {
    pub(super) fn invalid(errors: Vec<Refusal>) -> Self {
        let detail = errors.first().map(|error| error.message.clone());
        Self {
            kind: const { Kind::named("module-invalid") },
            detail: detail.unwrap_or_default(),
            errors,
        }
    }

    pub(super) fn timeout() -> Self {
        Self::new(
            const { Kind::named("grading-timeout") },
            "compiling and running the module used more time than a grading may; \
             make it smaller or simpler",
        )
    }

    pub(super) fn memory() -> Self {
        Self::new(
            const { Kind::named("grading-memory") },
            "compiling the module needs more memory than a grading may use; \
             split large functions",
        )
    }

    pub(super) fn crashed() -> Self {
        Self::new(
            const { Kind::named("grader-crashed") },
            "the module ended two graders; please report it as a bug, with the module",
        )
    }

    fn new(kind: &'static Kind, detail: &str) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
        }
    }
}
