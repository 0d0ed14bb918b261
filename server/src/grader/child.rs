//! A child: started, tested and locked in, it waits for one job, does it, and ends.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::lockdown::Lockdown;
use super::pool::PoolConfig;
use super::protocol::{self, Answer, Job};

/// How long a child may take to start and test itself.
const START: Duration = Duration::from_secs(20);
/// How long a child that has answered may take to end.
const END: Duration = Duration::from_secs(2);
/// Dying words that are kept, bytes.
const WORDS: u64 = 4096;
/// What Rust says when memory is out, before it aborts.
const NO_MEMORY: &str = "memory allocation of";
/// Signal of an exceeded CPU limit (SIGXCPU).
const CPU_EXCEEDED: i32 = 24;

/// A child that waits for its one job.
pub struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

/// How an attempt ended without an answer.
pub enum Death {
    /// The deadline came.
    Deadline,
    /// The child used up its CPU time.
    Cpu,
    /// The child had no more memory.
    Memory,
    /// Anything else.
    Crash(String),
}

impl Worker {
    /// Starts one, and comes when it is ready.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn start(config: &PoolConfig) -> Result<(Self, Lockdown), String> {
        // From a thread of the runtime, never from `spawn_blocking`: the child dies with the thread
        // that started it (PR_SET_PDEATHSIG), and those threads end when idle.
        let mut child = Command::new(&config.program)
            .arg("grader")
            .arg(format!("--cpu-seconds={}", config.cpu_s))
            .arg(format!("--address-space={}", config.address_space))
            .args(config.leaves_core().then_some("--leave-core"))
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start a grader: {error}"))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (stdin, stdout) = pipes.ok_or("a grader has no pipes")?;
        let mut worker = Self {
            child,
            stdin,
            stdout,
        };
        let first = timeout(START, protocol::receive::<Answer>(&mut worker.stdout)).await;
        match first {
            Ok(Ok((Answer::Ready { lockdown }, _))) => Ok((worker, lockdown)),
            Ok(Ok((Answer::Broken { reason }, _))) => Err(format!("a grader is broken: {reason}")),
            Ok(Ok(_)) => Err("a grader spoke out of turn".into()),
            Ok(Err(_)) => Err(format!(
                "a grader died at its start: {}",
                worker.words().await
            )),
            Err(_) => Err("a grader did not get ready".into()),
        }
    }

    /// Its process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Whether it still waits.
    pub fn alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// One job; the child is gone afterwards, whatever happened.
    pub async fn answer(
        mut self,
        job: &Job,
        module: &[u8],
        begun: impl FnOnce(),
        deadline: Duration,
    ) -> Result<(Answer, Vec<u8>), Death> {
        let exchange = async {
            let sent = protocol::send(&mut self.stdin, job, module).await;
            begun();
            sent?;
            protocol::receive::<Answer>(&mut self.stdout).await
        };
        match timeout(deadline, exchange).await {
            Ok(Ok(answer)) => {
                // It ends by itself; nobody waits for that.
                tokio::spawn(self.end());
                Ok(answer)
            }
            Ok(Err(_)) => Err(self.death().await),
            Err(_) => Err(Death::Deadline),
        }
    }

    /// Waits for a child that has done its work, and ends one that stays.
    async fn end(mut self) {
        let _ended = timeout(END, self.child.wait()).await;
    }

    async fn death(&mut self) -> Death {
        let words = self.words().await;
        let Ok(Ok(status)) = timeout(START, self.child.wait()).await else {
            return Death::Crash(words);
        };
        match signal(status) {
            Some(CPU_EXCEEDED) => Death::Cpu,
            _ if words.contains(NO_MEMORY) => Death::Memory,
            _ => Death::Crash(format!("{status}: {words}")),
        }
    }

    /// What the child said on stderr.
    async fn words(&mut self) -> String {
        let mut bytes = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            let mut stderr = stderr.take(WORDS);
            // Nothing more can be done if even this fails: the words are for the log.
            let _ = timeout(Duration::from_secs(1), stderr.read_to_end(&mut bytes)).await;
        }
        String::from_utf8_lossy(&bytes)
            .trim()
            .escape_debug()
            .to_string()
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}
