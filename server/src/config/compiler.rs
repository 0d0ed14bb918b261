//! `[compiler]`.

use serde::{Deserialize, Serialize};

/// Compiling what learners write in the page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct CompilerConfig {
    /// Whether the page takes Rust. Needs `bwrap` and a rustc with the target
    /// wasm32-unknown-unknown.
    pub rust: bool,
    /// The Rust compiler.
    pub rustc: String,
    /// Compilations at once.
    pub workers: u32,
    /// Compilations that may wait.
    pub queue_max: u32,
    /// CPU time that one compilation may take, seconds.
    pub cpu_s: u64,
    /// Address space that one process of a compilation may take, MiB.
    pub memory_mib: u64,
}

impl Default for CompilerConfig {
    fn default() -> Self {
        Self {
            rust: false,
            rustc: "rustc".into(),
            workers: 1,
            queue_max: 16,
            cpu_s: 10,
            memory_mib: 4096,
        }
    }
}
