//! The pool of graders, as the jobs see it.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};

use crate::config::Config;
use crate::grader::key::{HiddenSeeds, InstanceKey};
use crate::grader::{Failure, Graded, Pool, PoolConfig, PublicCase, Replay, Status, scripts};
use crate::jobs::grade_submission::{Edition, GradeFailure, Grader, Problem};
use crate::store::grades::Findings;

/// Starts the graders, children that are `program`; the first has tested itself when this
/// returns.
///
/// # Errors
/// When no grader passes its own test.
pub async fn start(config: &Config, program: PathBuf) -> anyhow::Result<Arc<dyn Grader>> {
    std::fs::create_dir_all(&config.data.dir)?;
    let key = InstanceKey::open(&config.data.dir)?;
    let settings = PoolConfig {
        workers: config.grader.worker_count(),
        deadline: config.grader.deadline(),
        cpu_s: config.grader.cpu_s,
        ..PoolConfig::standard(program)
    };
    let pool = Pool::new(settings, HiddenSeeds::Secret(key.clone()));
    pool.warm()
        .await
        .map_err(|reason| anyhow::anyhow!("no grader can be started: {reason}"))?;
    Ok(Arc::new(Graders { pool, key }))
}

/// Graders of other processes: this one only says what is graded by what.
///
/// # Errors
/// When the instance's key cannot be read.
pub fn elsewhere(config: &Config) -> anyhow::Result<Arc<dyn Grader>> {
    std::fs::create_dir_all(&config.data.dir)?;
    let key = InstanceKey::open(&config.data.dir)?;
    Ok(Arc::new(Elsewhere { key }))
}

/// What this program grades a lab's submissions by; nothing for a lab it does not have.
#[must_use]
pub fn edition(lab: &str, language: Option<&str>) -> Option<Edition> {
    let lab = labs::by_id(lab)?;
    let engine = match language.and_then(labs::language::of_script) {
        Some(language) => format!("{}+{}", labs::ENGINE, scripts::edition(language)?),
        None => labs::ENGINE.to_owned(),
    };
    Some(Edition {
        lab_version: i64::from(lab.spec().version),
        engine,
        meter: labs::meter::VERSION.to_owned(),
    })
}

struct Graders {
    pool: Pool,
    key: InstanceKey,
}

#[async_trait]
impl Grader for Graders {
    fn edition(&self, lab: &str, language: Option<&str>) -> Option<Edition> {
        edition(lab, language)
    }

    fn commitment(&self, lab: &str) -> Option<String> {
        Some(self.key.opening(labs::by_id(lab)?).commitment())
    }

    fn status(&self) -> Status {
        self.pool.status()
    }

    async fn grade(
        &self,
        lab: &str,
        language: Option<&str>,
        bytes: &[u8],
    ) -> Result<Findings, GradeFailure> {
        let graded = match language.and_then(labs::language::of_script) {
            Some(language) => self.pool.grade_script(lab, language, bytes).await,
            None => self.pool.grade(lab, bytes).await,
        };
        match graded {
            Ok(graded) => Ok(findings(graded)),
            Err(failure) => Err(failed(failure)),
        }
    }

    async fn replay(
        &self,
        lab: &str,
        language: Option<&str>,
        bytes: &[u8],
        case: PublicCase,
    ) -> Result<Replay, GradeFailure> {
        let language = language.and_then(labs::language::of_script);
        let replayed = self.pool.replay(lab, language, bytes, case).await;
        replayed.map_err(failed)
    }
}

fn failed(failure: Failure) -> GradeFailure {
    match failure {
        Failure::Retry(reason) => GradeFailure::Retry(reason),
        Failure::Problem(problem) => GradeFailure::Problem(Problem {
            kind: problem.kind,
            detail: problem.detail,
            errors: problem.errors,
        }),
    }
}

struct Elsewhere {
    key: InstanceKey,
}

#[async_trait]
impl Grader for Elsewhere {
    fn edition(&self, lab: &str, language: Option<&str>) -> Option<Edition> {
        edition(lab, language)
    }

    fn commitment(&self, lab: &str) -> Option<String> {
        Some(self.key.opening(labs::by_id(lab)?).commitment())
    }

    fn status(&self) -> Status {
        Status {
            ready: true,
            ..Status::default()
        }
    }

    async fn grade(
        &self,
        _lab: &str,
        _language: Option<&str>,
        _bytes: &[u8],
    ) -> Result<Findings, GradeFailure> {
        Err(GradeFailure::Retry(
            "this process does not grade".to_owned(),
        ))
    }
}

fn findings(graded: Graded) -> Findings {
    let hidden = graded.hidden.as_ref();
    let hidden = hidden.map(|hidden| hidden_document(hidden).to_string());
    Findings {
        score_ppm: graded.score_ppm,
        report: graded.report,
        digest: graded.digest,
        stars: i64::from(graded.stars),
        hidden_json: hidden,
    }
}

/// What may be told of the hidden scenarios: never their seeds, nor how each of them went.
#[must_use]
pub fn hidden_document(hidden: &labs::Hidden) -> Value {
    let verdict = if hidden.holds {
        "holds"
    } else {
        "does-not-hold"
    };
    json!({"quality": hidden.quality, "verdict": verdict})
}
