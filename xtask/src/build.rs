//! `cargo xtask build`: one self-contained binary.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::client;
use crate::command::{say, target};
use crate::toolchain::Toolchain;

pub fn run(arguments: &[String]) -> Result<()> {
    let (release, rest) = match arguments {
        [flag, rest @ ..] if flag == "--release" => (true, rest),
        rest => (false, rest),
    };
    let features = match rest {
        [] => "",
        [flag, features] if flag == "--features" => features,
        other => bail!("build takes --release and --features LIST, not {other:?}"),
    };
    let toolchain = Toolchain::find()?;
    client::build(&toolchain)?;
    let binary = server_with(&toolchain, release, features)?;
    let bytes = std::fs::metadata(&binary)?.len();
    say(&format!("{} ({} MiB)", binary.display(), bytes >> 20));
    Ok(())
}

/// Builds the server, with the site of the last build inside.
pub fn server(toolchain: &Toolchain, release: bool) -> Result<PathBuf> {
    server_with(toolchain, release, "")
}

fn server_with(toolchain: &Toolchain, release: bool, features: &str) -> Result<PathBuf> {
    let (flags, folder): (&[&str], _) = if release {
        (&["--release"], "release")
    } else {
        (&[], "debug")
    };
    toolchain
        .cargo()
        .args([
            "build",
            "--locked",
            "-p",
            "headroom",
            "--features",
            features,
        ])
        .args(flags)
        .run()?;
    Ok(target().join(folder).join("headroom"))
}
