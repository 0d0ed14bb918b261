//! The command line: one file per subcommand.

mod authoring;
mod config;
mod migrate;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed, the reason is on standard error; \
                          2 the command line cannot be understood.";

#[derive(Parser)]
#[command(name = "headroom", version, about, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site
    Serve(serve::Command),
    /// Print the commented example of the settings, or check yours
    Config(config::Command),
    /// Bring the database up to date
    Migrate(migrate::Command),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(command) => serve::run(command),
        Command::Config(command) => config::run(command),
        Command::Migrate(command) => migrate::run(&command),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("headroom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The environment, without what is not text.
fn env() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
