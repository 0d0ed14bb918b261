//! `headroom db`: from one database to another.

use anyhow::Context as _;
use clap::{Args, Subcommand};

use crate::store::Db;
use crate::store::copy;

/// Digits of a digest that are shown.
const DIGITS: usize = 16;

/// What to do.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Copy every row into an empty database, SQLite or PostgreSQL, and compare both
    Copy {
        /// The database to read; no server may run on it
        #[arg(long, value_name = "URL")]
        from: String,
        /// The database to fill; it must be empty
        #[arg(long, value_name = "URL")]
        to: String,
    },
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let Action::Copy { from, to } = &command.action;
    super::must_exist(from)?;
    let counted = super::runtime()?.block_on(async {
        let source = Db::open(from).await.context("--from")?;
        let target = Db::open(to).await.context("--to")?;
        let counted = copy::copy(&source, &target).await?;
        source.close().await;
        target.close().await;
        anyhow::Ok(counted)
    })?;
    println!("{:<16}  {:>12}  sha256 on both sides", "table", "rows");
    for (table, facts) in &counted {
        let digest: String = facts.sha256.chars().take(DIGITS).collect();
        println!("{table:<16}  {:>12}  {digest}", facts.rows);
    }
    let rows: u64 = counted.iter().map(|(_, facts)| facts.rows).sum();
    println!("{:<16}  {rows:>12}", "in all");
    Ok(())
}
