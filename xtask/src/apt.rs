//! Debian packages, installed when a command needs one and may.

use anyhow::{Result, bail};

use crate::command::{Run, exists, say};

/// Makes sure that `program` exists, from the Debian packages named.
pub fn program(program: &str, packages: &[&str]) -> Result<()> {
    if exists(program) {
        Ok(())
    } else {
        install(packages)
    }
}

/// Installs packages, or says which command a person with the rights would give.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !exists("apt-get") {
        bail!("needed and not found: {names} (Debian's package names); please install them");
    }
    if Run::new("id").args(["-u"]).output()?.trim() != "0" {
        bail!("needed and not found; please run:  sudo apt-get install {names}");
    }
    say(&format!("installing Debian packages: {names}"));
    if apt().args(["update", "-qq"]).run().is_err() {
        say("apt-get update failed; going on with the lists at hand");
    }
    apt()
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .run()
}

fn apt() -> Run {
    Run::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "DPkg::Lock::Timeout=300"])
}
