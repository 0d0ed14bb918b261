//! `headroom grade LAB FILE`: grades without a server, with the same report bytes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use clap::Args;
use labs::{Lab, Language};
use serde_json::Value;

use super::junit;
use crate::grader::key::HiddenSeeds;
use crate::grader::{Failure, Graded, offline};

/// The module is at fault.
pub(super) const REFUSED: u8 = 3;
/// It is graded, and its score is below what was asked for.
pub(super) const BELOW: u8 = 4;
/// How often a watched file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// What to grade.
#[derive(Args)]
pub struct Command {
    /// Lab, such as rate_limiter
    lab: String,
    /// Module (.wasm) or script (.js) to grade
    #[arg(value_name = "FILE", required_unless_present = "policy")]
    file: Option<PathBuf>,
    /// Grade a built-in policy instead
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    policy: Option<String>,
    /// Print exactly the bytes of the report
    #[arg(long)]
    json: bool,
    /// Print the result as JUnit XML, for CI
    #[arg(long, conflicts_with = "json")]
    junit: bool,
    /// Fail if the score is below this many points
    #[arg(long, value_name = "POINTS")]
    min_score: Option<f64>,
    /// Grade again whenever the file changes
    #[arg(long, conflicts_with_all = ["policy", "json", "junit"])]
    watch: bool,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let lab = lab(&command.lab)?;
    match (&command.policy, &command.file) {
        (Some(name), _) => {
            let report = offline::policy(lab, name).ok_or_else(|| no_policy(lab, name))?;
            show(command, lab, &report.to_bytes())
        }
        (None, Some(path)) if command.watch => watch(command, lab, path),
        (None, Some(path)) => file(command, lab, path),
        (None, None) => anyhow::bail!("name a file or a policy"),
    }
}

/// Grades what lies there now.
fn file(command: &Command, lab: &'static Lab, path: &Path) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match graded(lab, script(path), &bytes, HiddenSeeds::None)? {
        Ok(graded) => {
            if let Some(said) = &graded.aborted {
                eprintln!("aborted: {said}");
            }
            show(command, lab, &graded.report)
        }
        Err(failure) => refused(command, lab, failure),
    }
}

/// Grades in a child, as the server does.
pub(super) fn graded(
    lab: &'static Lab,
    language: Option<&'static Language>,
    bytes: &[u8],
    hidden: HiddenSeeds,
) -> anyhow::Result<Result<Graded, Failure>> {
    Ok(super::runtime()?.block_on(offline::grade(lab, language, bytes, hidden)))
}

fn show(command: &Command, lab: &Lab, bytes: &[u8]) -> anyhow::Result<ExitCode> {
    let report: Value = serde_json::from_slice(bytes)?;
    let score = report["score"].as_i64().unwrap_or(0);
    let below = is_below(score, command.min_score);
    if command.json {
        std::io::stdout().lock().write_all(bytes)?;
    } else if command.junit {
        print!("{}", junit::of(lab, &report, command.min_score));
    } else {
        println!("{}", offline::table(lab, &serde_json::from_slice(bytes)?));
    }
    if below {
        let least = command.min_score.unwrap_or(0.0);
        eprintln!("{} points are below {least}", offline::points(score));
        return Ok(ExitCode::from(BELOW));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a score, in parts per million of 100 points, is below so many points.
pub(super) fn is_below(score_ppm: i64, least: Option<f64>) -> bool {
    least.is_some_and(|least| (score_ppm as f64) < least * 10_000.0)
}

/// Grades now and after every change, until it is stopped.
#[expect(
    clippy::disallowed_methods,
    reason = "editors replace files in many ways; looking again sees all of them"
)]
fn watch(command: &Command, lab: &'static Lab, path: &Path) -> anyhow::Result<ExitCode> {
    let mut seen = None;
    loop {
        let now = stamp(path);
        if now.is_some() && now != seen {
            seen = now;
            println!("\n{} ({})", path.display(), lab.id);
            // A file that is being written may be no module for a moment: the next look tells.
            match file(command, lab, path) {
                Ok(_) => {}
                Err(error) => eprintln!("{error:#}"),
            }
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let about = std::fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}

/// The language of a script, by the file's ending; other files are modules.
pub(super) fn script(path: &Path) -> Option<&'static Language> {
    let ending = path.extension()?;
    let languages = labs::language::ALL.into_iter();
    let mut scripts = languages.filter(|language| language.interpreter.is_some());
    scripts.find(|language| Path::new(language.file).extension() == Some(ending))
}

fn refused(command: &Command, lab: &Lab, failure: Failure) -> anyhow::Result<ExitCode> {
    match failure {
        Failure::Retry(reason) => anyhow::bail!("could not be graded: {reason}"),
        Failure::Problem(problem) => {
            let mut lines = vec![format!("{}: {}", problem.kind.title, problem.detail)];
            let errors = problem.errors.iter();
            lines.extend(errors.map(|error| format!("  {}: {}", error.code, error.message)));
            let text = lines.join("\n");
            eprintln!("{text}");
            if command.junit {
                print!("{}", junit::refused(lab, &text));
            }
            Ok(ExitCode::from(REFUSED))
        }
    }
}

/// The lab called `id`.
pub(super) fn lab(id: &str) -> anyhow::Result<&'static Lab> {
    labs::by_id(id).ok_or_else(|| unknown(id))
}

fn unknown(lab: &str) -> anyhow::Error {
    let known: Vec<&str> = labs::ALL.iter().map(|lab| lab.id).collect();
    anyhow::anyhow!("there is no lab {lab}; there are: {}", known.join(", "))
}

fn no_policy(lab: &Lab, name: &str) -> anyhow::Error {
    let known: Vec<&str> = lab.policies.iter().map(|policy| policy.id).collect();
    anyhow::anyhow!(
        "{} has no policy {name}; it has: {}",
        lab.id,
        known.join(", ")
    )
}
