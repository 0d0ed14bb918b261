//! `headroom restore`: a backup into an instance that has nothing yet.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use crate::backup::{self, Manifest};
use crate::config::Config;
use crate::store::Db;

/// What to read, and where the settings are.
#[derive(Args)]
pub struct Command {
    /// The backup
    file: PathBuf,
    /// Only try it: restore to a folder beside the file, look it over, and remove that again
    #[arg(long)]
    check: bool,
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let file = &command.file;
    let manifest = backup::verify(file)?;
    if command.check {
        let folder = Folder::beside(file)?;
        let url = format!("sqlite:{}", folder.0.join("headroom.db").display());
        super::runtime()?.block_on(restore(file, &manifest, &url, &folder.0))?;
    } else {
        let config = Config::load(command.config.as_deref(), super::env(), &[])?;
        let folder = &config.data.dir;
        make_folder(folder, true).with_context(|| folder.display().to_string())?;
        let url = config.database_url();
        super::runtime()?.block_on(restore(file, &manifest, &url, folder))?;
    }
    super::backup::print(file, &manifest)?;
    let done = if command.check {
        "It can be restored."
    } else {
        "It is restored."
    };
    println!("{done}");
    Ok(())
}

async fn restore(file: &Path, manifest: &Manifest, url: &str, to: &Path) -> anyhow::Result<()> {
    let db = Db::open(url).await?;
    backup::restore(file, manifest, &db, to).await?;
    db.read().await?.check_integrity().await?;
    db.close().await;
    Ok(())
}

fn make_folder(path: &Path, may_exist: bool) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(may_exist).create(path)
}

/// A folder for the length of a trial.
struct Folder(PathBuf);

impl Folder {
    fn beside(file: &Path) -> anyhow::Result<Self> {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{}", std::process::id()));
        let path = PathBuf::from(name);
        make_folder(&path, false).with_context(|| path.display().to_string())?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
