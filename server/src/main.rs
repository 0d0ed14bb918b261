//! The `headroom` program.

use std::process::ExitCode;

use clap::Parser;
use headroom::cli::grader::Grader;

/// Headroom.
#[derive(Parser)]
enum Command {
    #[command(hide = true)]
    Grader(Grader),
}

fn main() -> ExitCode {
    match Command::parse() {
        Command::Grader(grader) => grader.run(),
    }
}
