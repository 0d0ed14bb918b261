//! A submission as the API shows it.

use serde_json::{Value, json};

use crate::error::Error;
use crate::store::grades::Grade;
use crate::store::submissions::{Status, Submission};

/// Whether the answer is final.
pub trait Settled {
    /// True once it is graded or failed.
    fn is_settled(&self) -> bool;
}

impl Settled for Submission {
    fn is_settled(&self) -> bool {
        matches!(self.status, Status::Graded | Status::Failed)
    }
}

/// The document of `GET /api/v1/submissions/{id}`.
pub fn document(submission: &Submission, grade: Option<&Grade>) -> Result<Value, Error> {
    let problem = submission.problem_json.as_deref().map(read).transpose()?;
    let grade = match grade {
        Some(grade) => {
            let hidden = grade
                .findings
                .hidden_json
                .as_deref()
                .map(read)
                .transpose()?;
            Some(json!({
                "report": read(&String::from_utf8_lossy(&grade.findings.report))?,
                "digest": grade.findings.digest,
                "stars": grade.findings.stars,
                "hidden": hidden,
            }))
        }
        None => None,
    };
    Ok(json!({
        "id": submission.id.to_string(),
        "lab": submission.lab,
        "version": submission.lab_version,
        "status": submission.status.as_str(),
        "created_at": submission.created_at,
        "finished_at": submission.finished_at,
        "module_sha256": submission.module_sha256,
        "language": submission.language,
        "grade": grade,
        "problem": problem,
    }))
}

fn read(text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| Error::Internal(error.into()))
}
