//! `headroom shell`: completions and manual pages, made from the command line itself.

use std::io::stdout;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use clap_complete::Shell;

/// What to make.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print completions for a shell
    Completions {
        /// Which
        shell: Shell,
    },
    /// Write a manual page for each command
    Man {
        /// Folder to write to
        folder: PathBuf,
    },
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let mut program = super::program();
    match &command.action {
        Action::Completions { shell } => {
            clap_complete::generate(*shell, &mut program, "headroom", &mut stdout());
        }
        Action::Man { folder } => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(program, folder)?;
        }
    }
    Ok(())
}
