//! The parent's side: warm children, one module each.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use labs::Language;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::key::HiddenSeeds;
use super::lockdown::Lockdown;
use super::outcome::{Failure, Graded, Problem, Refusal};
use super::protocol::{self, Answer, Job};
use super::{scripts, verdict};
use crate::config::GraderConfig;

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

/// Settings of a pool.
#[derive(Debug, Clone)]
pub struct PoolConfig {
    /// The program that children are: this one.
    pub program: PathBuf,
    /// Children that grade at once, at least 1.
    pub workers: usize,
    /// Real time for one grading; the child is killed at its end.
    pub deadline: Duration,
    /// CPU time of a child over its life, seconds.
    pub cpu_s: u64,
    /// Address space of a child, bytes.
    pub address_space: u64,
}

impl PoolConfig {
    /// The defaults, with children that are `program`, and 1 GiB for each.
    #[must_use]
    pub fn standard(program: PathBuf) -> Self {
        let defaults = GraderConfig::default();
        Self {
            program,
            workers: defaults.worker_count(),
            deadline: defaults.deadline(),
            cpu_s: defaults.cpu_s,
            address_space: 1 << 30,
        }
    }

    /// Whether one core is the server's alone. Graders and those that start beside them share the
    /// others.
    fn leaves_core(&self) -> bool {
        available_parallelism().is_ok_and(|cores| self.workers < cores.get())
    }
}

/// What a pool says of itself, for `/readyz`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// Whether a module that comes now will be graded.
    pub ready: bool,
    /// Walls around the child that started last; absent before the first.
    pub lockdown: Option<Lockdown>,
    /// Children that wait for work.
    pub warm: usize,
    /// Children that are being started.
    pub starting: usize,
    /// Children that grade now.
    pub busy: usize,
    /// Children that may grade at once.
    pub workers: usize,
}

/// A pool of graders. Cheap to clone.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    config: PoolConfig,
    hidden: HiddenSeeds,
    turns: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    spare: Vec<Worker>,
    starting: usize,
    lockdown: Option<Lockdown>,
    /// The last child that was started did not get ready.
    failed: bool,
}

/// A child that waits for its one job.
struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

/// How an attempt ended without an answer.
enum Death {
    /// The deadline came.
    Deadline,
    /// The child used up its CPU time.
    Cpu,
    /// The child had no more memory.
    Memory,
    /// Anything else.
    Crash(String),
}

impl Pool {
    /// A pool. Children start with the first [`Pool::warm`] or job.
    #[must_use]
    pub fn new(config: PoolConfig, hidden: HiddenSeeds) -> Self {
        let turns = Semaphore::new(config.workers.max(1));
        Self(Arc::new(Inner {
            config,
            hidden,
            turns,
            state: Mutex::default(),
        }))
    }

    /// Starts a child if none waits, and returns when it is ready.
    ///
    /// # Errors
    /// Why no child can be started.
    pub async fn warm(&self) -> Result<Status, String> {
        let worker = self.take().await?;
        self.state().spare.push(worker);
        Ok(self.status())
    }

    /// What the pool is like now. Where nobody waits or works, a child is started, so that
    /// graders which all died come back unasked. Call it on the tokio runtime.
    #[must_use]
    pub fn status(&self) -> Status {
        let workers = self.0.config.workers;
        let busy = workers.saturating_sub(self.0.turns.available_permits());
        self.state().spare.retain_mut(Worker::alive);
        if busy == 0 && self.state().spare.is_empty() {
            self.refill();
        }
        let state = self.state();
        let (warm, starting) = (state.spare.len(), state.starting);
        Status {
            ready: warm + busy > 0 || (starting > 0 && !state.failed),
            lockdown: state.lockdown,
            warm,
            starting,
            busy,
            workers,
        }
    }

    /// Grades a module. A child that dies is replaced and the module tried once more; a
    /// second death is the module's own fault.
    ///
    /// # Errors
    /// Why there is no grade.
    pub async fn grade(&self, lab: &str, module: &[u8]) -> Result<Graded, Failure> {
        self.work(lab, false, module).await
    }

