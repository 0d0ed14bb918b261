//! `headroom doctor`: whether an instance can do its work where it is.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::config::Config;
use crate::doctor::{Finding, Verdict, examine};

/// Where the settings are, and how to tell.
#[derive(Args)]
pub struct Command {
    /// Say it as JSON, a list of findings
    #[arg(long)]
    json: bool,
    /// Ask neither DNS nor the mail server
    #[arg(long)]
    offline: bool,
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it; fails when something is broken.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    let program = std::env::current_exe()?;
    let findings = super::runtime()?.block_on(examine(&config, program, command.offline));
    if command.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        print(&findings);
    }
    let is_broken = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Broken);
    Ok(if is_broken {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn print(findings: &[Finding]) {
    for finding in findings {
        let (verdict, about) = (finding.verdict.name(), finding.about);
        println!("{verdict:<7} {about:<12} {}", finding.found);
        if let Some(remedy) = &finding.remedy {
            println!("{:<20} -> {remedy}", "");
        }
    }
}
