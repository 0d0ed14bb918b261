//! Grading without a server: what `headroom grade` does.

use std::fmt::Write as _;

use labs::{Lab, Language, Native, Report, Subject};

use super::key::HiddenSeeds;
use super::outcome::{Failure, Graded};
use super::pool::{Pool, PoolConfig};

/// Points are parts per million of 100.
const PPM_PER_POINT: f64 = 10_000.0;

/// Grades a module, or a script of a language, in a child, as the server does. Hidden scenarios
/// stay out, for they belong to an instance, unless that has revealed them.
///
/// # Errors
/// Why there is no grade.
pub async fn grade(
    lab: &Lab,
    language: Option<&Language>,
    bytes: &[u8],
    hidden: HiddenSeeds,
) -> Result<Graded, Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::Retry(error.to_string()))?;
    let pool = Pool::new(PoolConfig::standard(program), hidden);
    match language {
        Some(language) => pool.grade_script(lab.id, language, bytes).await,
        None => pool.grade(lab.id, bytes).await,
    }
}

/// Grades a built-in policy in this process: it is our own code.
#[must_use]
pub fn policy(lab: &Lab, name: &str) -> Option<Report> {
    let (_, policy) = lab.policy(name)?;
    Some(labs::grade(
        lab,
        Subject::Policy(name.into()),
        &mut Native(policy.make),
    ))
}

/// A report for people.
#[must_use]
pub fn table(lab: &Lab, report: &Report) -> String {
    let metrics: Vec<&str> = lab.spec().metrics.iter().map(|m| m.id.as_str()).collect();
    let mut text = format!("{:<14}{:>8}{:>11}", "scenario", "score", "ops/call");
    metrics
        .iter()
        .for_each(|id| text += &format!("{:>12}", cell(lab, id)));
    for scenario in &report.scenarios {
        let case = scenario
            .cases
            .iter()
            .find(|case| case.score == scenario.score);
        let ops = case.and_then(|case| case.ops.as_ref());
        let ops = ops.map_or("–".into(), |o| {
            format!("{:.1}", o.mean_milli as f64 / 1000.0)
        });
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{:<14}{:>8}{ops:>11}",
            scenario.id,
            points(scenario.score)
        );
        for id in &metrics {
            let value = case.and_then(|case| case.metrics.get(*id));
            let _ = write!(text, "{:>12}", value.map_or("–".into(), i64::to_string));
        }
        if let Some(fault) = case.and_then(|case| case.fault.as_ref()) {
            let _ = write!(text, "  call {}: {}", fault.at.call, fault.kind);
        }
    }
    let stars = "★".repeat(usize::from(report.stars));
    let _ = write!(
        text,
        "\n\nquality {}   score {}   stars {}\ndigest  {}",
        points(report.quality),
        points(report.score),
        if stars.is_empty() { "none" } else { &stars },
        report.digest.0
    );
    text
}

fn cell(lab: &Lab, id: &str) -> String {
    let unit = lab
        .spec()
        .metrics
        .iter()
        .find(|m| m.id == id)
        .map(|m| m.unit.as_str());
    unit.map_or_else(|| id.to_owned(), |unit| format!("{id} {unit}"))
}

/// Points with one decimal.
#[must_use]
pub fn points(ppm: i64) -> String {
    format!("{:.1}", ppm as f64 / PPM_PER_POINT)
}
