//! Modules that tests upload: solutions in Rust and C, and every lab's starters as learners build
//! them. The commands here are the ones that the lab page tells learners to use.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::{Run, root, work};
use crate::toolchain::Toolchain;
use crate::{apt, fingerprint, zig};

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

/// Builds each starter of each lab: (lab, module or script).
pub fn starters(toolchain: &Toolchain) -> Result<Vec<(String, PathBuf)>> {
    let out = work().join("starters");
    std::fs::create_dir_all(&out)?;
    let mut sources = Vec::new();
    fingerprint::collect(&root().join("labs/src"), &mut sources)?;
    sources.retain(|path| {
        path.parent()
            .is_some_and(|folder| folder.ends_with("starter"))
    });
    sources.sort();
    let mut built = Vec::new();
    for source in sources {
        let lab = lab_of(&source);
        let Some(extension) = source.extension().and_then(|text| text.to_str()) else {
            continue;
        };
        // A script is graded as it is.
        if extension == "js" {
            built.push((lab, source));
            continue;
        }
        let module = out.join(format!("{lab}-{extension}.wasm"));
        match extension {
            "rs" => rust(toolchain, &source, &module)?,
            "c" => c(&source, &module)?,
            "ts" => assemblyscript(&source, &module)?,
            "zig" => zig_module(&source, &module)?,
            // TinyGo is in no registry that this command uses.
            _ => continue,
        }
        built.push((lab, module));
    }
    Ok(built)
}

/// `labs/src/<lab>/starter/<file>`.
fn lab_of(starter: &Path) -> String {
    let lab = starter
        .parent()
        .and_then(Path::parent)
        .and_then(Path::file_name);
    lab.unwrap_or_default().to_string_lossy().into_owned()
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

fn assemblyscript(source: &Path, module: &Path) -> Result<()> {
    Run::new(root().join("app/workbench/node_modules/.bin/asc"))
        .args(["-O2", "--runtime", "minimal", "--disable", "simd"])
        .args(["--exportStart", "_initialize", "-o"])
        .args([module, source])
        .run()
}

fn zig_module(source: &Path, module: &Path) -> Result<()> {
    Run::new(zig::python()?)
        .env("ZIG_GLOBAL_CACHE_DIR", work().join("zig-cache"))
        .args([
            "-m",
            "ziglang",
            "build-exe",
            "-target",
            "wasm32-freestanding",
            "-mcpu=mvp",
        ])
        .args(["-O", "ReleaseSmall", "-fno-entry", "-rdynamic"])
        .args(["--stack", "8192"])
        .args(["--cache-dir".into(), work().join("zig-cache")])
        .args([
            format!("-femit-bin={}", module.display()),
            source.display().to_string(),
        ])
        .run()
}

/// Scenarios that starters need not live through: their memory is for the learner to bound.
const HARD: [(&str, &str); 1] = [("rate_limiter", "tail")];

/// Grades every starter with the command line: each must be a valid module that runs.
pub fn grade_starters(toolchain: &Toolchain, binary: &Path) -> Result<()> {
    let starters = starters(toolchain)?;
    if starters.is_empty() {
        bail!("no lab has a starter");
    }
    for (lab, module) in starters {
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

    #[test]
    fn a_starter_belongs_to_the_lab_whose_folder_it_is_in() {
        assert_eq!(
            lab_of(Path::new("labs/src/rate_limiter/starter/rust.rs")),
            "rate_limiter"
        );
    }
}
