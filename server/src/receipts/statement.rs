//! What a receipt states, taken from a grade on record.

use serde_json::{Value, json};

use super::FORMAT;
use crate::store::grades::Grade;
use crate::store::modules;
use crate::store::submissions::Submission;

/// The statement about a graded submission. `commitment` stands for the hidden seeds.
///
/// # Errors
/// When the report on record is no report.
pub fn of(
    issuer: &str,
    submission: &Submission,
    grade: &Grade,
    commitment: Option<&str>,
) -> anyhow::Result<Value> {
    let findings = &grade.findings;
    let report: Value = serde_json::from_slice(&findings.report)?;
    let hidden: Option<Value> = findings
        .hidden_json
        .as_deref()
        .map(serde_json::from_str)
        .transpose()?;
    Ok(json!({
        "format": FORMAT,
        "issuer": issuer,
        "submission": submission.id.to_string(),
        "module_sha256": submission.module_sha256,
        "language": submission.language,
        "lab": grade.key.lab,
        "lab_version": grade.key.lab_version,
        "engine": grade.key.engine,
        "meter": grade.key.meter,
        "graded_at": grade.created_at,
        "scenarios": scenarios(&report),
        "score": findings.score_ppm,
        "quality": report.get("quality"),
        "stars": findings.stars,
        "digest": findings.digest,
        "report_sha256": modules::digest(&findings.report),
        "hidden": hidden.map(|hidden| json!({
            "commitment": commitment,
            "quality": hidden.get("quality"),
            "verdict": hidden.get("verdict"),
        })),
    }))
}

/// Seeds and metrics, as the report has them. Seeds are text: JSON's numbers are not exact beyond
/// 2^53.
fn scenarios(report: &Value) -> Vec<Value> {
    let cases = |scenario: &Value| -> Vec<Value> {
        let cases = scenario["cases"].as_array().into_iter().flatten();
        let case = |case: &Value| {
            json!({
                "seed": case["seed"].to_string(), "score": case["score"],
                "metrics": case["metrics"], "decisions": case["decisions"],
            })
        };
        cases.map(case).collect()
    };
    let found = report["scenarios"].as_array().into_iter().flatten();
    let scenario = |scenario: &Value| {
        json!({
            "id": scenario["id"], "score": scenario["score"], "cases": cases(scenario),
        })
    };
    found.map(scenario).collect()
}
