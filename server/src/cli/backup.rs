//! `headroom backup`: everything an instance holds, in one file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::backup::{self, Manifest, Source};
use crate::clock::Clock;
use crate::config::Config;
use crate::grader::key;
use crate::store::Db;

/// What to write, and where the settings are.
#[derive(Args)]
pub struct Command {
    /// The file to write, such as headroom-2026-11-28.tar.gz; it must not exist
    file: PathBuf,
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    let url = config.database_url();
    super::must_exist(&url)?;
    let now = OffsetDateTime::from(Clock::System.system_time());
    let manifest = super::runtime()?.block_on(async {
        let db = Db::open_beside(&url).await?;
        let source = Source {
            db: &db,
            folder: &config.data.dir,
            made_at: now.format(&Rfc3339)?,
        };
        let manifest = backup::pack(source, &command.file).await?;
        db.close().await;
        anyhow::Ok(manifest)
    })?;
    print(&command.file, &manifest)?;
    if !manifest.files().any(|name| name == key::FILE) {
        let folder = config.data.dir.display();
        eprintln!(
            "headroom: warning: there is no {} in {folder} to back up",
            key::FILE
        );
    }
    Ok(())
}

/// Says what a backup holds.
pub(super) fn print(file: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let shown = || file.display().to_string();
    let bytes = file.metadata().with_context(shown)?.len();
    println!("{}: {bytes} bytes, read back and whole", file.display());
    println!(
        "Headroom {}, schema {}, {}, {}",
        manifest.headroom, manifest.schema, manifest.engine, manifest.made_at
    );
    for table in &manifest.tables {
        println!("{:>12}  {}", table.rows, table.name);
    }
    println!("{:>12}  rows in all", manifest.rows());
    for name in manifest.files() {
        println!("        file  {name}");
    }
    for name in &manifest.left_out {
        println!("    left out  {name}");
    }
    Ok(())
}
