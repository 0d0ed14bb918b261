//! Lists the source files that lessons quote, so that the program carries those and no others.
//!
//! And folds functions that came out the same into one, in release builds: the views of the pages
//! are thousands of types with few differences. Only LLD can; where it is not the linker, nothing
//! is asked for.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What marks a part of a file for lessons, behind a comment sign.
const MARK: &str = "lesson: ";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    quoted();
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") && links_with_lld() {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
        // Addresses to set at the start as a bitmap (DT_RELR, glibc 2.36) and not as a table.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Writes `quoted.rs`: path in the repository and text of every file with a mark.
fn quoted() {
    let server = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let repository = server.join("..");
    let mut files = Vec::new();
    for folder in ["labs/src", "server/src"] {
        println!(
            "cargo::rerun-if-changed={}",
            repository.join(folder).display()
        );
        list(&repository.join(folder), folder, &mut files);
    }
    files.sort();
    let mut code = String::from("const QUOTED: &[(&str, &str)] = &[\n");
    for name in files {
        let path = repository.join(&name);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.lines().any(|line| line.contains(MARK)) {
            let written = writeln!(code, "    ({name:?}, include_str!({path:?})),");
            assert!(written.is_ok());
        }
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let written = std::fs::write(out.join("quoted.rs"), code);
    assert!(written.is_ok(), "{written:?}");
}

fn list(folder: &Path, name: &str, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => list(&entry.path(), &name, files),
            false => files.push(name),
        }
    }
}

/// rustc brings LLD and links with it on this target since 1.90.
fn links_with_lld() -> bool {
    let target = std::env::var("TARGET").unwrap_or_default();
    if target != "x86_64-unknown-linux-gnu" || std::env::var_os("RUSTFLAGS").is_some() {
        return false;
    }
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let said = Command::new(rustc).args(["--print", "sysroot"]).output();
    let root = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    root.is_ok_and(|root| {
        let linker = "lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/ld.lld";
        PathBuf::from(root).join(linker).exists()
    })
}
