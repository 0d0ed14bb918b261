//! The JavaScript interpreter: QuickJS is C, so that clang and LLVM's archiver have to be there.

use std::path::Path;

use anyhow::{Context, Result};

use crate::toolchain::Toolchain;
use crate::{apt, client};

/// Where `cc` looks for a compiler of C for wasm32 and its archiver.
pub const ENVIRONMENT: [(&str, &str); 2] = [
    ("CC_wasm32_unknown_unknown", "clang"),
    ("AR_wasm32_unknown_unknown", "llvm-ar"),
];

/// Installs what the interpreter is built with.
pub fn tools() -> Result<()> {
    apt::program("clang", &["clang"])?;
    apt::program("llvm-ar", &["llvm"])
}

/// Builds the interpreter into a folder, under the name that scripts ask for.
pub fn build(toolchain: &Toolchain, out: &Path) -> Result<()> {
    tools()?;
    let wasm = client::compile(toolchain, "labs-javascript", "runtime")?;
    client::empty(out)?;
    std::fs::copy(&wasm, out.join("javascript.wasm"))
        .with_context(|| wasm.display().to_string())?;
    Ok(())
}
