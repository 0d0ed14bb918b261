//! The built-in policies as learners' modules: what tests compare with the native policies.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::client;
use crate::command::{Run, root, say, work};
use crate::toolchain::Toolchain;

/// Where the modules are, `<lab>/<policy>.wasm` each.
#[must_use]
pub fn folder() -> PathBuf {
    work().join("guests")
}

/// Builds one module for each policy of each lab.
pub fn build(toolchain: &Toolchain) -> Result<PathBuf> {
    let out = folder();
    client::empty(&out)?;
    for lab in labs()? {
        let name = lab.file_name().unwrap_or_default().to_string_lossy();
        let module = std::fs::read(client::guest(toolchain, &name)?)?;
        let folder = out.join(&*name);
        std::fs::create_dir_all(&folder)?;
        for policy in policies(&lab)? {
            let chosen = choose(&module, &policy)?;
            std::fs::write(folder.join(format!("{policy}.wasm")), chosen)?;
        }
    }
    Ok(out)
}

/// Grades every built-in policy with the release binary: the digests must be those that the debug
/// build's tests agreed on.
pub fn grade_policies(binary: &Path) -> Result<()> {
    let mut graded = 0;
    for folder in labs()? {
        let lab = folder.file_name().unwrap_or_default().to_string_lossy();
        let path = folder.join("digests.txt");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        for line in text.lines() {
            let (policy, digest) = line.split_once(' ').context("not a policy and a digest")?;
            let report = Run::new(binary)
                .args(["grade", &lab, "--policy", policy, "--json"])
                .output()?;
            let report: serde_json::Value = serde_json::from_str(&report)?;
            let found = &report["digest"];
            ensure!(
                found == digest,
                "{lab}/{policy}: {found} in release, {digest} in debug"
            );
            graded += 1;
        }
    }
    say(&format!("{graded} policies, the same reports as in debug"));
    Ok(())
}

/// The folders of the labs.
pub fn labs() -> Result<Vec<PathBuf>> {
    let mut labs = Vec::new();
    for entry in std::fs::read_dir(root().join("labs/src"))? {
        let folder = entry?.path();
        if folder.join("lab.toml").is_file() {
            labs.push(folder);
        }
    }
    labs.sort();
    Ok(labs)
}

/// The module with the policy's name written where it looks for it.
fn choose(module: &[u8], policy: &str) -> Result<Vec<u8>> {
    let mark = format!("{:48}", "headroom-policy:");
    let at = module
        .windows(mark.len())
        .position(|w| w == mark.as_bytes());
    let at = at.context("the module has no place for the policy's name")?;
    let choice = format!("{:48}", format!("headroom-policy:{policy}"));
    ensure!(choice.len() == mark.len(), "{policy}: too long a name");
    let mut module = module.to_vec();
    if let Some(place) = module.get_mut(at..at + choice.len()) {
        place.copy_from_slice(choice.as_bytes());
    }
    Ok(module)
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
    fn a_module_is_told_its_policy() -> Result<()> {
        let module = format!("code{:48}more", "headroom-policy:");
        let chosen = String::from_utf8(choose(module.as_bytes(), "gcra")?)?;
        assert!(chosen.starts_with("codeheadroom-policy:gcra    "));
        assert!(chosen.ends_with("  more") && chosen.len() == module.len());
        assert!(choose(b"none", "gcra").is_err());
        Ok(())
    }

    #[test]
    fn the_policies_of_a_lab_are_those_with_a_band() -> Result<()> {
        let policies = policies(&root().join("labs/src/rate_limiter"))?;
        assert!(policies.iter().any(|policy| policy == "gcra"));
        assert!(policies.iter().any(|policy| policy == "always_deny"));
        Ok(())
    }
}
