//! The Zig compiler, from the Python package index, in an environment of its own.

use std::path::PathBuf;

use anyhow::Result;

use crate::apt;
use crate::command::{Run, say, work};

const PACKAGE: &str = "ziglang==0.15.1";

/// The Python that has Zig: `python -m ziglang …`.
pub fn python() -> Result<PathBuf> {
    let folder = work().join("zig");
    let python = folder.join("bin/python3");
    if Run::new(&python).args(["-c", "import ziglang"]).succeeds() {
        return Ok(python);
    }
    say("installing Zig from the Python package index");
    if !Run::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .succeeds()
    {
        apt::install(&["python3-venv"])?;
    }
    Run::new("python3")
        .args(["-m".as_ref(), "venv".as_ref(), folder.as_os_str()])
        .run()?;
    Run::new(&python)
        .args(["-m", "pip", "install", "--quiet", PACKAGE])
        .run()?;
    Ok(python)
}
