//! The built-in policies as learners' modules: what tests compare with the native policies.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::client;
use crate::command::{root, work};
use crate::toolchain::Toolchain;

/// Where the modules are, `<policy>.wasm` each.
#[must_use]
pub fn folder() -> PathBuf {
    work().join("guests")
}

/// Builds one module for each policy of each lab.
pub fn build(toolchain: &Toolchain) -> Result<PathBuf> {
    let out = folder();
    client::empty(&out)?;
    let labs = root().join("labs/src");
    for entry in std::fs::read_dir(&labs)? {
        let lab = entry?.path();
        if !lab.join("lab.toml").is_file() {
            continue;
        }
        let name = lab.file_name().unwrap_or_default().to_string_lossy();
        for policy in policies(&lab)? {
            let module = client::guest(toolchain, &name, &policy)?;
            std::fs::copy(module, out.join(format!("{policy}.wasm")))?;
        }
    }
    Ok(out)
}

/// The policies of a lab: each has a band of scores.
fn policies(lab: &Path) -> Result<Vec<String>> {
    let path = lab.join("lab.toml");
    let spec: toml::Table = std::fs::read_to_string(&path)?.parse()?;
    let bands = spec.get("calibration").and_then(toml::Value::as_table);
    let bands = bands.with_context(|| format!("{}: no [calibration]", path.display()))?;
    Ok(bands.keys().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policies_of_a_lab_are_those_with_a_band() -> Result<()> {
        let policies = policies(&root().join("labs/src/rate_limiter"))?;
        assert!(policies.iter().any(|policy| policy == "gcra"));
        assert!(policies.iter().any(|policy| policy == "always_deny"));
        Ok(())
    }
}
