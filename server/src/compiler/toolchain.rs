//! Which rustc there is, and how it is told to make a policy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;

const TARGET: &str = "wasm32-unknown-unknown";
/// Where the cage shows the crate `headroom`.
pub(super) const SDK: &str = "/headroom/libheadroom.rlib";
/// Where the cage lets the module be written.
pub(super) const MODULE: &str = "/tmp/policy.wasm";

/// A rustc with the target.
pub(super) struct Toolchain {
    /// The folder that holds it.
    pub sysroot: PathBuf,
    /// The crate `headroom`, compiled by it.
    pub sdk: PathBuf,
}

impl Toolchain {
    /// Asks `rustc` where it lives, and compiles the crate `headroom` into `folder`.
    pub(super) async fn find(rustc: &str, folder: &Path) -> anyhow::Result<Self> {
        let sysroot = PathBuf::from(ask(rustc, &["--print", "sysroot"])?);
        let library = ask(rustc, &["--print", "target-libdir", "--target", TARGET])?;
        if !has_std(Path::new(&library)) {
            bail!("{rustc} has no {TARGET}: rustup target add {TARGET}");
        }
        let sdk = folder.join("libheadroom.rlib");
        let toolchain = Self { sysroot, sdk };
        toolchain.compile_sdk().await?;
        Ok(toolchain)
    }

    fn rustc(&self) -> PathBuf {
        self.sysroot.join("bin/rustc")
    }

    /// Our own code: it needs no cage.
    async fn compile_sdk(&self) -> anyhow::Result<()> {
        let mut command = tokio::process::Command::new(self.rustc());
        command
            .args([
                "--crate-name=headroom",
                "--crate-type=rlib",
                "--edition=2024",
            ])
            .args(["--target", TARGET, "-Copt-level=2", "-Cpanic=abort", "-o"])
            .arg(&self.sdk)
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| self.rustc().display().to_string())?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(labs::kit::RUST_SDK.as_bytes()).await?;
        }
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("the crate headroom does not compile:\n{said}");
        }
        Ok(())
    }

    /// The command inside the cage; the source comes on its standard input.
    pub(super) fn command(&self) -> Vec<String> {
        let rustc = self.rustc().display().to_string();
        let sysroot = format!("--sysroot={}", self.sysroot.display());
        let library = format!("headroom={SDK}");
        let words = [
            rustc.as_str(),
            &sysroot,
            "--crate-name=policy",
            "--crate-type=cdylib",
            "--edition=2024",
            "--target",
            TARGET,
            "--error-format=json",
            "-Copt-level=2",
            "-Cpanic=abort",
            "-Cstrip=symbols",
            "-Ccodegen-units=1",
            "-Clink-arg=-zstack-size=8192",
            "--extern",
            &library,
            "-o",
            MODULE,
            "-",
        ];
        words.map(str::to_owned).into()
    }
}

fn ask(rustc: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(rustc).args(arguments).output();
    let output = output.with_context(|| format!("compiler.rustc = {rustc:?} cannot be run"))?;
    if !output.status.success() {
        bail!("{rustc} {} failed", arguments.join(" "));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn has_std(library: &Path) -> bool {
    let files = std::fs::read_dir(library).into_iter().flatten().flatten();
    files.map(|file| file.file_name()).any(|name| {
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
