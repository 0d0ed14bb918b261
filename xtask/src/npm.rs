//! npm packages, installed from the committed lock file when it changed.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::{Run, exists, root, say};
use crate::fingerprint;

/// `npm ci` in a folder of the workspace, unless its lock file is the one installed last.
pub fn install(folder: &str) -> Result<()> {
    let path = root().join(folder);
    if !exists("npm") {
        bail!("npm is needed (Node 20 or newer); on Debian:  apt-get install nodejs npm");
    }
    let lock = fingerprint::of(&[path.join("package-lock.json")])?;
    let name = format!("npm-{}", folder.replace('/', "-"));
    fingerprint::once(&name, &lock, &path.join("node_modules"), || {
        say(&format!("npm ci in {folder}"));
        Run::new("npm")
            .within(&path)
            .args(["ci", "--no-audit", "--no-fund"])
            .run()
    })
}

/// An npm script of a package.
#[must_use]
pub fn script(folder: &Path, name: &str) -> Run {
    Run::new("npm")
        .within(folder)
        .args(["run", "--silent", name])
}
