//! From a child's answer to a grade.

use super::outcome::{Failure, Graded, Problem, Replay, shown};
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
                score_ppm: graded.score,
                digest: graded.digest.0,
                report,
                stars,
                hidden,
                aborted: aborted.as_deref().map(shown),
            })
        }
        Answer::Refused { errors } => Err(Failure::Problem(Problem::invalid(errors))),
        Answer::Broken { reason } => Err(Failure::Retry(reason)),
        _ => Err(out_of_turn()),
    }
}

/// The same of a case that was run again.
pub fn of_replay(answer: Answer, plots: &[u8]) -> Result<Replay, Failure> {
    match answer {
        Answer::Replayed { case, lines, more } => {
            let plots = serde_json::from_slice(plots)
                .map_err(|_| Failure::Retry("no true plots came".into()))?;
            Ok(Replay {
                case,
                plots,
                lines,
                more,
            })
        }
        Answer::Refused { errors } => Err(Failure::Problem(Problem::invalid(errors))),
        Answer::Broken { reason } => Err(Failure::Retry(reason)),
        _ => Err(out_of_turn()),
    }
}

fn out_of_turn() -> Failure {
    Failure::Retry("a grader spoke out of turn".into())
}
