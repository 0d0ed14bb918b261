//! Python packages, each in an environment of its own under `.headroom`.

use std::path::PathBuf;

use anyhow::Result;

use crate::command::{Run, say, work};
use crate::{apt, client};

/// A Python that has `package`, which brings `module`, in the folder `.headroom/NAME`.
pub fn with(name: &str, module: &str, package: &str) -> Result<PathBuf> {
    let folder = work().join(name);
    let python = folder.join("bin/python3");
    let import = format!("import {module}");
    if Run::new(&python).args(["-c", &import]).succeeds() {
        return Ok(python);
    }
    say(&format!(
        "installing {package} from the Python package index"
    ));
    apt::program("python3", &["python3", "python3-venv"])?;
    if !Run::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .succeeds()
    {
        apt::install(&["python3-venv"])?;
    }
    client::empty(&folder)?;
    Run::new("python3")
        .args(["-m".as_ref(), "venv".as_ref(), folder.as_os_str()])
        .run()?;
    Run::new(&python)
        .args(["-m", "pip", "install", "--quiet", package])
        .run()?;
    Ok(python)
}
