//! `headroom mail`: mail that comes back.

use std::io::Read as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::clock::Clock;
use crate::config::Config;
use crate::newsletter::returned::{self, MAX_BYTES};

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
    /// Take a message that came back, from standard input, as a mail server's pipe hands it over
    Bounce {
        /// The address where it arrived, if the mail server tells
        #[arg(long, default_value = "")]
        to: String,
    },
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let Action::Bounce { to } = &command.action;
    let mut raw = Vec::new();
    let most = u64::try_from(MAX_BYTES)?;
    std::io::stdin().lock().take(most).read_to_end(&mut raw)?;
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    super::runtime()?.block_on(async {
        let db = super::open_database(&config.database_url()).await?;
        let mut tx = db.write().await?;
        let outcome = returned::take(&mut tx, &raw, to, Clock::System.now_ms()).await?;
        tx.commit().await?;
        println!("{}", outcome.words());
        db.close().await;
        Ok(())
    })
}
