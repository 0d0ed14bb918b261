//! `headroom submit LAB FILE`: has a server grade a module, for the record.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::grade::{self, BELOW, REFUSED};
use super::remote::credentials::Flags;
use super::remote::{Refused, Server};
use crate::grader::offline;
use crate::random::Random;

/// What to hand in, and where.
#[derive(Args)]
pub struct Command {
    /// Lab, such as rate_limiter, or rate_limiter@1 for exactly that version
    lab: String,
    /// Module (.wasm) or script (.js)
    file: PathBuf,
    /// Wait for the grade and print it
    #[arg(long)]
    wait: bool,
    /// Print the submission as JSON
    #[arg(long)]
    json: bool,
    /// Write the receipt to this file
    #[arg(long, value_name = "FILE", requires = "wait")]
    receipt: Option<PathBuf>,
    /// Fail if the score is below this many points
    #[arg(long, value_name = "POINTS", requires = "wait")]
    min_score: Option<f64>,
    /// Cancel what you handed in for this lab before and what still waits
    #[arg(long)]
    supersede: bool,
    #[command(flatten)]
    to: Flags,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&command.file)
        .with_context(|| format!("cannot read {}", command.file.display()))?;
    let server = Server::new(command.to.resolve()?);
    let made: Result<Value, _> = server.post(
        &format!(
            "/api/v1/labs/{}/submissions?supersede={}",
            command.lab, command.supersede
        ),
        (media_type(&command.file), &bytes),
        &Random::system().secret(),
    );
    let mut submission = match made {
        Ok(submission) => submission,
        Err(error) => return refused(error),
    };
    let id = text(&submission, "id")?;
    if command.wait {
        submission = wait(&server, &id, submission)?;
    }
    if command.json {
        println!("{submission}");
    }
    match submission["status"].as_str() {
        Some("graded") => graded(command, &server, &id, &submission),
        Some("failed") => {
            let problem = &submission["problem"];
            eprintln!("{}: {}", problem["title"], problem["detail"]);
            Ok(ExitCode::from(REFUSED))
        }
        _ => {
            if !command.json {
                println!("accepted as {id}");
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn graded(
    command: &Command,
    server: &Server,
    id: &str,
    submission: &Value,
) -> anyhow::Result<ExitCode> {
    let report = &submission["grade"]["report"];
    if !command.json {
        let lab = command.lab.split('@').next().unwrap_or_default();
        match labs::by_id(lab) {
            Some(lab) => println!(
                "{}",
                offline::table(lab, &serde_json::from_value(report.clone())?)
            ),
            None => println!(
                "score {}",
                offline::points(report["score"].as_i64().unwrap_or(0))
            ),
        }
        println!("submission {id}");
    }
    if let Some(path) = &command.receipt {
        let receipt: Value = server.get(&format!("/api/v1/submissions/{id}/receipt"))?;
        let mut file = std::fs::File::create(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        file.write_all(serde_json::to_string_pretty(&receipt)?.as_bytes())?;
    }
    let score = report["score"].as_i64().unwrap_or(0);
    Ok(match grade::is_below(score, command.min_score) {
        true => ExitCode::from(BELOW),
        false => ExitCode::SUCCESS,
    })
}

/// Asks until the end. People see a clock run, logs see a line for each step.
fn wait(server: &Server, id: &str, mut submission: Value) -> anyhow::Result<Value> {
    let shown = stderr().is_terminal();
    let bar = if shown {
        ProgressBar::new_spinner()
            .with_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}")?)
    } else {
        ProgressBar::hidden()
    };
    bar.enable_steady_tick(Duration::from_millis(100));
    let mut said = String::new();
    loop {
        let status = text(&submission, "status")?;
        if status != said {
            bar.set_message(status.clone());
            if !shown {
                eprintln!("{status}");
            }
            said.clone_from(&status);
        }
        if matches!(status.as_str(), "graded" | "failed") {
            bar.finish_and_clear();
            return Ok(submission);
        }
        submission = server.get(&format!("/api/v1/submissions/{id}?wait=30"))?;
    }
}

fn media_type(path: &Path) -> &'static str {
    let script = grade::script(path).and_then(|language| language.interpreter.as_ref());
    script.map_or("application/wasm", |interpreter| interpreter.media_type)
}

fn refused(error: anyhow::Error) -> anyhow::Result<ExitCode> {
    let refusal: Refused = error.downcast()?;
    eprintln!("{refusal}");
    for error in &refusal.errors {
        eprintln!("  {error}");
    }
    Ok(ExitCode::from(REFUSED))
}

fn text(document: &Value, name: &str) -> anyhow::Result<String> {
    let text = document[name].as_str().map(str::to_owned);
    text.with_context(|| format!("the server's answer has no {name}"))
}
