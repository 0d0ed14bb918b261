//! `headroom migrate`: bring the database up to date. `serve` does so by itself; this is for
//! deployments where another account may change the schema.

use std::path::PathBuf;

use clap::Args;

use crate::config::Config;
use crate::store::Db;

/// Where the settings are.
#[derive(Args)]
pub struct Command {
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    std::fs::create_dir_all(&config.data.dir)?;
    super::runtime()?.block_on(async {
        let db = Db::open(&config.database_url()).await?;
        db.migrate().await?;
        db.close().await;
        println!("The database is up to date.");
        Ok(())
    })
}
