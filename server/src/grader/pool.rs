//! The parent's side: warm children, one module each.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use labs::Language;
use tokio::sync::Semaphore;

use super::child::{Death, Worker};
use super::key::HiddenSeeds;
use super::lockdown::Lockdown;
use super::outcome::{Failure, Graded, Problem, Refusal, Replay};
use super::protocol::{Answer, Job, PublicCase};
use super::{scripts, verdict};
use crate::config::GraderConfig;

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
    pub(super) fn leaves_core(&self) -> bool {
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
        let job = self.job(lab, false)?;
        self.work(&job, module, verdict::of).await
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
        let module = assembled(lab, language, source)?;
        let job = self.job(lab, true)?;
        self.work(&job, &module, verdict::of).await
    }

    /// Runs one case of a module, or of a script in that language, again, and looks at it.
    ///
    /// # Errors
    /// Why nothing can be seen.
    pub async fn replay(
        &self,
        lab: &str,
        language: Option<&Language>,
        bytes: &[u8],
        case: PublicCase,
    ) -> Result<Replay, Failure> {
        let module = match language {
            Some(language) => Cow::Owned(assembled(lab, language, bytes)?),
            None => Cow::Borrowed(bytes),
        };
        let job = Job {
            hidden: Vec::new(),
            replay: Some(case),
            ..self.job(lab, language.is_some())?
        };
        let read = |answer, plots: Vec<u8>, _: &Job, _: &[u8]| verdict::of_replay(answer, &plots);
        self.work(&job, &module, read).await
    }

    fn job(&self, lab: &str, script: bool) -> Result<Job, Failure> {
        let known = labs::by_id(lab).ok_or_else(no_such_lab)?;
        Ok(Job {
            lab: lab.into(),
            script,
            hidden: self.0.hidden.cases(known),
            replay: None,
        })
    }

    /// Has a child do it, and reads its answer.
    async fn work<T>(
        &self,
        job: &Job,
        module: &[u8],
        read: impl Fn(Answer, Vec<u8>, &Job, &[u8]) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let turn = self.0.turns.acquire().await;
        let _turn = turn.map_err(|closed| Failure::Retry(closed.to_string()))?;
        for last in [false, true] {
            let worker = self.take().await.map_err(Failure::Retry)?;
            // The successor starts once this one has its work, not before.
            let begun = || self.refill();
            match worker
                .answer(job, module, begun, self.0.config.deadline)
                .await
            {
                Ok((answer, body)) => return read(answer, body, job, module),
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
        self.state().spare.iter().filter_map(Worker::id).collect()
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

fn assembled(lab: &str, language: &Language, source: &[u8]) -> Result<Vec<u8>, Failure> {
    let lab = labs::by_id(lab).ok_or_else(no_such_lab)?;
    scripts::assemble(lab, language, source)
        .map_err(|error| Failure::Problem(Problem::invalid(Refusal::all(&[error]))))
}

fn no_such_lab() -> Failure {
    Failure::Retry("no such lab".into())
}
