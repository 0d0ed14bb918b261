//! `headroom grade LAB FILE`: grades without a server, with the same report bytes.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use labs::{Lab, Language};

use crate::grader::{Failure, offline};

/// The module is at fault.
const REFUSED: u8 = 3;

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
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let lab = lab(&command.lab)?;
    let bytes = match (&command.policy, &command.file) {
        (Some(name), _) => {
            let report = offline::policy(lab, name).ok_or_else(|| no_policy(lab, name))?;
            report.to_bytes()
        }
        (None, Some(path)) => {
            let bytes = std::fs::read(path)
                .map_err(|error| anyhow::anyhow!("cannot read {}: {error}", path.display()))?;
            let graded = super::runtime()?.block_on(async {
                match script(path) {
                    Some(language) => offline::script(lab, language, &bytes).await,
                    None => offline::module(lab, &bytes).await,
                }
            });
            match graded {
                Ok(graded) => {
                    if let Some(said) = &graded.aborted {
                        eprintln!("aborted: {said}");
                    }
                    graded.report
                }
                Err(failure) => return refused(failure),
            }
        }
        (None, None) => anyhow::bail!("name a file or a policy"),
    };
    if command.json {
        std::io::stdout().lock().write_all(&bytes)?;
    } else {
        println!("{}", offline::table(lab, &serde_json::from_slice(&bytes)?));
    }
    Ok(ExitCode::SUCCESS)
}

/// The language of a script, by the file's ending; other files are modules.
fn script(path: &Path) -> Option<&'static Language> {
    let ending = path.extension()?;
    let languages = labs::language::ALL.into_iter();
    let mut scripts = languages.filter(|language| language.interpreter.is_some());
    scripts.find(|language| Path::new(language.file).extension() == Some(ending))
}

fn refused(failure: Failure) -> anyhow::Result<ExitCode> {
    match failure {
        Failure::Retry(reason) => anyhow::bail!("could not be graded: {reason}"),
        Failure::Problem(problem) => {
            eprintln!("{}: {}", problem.kind.title, problem.detail);
            for error in &problem.errors {
                eprintln!("  {}: {}", error.code, error.message);
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
