//! `headroom content check`: whether lessons are sound, the numbers they take from runs included.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use content::{Block, Library};

use crate::backend;
use crate::measured::Measured;

/// What to do with lessons.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Report every mistake in a folder of lessons; numbers bound to runs are measured again
    Check {
        /// The folder with course.toml; the code that lessons quote is looked up beside it
        dir: PathBuf,
    },
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Action::Check { dir } = &command.action;
    let unread = || format!("cannot read {}", dir.display());
    let folder = dir.canonicalize().with_context(unread)?;
    let measured = Measured::default();
    match backend::load(Some(&folder), &measured).with_context(unread)? {
        Ok(library) => {
            println!("{}", counts(&library, &measured));
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            for problem in &problems {
                eprintln!("{}", dir.join(problem.to_string()).display());
            }
            anyhow::bail!("{} in {}", count(problems.len(), "problem"), dir.display())
        }
    }
}

fn counts(library: &Library, measured: &Measured) -> String {
    let lessons = library.lessons();
    let blocks = || lessons.iter().flat_map(content::Lesson::blocks);
    let of = |wanted: fn(&Block) -> bool| blocks().filter(|block| wanted(block)).count();
    let (runs, numbers) = measured.counts();
    let parts = [
        count(library.topics().count(), "topic"),
        count(lessons.len(), "lesson"),
        count(of(|block| matches!(block, Block::Quiz(_))), "question"),
        count(of(|block| matches!(block, Block::Figure(_))), "figure"),
        count(of(|block| matches!(block, Block::Diagram(_))), "diagram"),
        count(numbers, "number"),
    ];
    format!("{} from {}", parts.join(", "), count(runs, "run"))
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
