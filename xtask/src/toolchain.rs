//! The Rust toolchain that all builds use: the one at hand, or Debian's.

use anyhow::Result;

use crate::command::Run;
use crate::javascript;
use crate::wasm_target;

/// What to add to the environment of every cargo and rustc.
pub struct Toolchain {
    env: Vec<(String, String)>,
}

impl Toolchain {
    /// Finds or makes a toolchain that builds for the host and for wasm32.
    pub fn find() -> Result<Self> {
        Ok(Self {
            env: wasm_target::ensure()?,
        })
    }

    #[must_use]
    pub fn cargo(&self) -> Run {
        // Inside `cargo run`, rustup names its toolchain to children; ours must win.
        self.clean("cargo")
            .envs(&self.env)
            .envs(&javascript::ENVIRONMENT.map(|(name, value)| (name.into(), value.into())))
    }

    #[must_use]
    pub fn rustc(&self) -> Run {
        self.program("rustc")
    }

    /// What the environment of a program has to name, so that it finds this toolchain.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.env
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A program that may call rustc or cargo.
    #[must_use]
    pub fn program(&self, name: &str) -> Run {
        self.clean(name).envs(&self.env)
    }

    fn clean(&self, program: &str) -> Run {
        let run = Run::new(program)
            .without_env("CARGO_MANIFEST_DIR")
            .without_env("CARGO")
            .without_env("CARGO_PKG_NAME");
        // `cargo run` puts the active toolchain's own folders first on the loader's path.
        if self.env.is_empty() {
            run
        } else {
            run.without_env("LD_LIBRARY_PATH")
        }
    }
}