    /// Grades a script, as [`Pool::grade`] does a module.
    ///
    /// # Errors
    /// Why there is no grade.
    pub async fn grade_script(
        &self,
        lab: &str,
        language: &Language,
        source: &[u8],
    ) -> Result<Graded, Failure> {
        let known = labs::by_id(lab).ok_or_else(|| Failure::Retry("no such lab".into()))?;
        let module = scripts::assemble(known, language, source)
            .map_err(|error| Failure::Problem(Problem::invalid(Refusal::all(&[error]))))?;
        self.work(lab, true, &module).await
    }

    async fn work(&self, lab: &str, script: bool, module: &[u8]) -> Result<Graded, Failure> {
        let known = labs::by_id(lab).ok_or_else(|| Failure::Retry("no such lab".into()))?;
        let job = Job {
            lab: lab.into(),
            script,
            hidden: self.0.hidden.cases(known),
        };
        let turn = self.0.turns.acquire().await;
        let _turn = turn.map_err(|closed| Failure::Retry(closed.to_string()))?;
        for last in [false, true] {
            let worker = self.take().await.map_err(Failure::Retry)?;
            // The successor starts once this one has its work, not before.
            let begun = || self.refill();
            match worker
                .grade(&job, module, begun, self.0.config.deadline)
                .await
            {
                Ok(outcome) => return outcome,
                Err(Death::Cpu) => return Err(Failure::Problem(Problem::timeout())),
                Err(Death::Memory) => return Err(Failure::Problem(Problem::memory())),
                Err(Death::Deadline) if last => return Err(Failure::Problem(Problem::timeout())),
                Err(Death::Crash(words)) if last => {
                    tracing::error!(words, "a module crashed two graders");
                    return Err(Failure::Problem(Problem::crashed()));
                }
                Err(Death::Deadline) => tracing::warn!("a grading met its deadline"),
                Err(Death::Crash(words)) => tracing::warn!(words, "a grader died"),
            }
        }
        Err(Failure::Retry("no attempt was made".into()))
    }

    /// Process ids of the children that wait; for tests that kill them.
    #[must_use]
    pub fn waiting(&self) -> Vec<u32> {
        self.state()
            .spare
            .iter()
            .filter_map(|worker| worker.child.id())
            .collect()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A warm child, or a fresh one. Those that died while waiting are skipped.
    async fn take(&self) -> Result<Worker, String> {
        loop {
            let waiting = self.state().spare.pop();
            match waiting {
                Some(mut worker) => {
                    if worker.alive() {
                        return Ok(worker);
                    }
                }
                None => return self.start().await,
            }
        }
    }

    async fn start(&self) -> Result<Worker, String> {
        let started = Worker::start(&self.0.config).await;
        self.state().failed = started.is_err();
        let (worker, lockdown) = started?;
        let missing = lockdown.missing();
        let changed = self.state().lockdown.replace(lockdown) != Some(lockdown);
        if changed && !missing.is_empty() {
            tracing::error!(
                ?missing,
                "graders run WITHOUT all their walls on this system"
            );
        }
        Ok(worker)
    }

    /// Starts the next child while this one grades.
    fn refill(&self) {
        let mut state = self.state();
        if state.spare.len() + state.starting >= self.0.config.workers {
            return;
        }
        state.starting += 1;
        drop(state);
        let pool = self.clone();
        tokio::spawn(async move {
            let started = pool.start().await;
            let mut state = pool.state();
            state.starting -= 1;
            match started {
                Ok(worker) => state.spare.push(worker),
                Err(reason) => tracing::error!(reason, "a grader did not start"),
            }
        });
    }
}

impl Worker {
    async fn start(config: &PoolConfig) -> Result<(Self, Lockdown), String> {
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

    fn alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// One job; the child is gone afterwards, whatever happened.
    async fn grade(
        mut self,
        job: &Job,
        module: &[u8],
        begun: impl FnOnce(),
        deadline: Duration,
    ) -> Result<Result<Graded, Failure>, Death> {
        let exchange = async {
            let sent = protocol::send(&mut self.stdin, job, module).await;
            begun();
            sent?;
            protocol::receive::<Answer>(&mut self.stdout).await
        };
        match timeout(deadline, exchange).await {
            Ok(Ok((answer, body))) => {
                // It ends by itself; nobody waits for that.
                tokio::spawn(self.end());
                Ok(verdict::of(answer, body, job, module))
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
