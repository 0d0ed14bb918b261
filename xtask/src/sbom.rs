//! `cargo xtask sbom`: what a release is made of, for whoever has to know: one CycloneDX file for
//! the program and one for each part that browsers download.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::client;
use crate::command::{Run, root, say, target, work};

const TOOL: &str = "cargo-cyclonedx";
const VERSION: &str = "0.5.9";
/// What the tool calls its files, beside each manifest of the workspace, without `.json`.
const WRITTEN: &str = "headroom-sbom";
/// Packages that are shipped: the others build and test.
const SHIPPED: [&str; 4] = ["headroom", "client", "labs-browser", "labs-javascript"];

/// Writes them into `target/sbom`.
pub fn run() -> Result<()> {
    let out = target().join("sbom");
    client::empty(&out)?;
    Run::new(tool()?)
        .args(["cyclonedx", "--format=json", "--spec-version=1.5", "-q"])
        .args(["--override-filename", WRITTEN])
        .run()?;
    for (package, folder) in members()? {
        let written = folder.join(WRITTEN).with_extension("json");
        if SHIPPED.contains(&package.as_str()) {
            std::fs::copy(&written, out.join(format!("{package}.cdx.json")))
                .with_context(|| written.display().to_string())?;
        }
        std::fs::remove_file(&written).with_context(|| written.display().to_string())?;
    }
    let lock = std::fs::read(root().join("app/workbench/package-lock.json"))?;
    let workbench = workbench(&serde_json::from_slice(&lock)?);
    let text = serde_json::to_string_pretty(&workbench)?;
    std::fs::write(out.join("workbench.cdx.json"), text)?;
    say(&format!("{}", out.display()));
    Ok(())
}

fn tool() -> Result<PathBuf> {
    let folder = work().join("tools");
    let program = folder.join("bin").join(TOOL);
    if !program.exists() {
        say(&format!(
            "installing {TOOL} {VERSION} into {}",
            folder.display()
        ));
        Run::new("cargo")
            .args(["install", TOOL, "--version", VERSION, "--locked", "--root"])
            .args([&folder])
            .run()?;
    }
    Ok(program)
}

/// Name and folder of every package of the workspace.
fn members() -> Result<BTreeMap<String, PathBuf>> {
    let said = Run::new("cargo")
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
        .output()?;
    let said: Value = serde_json::from_str(&said)?;
    let packages = said["packages"].as_array().context("cargo metadata")?;
    let named = packages.iter().filter_map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        Some((
            package["name"].as_str()?.to_owned(),
            manifest.parent()?.to_owned(),
        ))
    });
    Ok(named.collect())
}

/// The packages of the editor and its compilers that are bundled for browsers.
fn workbench(lock: &Value) -> Value {
    let packages = lock["packages"].as_object().into_iter().flatten();
    let bundled = packages.filter(|(path, package)| !path.is_empty() && package["dev"] != true);
    let components = bundled.filter_map(|(path, package)| {
        let (_, name) = path.rsplit_once("node_modules/")?;
        let version = package["version"].as_str()?;
        Some(json!({
            "type": "library",
            "name": name,
            "version": version,
            "purl": format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
            "licenses": [{"expression": package["license"]}],
        }))
    });
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "workbench"}},
        "components": components.collect::<Vec<_>>(),
    })
}
