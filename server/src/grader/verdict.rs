//! From a child's answer to a grade.

use super::outcome::{Failure, Graded, Problem, shown};
use super::protocol::{Answer, Job};

/// Believes an answer only as far as it can be checked: the child ran hostile code.
pub fn of(answer: Answer, report: Vec<u8>, job: &Job, module: &[u8]) -> Result<Graded, Failure> {
    match answer {
        Answer::Graded {
            stars,
            hidden,
            aborted,
            wall_us,
            cpu_us,
        } => {
            tracing::debug!(wall_us, cpu_us, "a child graded");
            let graded = serde_json::from_slice::<labs::Report>(&report)
                .ok()
                .filter(|r| r.to_bytes() == report && r.lab == job.lab)
                .filter(|r| r.subject == job.subject(module));
            let graded = graded.ok_or_else(|| Failure::Retry("no true report came".into()))?;
            Ok(Graded {
                score_ppm: i64::from(graded.score),
                digest: graded.digest.0,
                report,
                stars,
                hidden,
                aborted: aborted.as_deref().map(shown),
            })
        }
        Answer::Refused { errors } => Err(Failure::Problem(Problem::invalid(errors))),
        Answer::Broken { reason } => Err(Failure::Retry(reason)),
        Answer::Ready { .. } | Answer::Started { .. } => {
            Err(Failure::Retry("a grader spoke out of turn".into()))
        }
    }
}
