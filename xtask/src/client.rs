//! What browsers download: built part by part, then laid under one folder named by its contents.
//!
//! `.headroom/site/<build>/<name>` is served as `/assets/<build>/<name>`, for ever: relative
//! imports between the files just work, and a new build has new addresses.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::{root, say, target, work};
use crate::toolchain::Toolchain;
use crate::{compress, fingerprint, javascript, npm, style};

const TARGET: &str = "wasm32-unknown-unknown";
/// Enough of SHA-256 to never meet the same name twice.
const BUILD_DIGITS: usize = 16;

/// Builds the site and returns its folder, `.headroom/site`.
pub fn build(toolchain: &Toolchain) -> Result<PathBuf> {
    npm::install("app/workbench")?;
    compile(toolchain, "client", "client")?;
    compile(toolchain, "labs-browser", "engine")?;
    let parts = work().join("parts");
    bind_client(&parts.join("client"))?;
    copy_engine(&parts.join("engine"))?;
    javascript::build(toolchain, &parts.join("javascript"))?;
    bundle_workbench(&parts.join("workbench"))?;
    style::bundle(&parts.join("style"))?;
    style::scripts(&parts.join("scripts"))?;
    lay_out(&parts, &work().join("site"))
}

/// Builds one crate for wasm32 with the profile of the same purpose.
pub fn compile(toolchain: &Toolchain, package: &str, profile: &str) -> Result<PathBuf> {
    toolchain
        .cargo()
        .args([
            "build",
            "--locked",
            "--target",
            TARGET,
            "--profile",
            profile,
            "-p",
            package,
        ])
        .run()?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(target().join(TARGET).join(profile).join(file))
}

/// Builds the built-in policies of a lab as a learner's module.
pub fn guest(toolchain: &Toolchain, lab: &str) -> Result<PathBuf> {
    toolchain
        .cargo()
        .env("HEADROOM_LAB", lab)
        .args(["build", "--locked", "--target", TARGET])
        .args(["--profile", "client", "-p", "labs-guest"])
        .run()?;
    Ok(target().join(TARGET).join("client/labs_guest.wasm"))
}

fn bind_client(out: &Path) -> Result<()> {
    let wasm = target().join(TARGET).join("client/client.wasm");
    let inputs = fingerprint::of(std::slice::from_ref(&wasm))?;
    fingerprint::once("client", &inputs, out, || {
        empty(out)?;
        Bindgen::new()
            .input_path(&wasm)
            .web(true)?
            .typescript(false)
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(out)
            .context("wasm-bindgen on the client")
    })
}

fn copy_engine(out: &Path) -> Result<()> {
    empty(out)?;
    let wasm = target().join(TARGET).join("engine/labs_browser.wasm");
    std::fs::copy(&wasm, out.join("engine.wasm")).with_context(|| wasm.display().to_string())?;
    Ok(())
}

fn bundle_workbench(out: &Path) -> Result<()> {
    let folder = root().join("app/workbench");
    let inputs = fingerprint::of(std::slice::from_ref(&folder))?;
    fingerprint::once("workbench", &inputs, out, || {
        empty(out)?;
        npm::script(&folder, "build").env("OUT", out).run()
    })
}

/// Gathers the parts under the hash of their names and contents, with a manifest beside them.
fn lay_out(parts: &Path, site: &Path) -> Result<PathBuf> {
    let files = gather(parts)?;
    let build = build_id(&files);
    let manifest = site.join("manifest.json");
    let text = serde_json::to_string_pretty(&describe(&build, &files))?;
    if std::fs::read_to_string(&manifest).is_ok_and(|old| old == text) && site.join(&build).is_dir()
    {
        return Ok(site.to_path_buf());
    }
    empty(site)?;
    for (name, bytes) in &files {
        let path = site.join(&build).join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(site))?;
        compress::write(&path, bytes)?;
    }
    std::fs::write(manifest, text)?;
    report(&build, &files);
    Ok(site.to_path_buf())
}

type Files = Vec<(String, Vec<u8>)>;

fn gather(parts: &Path) -> Result<Files> {
    let mut files = Files::new();
    for part in [
        "scripts",
        "client",
        "engine",
        "javascript",
        "style",
        "workbench",
    ] {
        let folder = parts.join(part);
        let mut paths = Vec::new();
        fingerprint::collect(&folder, &mut paths)?;
        for path in paths {
            let name = path.strip_prefix(&folder)?.to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

fn build_id(files: &Files) -> String {
    let lines: String = files
        .iter()
        .map(|(name, bytes)| format!("{name} {}\n", fingerprint::hex(bytes)))
        .collect();
    fingerprint::hex(lines.as_bytes())
        .chars()
        .take(BUILD_DIGITS)
        .collect()
}

fn describe(build: &str, files: &Files) -> Value {
    let sizes: Map<String, Value> = files
        .iter()
        .map(|(name, bytes)| (name.clone(), json!({"bytes": bytes.len()})))
        .collect();
    json!({"build": build, "files": sizes})
}

fn report(build: &str, files: &Files) {
    say(&format!("site {build}"));
    for (name, bytes) in files {
        say(&format!("{:>10} bytes  {name}", bytes.len()));
    }
}

/// Makes a folder that is there and holds nothing.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_named_by_its_contents_and_replaces_the_one_before() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (parts, site) = (folder.path().join("parts"), folder.path().join("site"));
        std::fs::create_dir_all(parts.join("workbench/chunks"))?;
        std::fs::write(parts.join("workbench/chunks/a.js"), "1")?;
        lay_out(&parts, &site)?;
        let first = manifest(&site)?;
        let build = first["build"].as_str().context("build")?.to_owned();
        assert_eq!(build.len(), BUILD_DIGITS);
        assert_eq!(first["files"]["chunks/a.js"]["bytes"], 1);
        assert!(site.join(&build).join("chunks/a.js").is_file());
        std::fs::write(parts.join("workbench/chunks/a.js"), "22")?;
        lay_out(&parts, &site)?;
        assert_ne!(manifest(&site)?["build"], build);
        assert!(!site.join(build).exists());
        Ok(())
    }

    fn manifest(site: &Path) -> Result<Value> {
        Ok(serde_json::from_slice(&std::fs::read(
            site.join("manifest.json"),
        )?)?)
    }
}
