//! The command line: one file per subcommand.

mod authoring;
mod bench;
mod config;
mod content;
mod grade;
pub mod grader;
mod init;
mod lab;
mod migrate;
mod serve;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed, the reason is on standard error; \
                          2 the command line cannot be understood; 3 the module cannot be graded.";

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
    /// Grade a module or a built-in policy without a server
    #[command(after_help = EXIT_CODES)]
    Grade(grade::Command),
    /// Unpack a lab's starter kit
    Init(init::Command),
    /// Check labs
    Lab(lab::Command),
    /// Check lessons
    Content(content::Command),
    /// Print the commented example of the settings, or check yours
    Config(config::Command),
    /// Make, list and remove accounts, and say who is an administrator
    User(user::Command),
    /// Bring the database up to date
    Migrate(migrate::Command),
    #[command(hide = true)]
    Grader(grader::Grader),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(command) => serve::run(command).map(|()| ExitCode::SUCCESS),
        Command::Grade(command) => grade::run(&command),
        Command::Init(command) => init::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Lab(command) => lab::run(&command),
        Command::Content(command) => content::run(&command),
        Command::Config(command) => config::run(command).map(|()| ExitCode::SUCCESS),
        Command::User(command) => user::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Migrate(command) => migrate::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Grader(grader) => return grader.run(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("headroom: {error:#}");
        ExitCode::FAILURE
    })
}

/// The environment, without what is not text.
fn env() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}
