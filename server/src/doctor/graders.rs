//! Grading: whether a grader starts, passes its own test, and stands behind all its walls.

use std::path::PathBuf;

use super::Finding;
use crate::config::Config;
use crate::grader::key::HiddenSeeds;
use crate::grader::{Pool, PoolConfig, Status};

const ABOUT: &str = "graders";

pub(super) async fn examine(config: &Config, program: PathBuf) -> Finding {
    let settings = PoolConfig {
        workers: config.grader.worker_count(),
        deadline: config.grader.deadline(),
        cpu_s: config.grader.cpu_s,
        ..PoolConfig::standard(program)
    };
    match Pool::new(settings, HiddenSeeds::None).warm().await {
        Ok(status) => examine_running(&status),
        Err(reason) => {
            let words = format!("no grader can be started: {reason}");
            let remedy =
                "docs/self-hosting.md says what graders need of the kernel and a container";
            Finding::broken(ABOUT, words, remedy)
        }
    }
}

/// What graders that run say of themselves.
pub(super) fn examine_running(status: &Status) -> Finding {
    let workers = status.workers;
    if !status.ready {
        let remedy = "docs/self-hosting.md says what graders need of the kernel and a container";
        return Finding::broken(ABOUT, "none can be started", remedy);
    }
    let missing = status
        .lockdown
        .map(|walls| walls.missing())
        .unwrap_or_default();
    if missing.is_empty() {
        let words =
            format!("one passed its own test behind every wall; {workers} may grade at once");
        return Finding::fine(ABOUT, words);
    }
    Finding::mind(
        ABOUT,
        format!(
            "one passed its own test, but walls are missing: {}",
            missing.join(", ")
        ),
        "run Linux 6.7 or newer, with Landlock and seccomp allowed for this service",
    )
}
