//! `headroom receipt`: the keys that sign receipts, and the seeds they commit to.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::Config;
use crate::grader::key::InstanceKey;
use crate::receipts::Keyring;

/// What to do, and where the settings are.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Print the public keys, as /.well-known/headroom-receipt-keys.json shows them
    Keys,
    /// Sign with a new key from now on; receipts of the old one stay good
    Rotate,
    /// Print a lab's hidden seeds, to be published once its version is graded no more
    Reveal {
        /// The lab
        lab: String,
    },
}

/// Runs it. A server that runs signs with a new key at once.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    let folder = &config.data.dir;
    std::fs::create_dir_all(folder)?;
    match &command.action {
        Action::Keys => print(Keyring::open(folder)?.public()),
        Action::Rotate => print(Keyring::rotate(folder)?.public()),
        Action::Reveal { lab } => {
            let lab = super::grade::lab(lab)?;
            print(&InstanceKey::open(folder)?.opening(lab))
        }
    }
}

fn print(document: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(document)?);
    Ok(())
}
