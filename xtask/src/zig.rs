//! The Zig compiler, from the Python package index.

use std::path::PathBuf;

use anyhow::Result;

use crate::python;

const PACKAGE: &str = "ziglang==0.15.1";

/// The Python that has Zig: `python -m ziglang …`.
pub fn python() -> Result<PathBuf> {
    python::with("zig", "ziglang", PACKAGE)
}
