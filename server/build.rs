//! Folds functions that came out the same into one, in release builds: the views of the pages are
//! thousands of types with few differences. Only LLD can; where it is not the linker, nothing is
//! asked for.

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") && links_with_lld() {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
        // Addresses to set at the start as a bitmap (DT_RELR, glibc 2.36) and not as a table.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
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
