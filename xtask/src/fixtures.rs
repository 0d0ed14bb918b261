//! Modules that tests upload: solutions in Rust and C, and every lab's starter kits, built by the
//! commands that learners are told to use.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::{Run, root, work};
use crate::toolchain::Toolchain;
use crate::{apt, client, guests, zig};

/// The folder of the built solutions in `e2e/fixtures`.
pub fn build(toolchain: &Toolchain) -> Result<PathBuf> {
    let out = work().join("fixtures");
    std::fs::create_dir_all(&out)?;
    let sources = root().join("e2e/fixtures");
    rust(
        toolchain,
        &sources.join("gcra.rs"),
        &out.join("gcra-rust.wasm"),
    )?;
    c(&sources.join("gcra.c"), &out.join("gcra-c.wasm"))?;
    Ok(out)
}

/// The languages whose kits are built here, with the file that is graded. Go's compiler is in no
/// registry that this command uses.
const LANGUAGES: [(&str, &str); 5] = [
    ("assemblyscript", "policy.wasm"),
    ("javascript", "policy.js"),
    ("rust", "policy.wasm"),
    ("c", "policy.wasm"),
    ("zig", "policy.wasm"),
];

/// Unpacks each lab's kit in each language and builds it as its README says: (lab, what to grade).
fn kits(toolchain: &Toolchain, binary: &Path) -> Result<Vec<(String, PathBuf)>> {
    let out = work().join("kits");
    client::empty(&out)?;
    let tools = tools(&out)?;
    let mut built = Vec::new();
    for lab in guests::labs()? {
        let lab = lab
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for (language, artefact) in LANGUAGES {
            let folder = out.join(format!("{lab}-{language}"));
            Run::new(binary)
                .args(["init", &lab, "--lang", language])
                .arg(&folder)
                .output()?;
            toolchain
                .program("sh")
                .within(&folder)
                .env("PATH", &tools)
                .env("ZIG_GLOBAL_CACHE_DIR", work().join("zig-cache"))
                .env("ZIG_LOCAL_CACHE_DIR", work().join("zig-cache"))
                .args(["build.sh"])
                .run()?;
            built.push((lab.clone(), folder.join(artefact)));
        }
    }
    Ok(built)
}

/// A search path on which the commands of the READMEs find their compilers.
fn tools(out: &Path) -> Result<std::ffi::OsString> {
    apt::program("clang", &["clang"])?;
    apt::program("wasm-ld", &["lld"])?;
    let own = out.join("bin");
    std::fs::create_dir_all(&own)?;
    let zig = format!(
        "#!/bin/sh\nexec '{}' -m ziglang \"$@\"\n",
        zig::python()?.display()
    );
    program(&own.join("zig"), &zig)?;
    let npm = root().join("app/workbench/node_modules/.bin");
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let folders = [own, npm].into_iter().chain(std::env::split_paths(&usual));
    Ok(std::env::join_paths(folders)?)
}

fn program(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn rust(toolchain: &Toolchain, source: &Path, module: &Path) -> Result<()> {
    toolchain
        .rustc()
        .args([
            "--edition=2024",
            "--target=wasm32-unknown-unknown",
            "--crate-type=cdylib",
        ])
        .args(["-Copt-level=2", "-Cpanic=abort", "-Cstrip=symbols"])
        .args(["-Clink-arg=-zstack-size=8192", "-o"])
        .args([module, source])
        .run()
}

fn c(source: &Path, module: &Path) -> Result<()> {
    apt::program("clang", &["clang"])?;
    apt::program("wasm-ld", &["lld"])?;
    Run::new("clang")
        .args([
            "--target=wasm32",
            "-nostdlib",
            "-O2",
            "-Wall",
            "-Wl,--no-entry",
            "-Wl,-z,stack-size=8192",
        ])
        .args(["-o".as_ref(), module.as_os_str(), source.as_os_str()])
        .run()
}

/// Scenarios that starters need not live through: their memory is for the learner to bound.
const HARD: [(&str, &str); 1] = [("rate_limiter", "tail")];

/// Builds and grades every kit with the command line: each must be a valid module that runs.
pub fn grade_starters(toolchain: &Toolchain, binary: &Path) -> Result<()> {
    let kits = kits(toolchain, binary)?;
    if kits.is_empty() {
        bail!("no lab has a kit");
    }
    for (lab, module) in kits {
        let report = Run::new(binary)
            .args([
                "grade".as_ref(),
                lab.as_ref(),
                module.as_os_str(),
                "--json".as_ref(),
            ])
            .output()?;
        if let Some(fault) = first_fault(&lab, &serde_json::from_str(&report)?) {
            bail!("{}: the starter faults: {fault}", module.display());
        }
        println!("  {} is graded", module.display());
    }
    Ok(())
}

fn first_fault(lab: &str, report: &serde_json::Value) -> Option<String> {
    let hard = |id: &str| HARD.contains(&(lab, id));
    let scenarios = report["scenarios"].as_array()?;
    let cases = scenarios
        .iter()
        .filter(|scenario| !scenario["id"].as_str().is_some_and(hard))
        .filter_map(|scenario| scenario["cases"].as_array())
        .flatten();
    cases
        .map(|case| &case["fault"])
        .find(|fault| !fault.is_null())
        .map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_in_any_case_is_found() {
        let clean = json!({"scenarios": [{"cases": [{"fault": null}]}]});
        assert_eq!(first_fault("rate_limiter", &clean), None);
        let broken = json!({"scenarios": [{"cases": [{"fault": null}, {"fault": "trap"}]}]});
        let fault = first_fault("rate_limiter", &broken);
        assert_eq!(fault.as_deref(), Some("\"trap\""));
        let hard = json!({"scenarios": [{"id": "tail", "cases": [{"fault": "trap"}]}]});
        assert_eq!(first_fault("rate_limiter", &hard), None);
        assert!(first_fault("another", &hard).is_some());
    }
}
