//! `headroom config`: the commented example; `headroom config check`: the settings in force.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::{Config, EXAMPLE};

/// What to do.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Check the settings and print those in force
    Check {
        /// Settings file [default: headroom.toml, if there is one]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// Runs it.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command.action {
        None => print!("{EXAMPLE}"),
        Some(Action::Check { config }) => {
            print!(
                "{}",
                Config::load(config.as_deref(), super::env(), &[])?.to_toml()
            );
        }
    }
    Ok(())
}
