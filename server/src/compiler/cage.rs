//! Bubblewrap around a compiler: namespaces of its own, the system's and the toolchain's folders
//! to read, one small folder in memory to write.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use super::toolchain::{MODULE, SDK, Toolchain};
use crate::config::CompilerConfig;

/// The longest module, bytes; also the bound on every file that is written.
const MODULE_MAX_BYTES: u64 = 1 << 20;
/// What is read of a compiler's messages, bytes.
const MESSAGES_MAX_BYTES: u64 = 256 << 10;
/// The folder that can be written, bytes: objects are larger than the module.
const SCRATCH_BYTES: u64 = 64 << 20;
/// Files while compiling, in the 512-byte blocks of `ulimit -f`.
const FILE_BLOCKS: u64 = (32 << 20) / 512;
/// Descriptor on which bubblewrap reads the filter of system calls.
const FILTER: &str = "9";

/// Opens the filter, then becomes bubblewrap: descriptors of ours do not pass an `exec`.
const OUTER: &str = "exec bwrap \"$@\" 9<\"$0\"";
/// Bounds itself, compiles, and hands the module over.
const INNER: &str = "ulimit -c 0; ulimit -t \"$1\"; ulimit -v \"$2\"; ulimit -f \"$3\"; \
                     module=$4; shift 4; \"$@\" && exec cat \"$module\"";

/// How to wrap a command.
pub(super) struct Cage {
    filter: PathBuf,
    arguments: Vec<String>,
    bounds: [String; 3],
    wall: Duration,
}

/// How a compilation ended.
pub(super) enum Ended {
    /// With a module.
    Made(Bytes),
    /// With these messages.
    Refused(String),
    /// By a bound, or in some other way that leaves nothing to say.
    Stopped,
}

impl Cage {
    pub(super) fn new(
        folder: &Path,
        toolchain: &Toolchain,
        config: &CompilerConfig,
    ) -> anyhow::Result<Self> {
        let filter = folder.join("calls.bpf");
        std::fs::write(&filter, filter_bytes()?)?;
        let memory_kib = config.memory_mib << 10;
        Ok(Self {
            filter,
            arguments: arguments(toolchain),
            bounds: [config.cpu_s, memory_kib, FILE_BLOCKS].map(|bound| bound.to_string()),
            // Links and code generation may use two threads; a busy machine is slower.
            wall: Duration::from_secs(config.cpu_s * 3),
        })
    }

    /// Runs `command` on `source`.
    pub(super) async fn run(&self, command: &[String], source: &[u8]) -> anyhow::Result<Ended> {
        let child = self.spawn(command)?;
        match tokio::time::timeout(self.wall, attend(child, source)).await {
            Ok(ended) => ended,
            // Dropping the child has killed bubblewrap, and that kills everything inside.
            Err(_) => Ok(Ended::Stopped),
        }
    }

    fn spawn(&self, command: &[String]) -> anyhow::Result<Child> {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", OUTER])
            .arg(&self.filter)
            .args(&self.arguments)
            .args(["sh", "-c", INNER, "sh"])
            .args(&self.bounds)
            .arg(MODULE)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        shell.spawn().context("sh cannot be run")
    }
}

/// Feeds a compiler and reads what it answers, all at once, so that no pipe fills up.
async fn attend(mut child: Child, source: &[u8]) -> anyhow::Result<Ended> {
    let (input, module, messages) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut input) = input {
            // Whoever ends before reading says so by how he ends.
            let _ = input.write_all(source).await;
        }
    };
    let ((), module, messages) = tokio::join!(
        feed,
        read(module, MODULE_MAX_BYTES + 1),
        read(messages, MESSAGES_MAX_BYTES)
    );
    let status = child.wait().await?;
    let (module, messages) = (module?, messages?);
    let said = String::from_utf8_lossy(&messages).into_owned();
    if status.success() && module.len() as u64 <= MODULE_MAX_BYTES {
        return Ok(Ended::Made(module.into()));
    }
    if said.starts_with("bwrap:") {
        anyhow::bail!("{}", said.trim_end());
    }
    let has_errors = said.contains("\"level\":\"error\"");
    Ok(match has_errors && !status.success() {
        true => Ended::Refused(said),
        false => Ended::Stopped,
    })
}

/// At most `most` bytes; the rest is read and dropped.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        (&mut from).take(most).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

fn arguments(toolchain: &Toolchain) -> Vec<String> {
    let mut words: Vec<String> = [
        "--unshare-all",
        "--unshare-user",
        "--uid",
        "65534",
        "--gid",
        "65534",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--clearenv",
        "--setenv",
        "PATH",
        "/usr/local/bin:/usr/bin:/bin",
        "--setenv",
        "TMPDIR",
        "/tmp",
        "--seccomp",
        FILTER,
        "--ro-bind",
        "/usr",
        "/usr",
        "--proc",
        "/proc",
        "--dev",
        "/dev",
    ]
    .map(str::to_owned)
    .into();
    let mut add = |three: [&str; 3]| words.extend(three.map(str::to_owned));
    for folder in ["/bin", "/lib", "/lib64"] {
        match std::fs::read_link(folder) {
            Ok(target) => add(["--symlink", &target.to_string_lossy(), folder]),
            Err(_) => add(["--ro-bind-try", folder, folder]),
        }
    }
    let sysroot = toolchain.sysroot.to_string_lossy();
    if !toolchain.sysroot.starts_with("/usr") {
        add(["--ro-bind", &sysroot, &sysroot]);
    }
    add(["--ro-bind", &toolchain.sdk.to_string_lossy(), SDK]);
    let scratch = SCRATCH_BYTES.to_string();
    words.extend(["--size", &scratch, "--tmpfs", "/tmp", "--chdir", "/tmp"].map(str::to_owned));
    words
}

#[cfg(target_os = "linux")]
fn filter_bytes() -> anyhow::Result<Vec<u8>> {
    super::filter::bytes()
}

#[cfg(not(target_os = "linux"))]
fn filter_bytes() -> anyhow::Result<Vec<u8>> {
    anyhow::bail!("compiler.rust needs Linux")
}
