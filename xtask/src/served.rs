//! A Headroom server that a test starts, asks and ends.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::command::Run;
use crate::http;

const START_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// A running server; dropping it kills it.
pub struct Served {
    child: Child,
    pub address: String,
}

impl Served {
    /// Starts the server on a free port and waits until it says it is ready.
    pub fn start(binary: &Path, data: &Path, log: Stdio) -> Result<Self> {
        Self::start_with(binary, data, log, &[])
    }

    /// The same with settings, in their environment form.
    pub fn start_with(
        binary: &Path,
        data: &Path,
        log: Stdio,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let child = Run::new(binary)
            .within(data)
            .args(["serve"])
            .env("HEADROOM_SERVER__LISTEN", &address)
            .env("HEADROOM_SERVER__PUBLIC_URL", format!("http://{address}"))
            .env("HEADROOM_DATA__DIR", data)
            .into_command()
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut served = Self { child, address };
        served.wait_until_ready()?;
        Ok(served)
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended while starting ({status})");
            }
            if http::get(&self.address, "/readyz").is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
        bail!("the server was not ready within {START_LIMIT:?}")
    }

    /// Id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Open descriptors.
    pub fn descriptors(&self) -> Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.id()))?.count())
    }

    /// SIGKILL: no drain, no goodbye.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// A line of `/proc/PID/status` that is memory, such as `VmRSS`, in MiB.
pub fn memory_mib(id: u32, line: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let value = status.lines().find_map(|all| all.strip_prefix(line));
    let kib = value.and_then(|value| value.strip_prefix(':')?.trim().strip_suffix("kB"));
    let kib: f64 = kib.context("/proc/PID/status")?.trim().parse()?;
    Ok(kib / 1024.0)
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already dead is as good; there is nobody to tell otherwise.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
