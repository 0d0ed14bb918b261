//! A standard library for wasm32: already there, else from rustup, else built once from Debian's
//! packaged source (for machines where rustup cannot download).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::apt;
use crate::command::{Run, exists, say, work};

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_TOOLCHAIN: &str = "debian-web";
const PACKAGES: [&str; 6] = [
    "ca-certificates",
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-clippy",
    "rustfmt-web",
];

/// Makes `cargo build --target wasm32-unknown-unknown` work; returns the environment it needs.
pub fn ensure() -> Result<Vec<(String, String)>> {
    let forced = std::env::var("HEADROOM_WASM_TARGET").is_ok_and(|how| how == "debian");
    if !forced {
        if has_std("rustc") {
            return Ok(Vec::new());
        }
        if exists("rustup") {
            say(&format!("rustup target add {TARGET}"));
            if Run::new("rustup")
                .args(["target", "add", TARGET])
                .run()
                .is_ok()
                && has_std("rustc")
            {
                return Ok(Vec::new());
            }
            say("rustup could not add the target; going on with Debian's packages");
        }
    }
    if !(Path::new(DEBIAN_RUSTC).exists() && has_std(DEBIAN_RUSTC)) {
        from_debian()?;
    }
    debian_env()
}

fn has_std(rustc: &str) -> bool {
    let Ok(folder) = libdir(rustc) else {
        return false;
    };
    let Ok(files) = std::fs::read_dir(folder) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn libdir(rustc: &str) -> Result<PathBuf> {
    let printed = Run::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()?;
    Ok(PathBuf::from(printed.trim()))
}

fn from_debian() -> Result<()> {
    say(&format!(
        "building the {TARGET} standard library from Debian's source (about 2 CPU minutes)"
    ));
    apt::install(&PACKAGES)?;
    let version = Run::new(DEBIAN_RUSTC).args(["-vV"]).output()?;
    let llvm = llvm_major(&version).context("Debian's rustc does not name its LLVM")?;
    apt::install(&[&format!("lld-{llvm}")])?;
    build_std()?;
    link_lld(llvm)
}

/// The major number in `LLVM version: 22.1.2`.
fn llvm_major(version: &str) -> Option<&str> {
    let line = version
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    line.split('.').next()
}

/// Builds std from an empty crate and installs its rlibs beside the host's.
fn build_std() -> Result<()> {
    let folder = work().join("wasm-std");
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/lib.rs"), "")?;
    std::fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"stdbuild\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [lib]\n[workspace]\n",
    )?;
    let output = folder.join("target");
    Run::new(DEBIAN_CARGO)
        .within(&folder)
        .without_env("RUSTUP_TOOLCHAIN")
        .without_env("LD_LIBRARY_PATH")
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", &output)
        .args(["build", "--release", "--target", TARGET])
        .args(["-Zbuild-std=std,panic_abort,test,proc_macro"])
        .run()?;
    let built = output.join(TARGET).join("release/deps");
    let installed = libdir(DEBIAN_RUSTC)?;
    std::fs::create_dir_all(&installed)?;
    for file in std::fs::read_dir(built)? {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libstdbuild") {
            std::fs::copy(file.path(), installed.join(&name))?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// rustc asks for a linker called `rust-lld`, which Debian does not ship: the lld of the same LLVM
/// does it under that name (an older one does not read this LLVM's bitcode).
fn link_lld(llvm: &str) -> Result<()> {
    let lld = PathBuf::from(format!("/usr/lib/llvm-{llvm}/bin/lld"));
    let link = Path::new("/usr/local/bin/rust-lld");
    if !lld.exists() {
        bail!(
            "{} is missing though lld-{llvm} is installed",
            lld.display()
        );
    }
    if !link.exists() {
        std::os::unix::fs::symlink(&lld, link)?;
    }
    Ok(())
}

fn debian_env() -> Result<Vec<(String, String)>> {
    say("using Debian's Rust");
    if exists("rustup") {
        Run::new("rustup")
            .args(["toolchain", "link", DEBIAN_TOOLCHAIN, "/usr"])
            .output()?;
        return Ok(vec![("RUSTUP_TOOLCHAIN".into(), DEBIAN_TOOLCHAIN.into())]);
    }
    Ok(vec![("RUSTC".into(), DEBIAN_RUSTC.into())])
}

#[cfg(test)]
mod tests {
    use super::llvm_major;

    #[test]
    fn the_linker_is_chosen_by_rustcs_own_llvm() {
        let version = "rustc 1.96.0\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.8\n";
        assert_eq!(llvm_major(version), Some("22"));
        assert_eq!(llvm_major("rustc 1.96.0\n"), None);
    }
}
