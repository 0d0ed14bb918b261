//! `cargo xtask build`: one self-contained binary.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::client;
use crate::command::{say, target};
use crate::toolchain::Toolchain;

pub fn run(arguments: &[String]) -> Result<()> {
    let release = match arguments {
        [] => false,
        [flag] if flag == "--release" => true,
        other => bail!("build takes --release or nothing, not {other:?}"),
    };
    let toolchain = Toolchain::find()?;
    client::build(&toolchain)?;
    let binary = server(&toolchain, release)?;
    let bytes = std::fs::metadata(&binary)?.len();
    say(&format!("{} ({} MiB)", binary.display(), bytes >> 20));
    Ok(())
}

/// Builds the server, with the site of the last build inside.
pub fn server(toolchain: &Toolchain, release: bool) -> Result<PathBuf> {
    let (flags, folder): (&[&str], _) = if release {
        (&["--release"], "release")
    } else {
        (&[], "debug")
    };
    toolchain
        .cargo()
        .args(["build", "--locked", "-p", "headroom"])
        .args(flags)
        .run()?;
    Ok(target().join(folder).join("headroom"))
}
