//! The steps of a test run: each is timed, a failure does not stop the independent ones.

use std::time::{Duration, Instant};

use anyhow::{Error, Result, bail};

struct Step {
    name: &'static str,
    took: Duration,
    /// Share of all processors' time that anything on this machine used meanwhile, per cent: a low
    /// one says that the step waits.
    busy: Option<u64>,
    error: Option<Error>,
}

/// Runs steps and remembers how each ended.
pub struct Steps {
    only: Vec<String>,
    done: Vec<Step>,
}

impl Steps {
    /// With names in `only`, other steps are passed over.
    #[must_use]
    pub fn new(only: &[String]) -> Self {
        Self {
            only: only.to_vec(),
            done: Vec::new(),
        }
    }

    /// Runs one step.
    pub fn step(&mut self, name: &'static str, action: impl FnOnce() -> Result<()>) {
        if !self.only.is_empty() && !self.only.iter().any(|wanted| wanted == name) {
            return;
        }
        println!("\n=== {name}");
        let start = Instant::now();
        let before = Processors::now();
        let error = action().err();
        if let Some(error) = &error {
            println!("--- {name} FAILED: {error:#}");
        }
        self.done.push(Step {
            name,
            took: start.elapsed(),
            busy: before.zip(Processors::now()).map(|(a, b)| a.busy_until(b)),
            error,
        });
    }

    /// Prints all steps and ends with one line that counts them.
    pub fn finish(self) -> Result<()> {
        println!("\n=== summary");
        for step in &self.done {
            let verdict = if step.error.is_some() { "FAILED" } else { "ok" };
            let busy = step.busy.map_or("?".to_owned(), |busy| busy.to_string());
            println!(
                "  {:>8.1} s  {busy:>3} % busy  {:<10} {verdict}",
                step.took.as_secs_f64(),
                step.name
            );
        }
        if let Some(slowest) = self.done.iter().max_by_key(|step| step.took) {
            println!("  slowest: {}", slowest.name);
        }
        let failed: Vec<&Step> = self
            .done
            .iter()
            .filter(|step| step.error.is_some())
            .collect();
        for step in &failed {
            if let Some(error) = &step.error {
                println!("\n{} failed: {error:#}", step.name);
            }
        }
        println!(
            "\n{} passed, {} failed",
            self.done.len() - failed.len(),
            failed.len()
        );
        if self.done.is_empty() {
            bail!("no step has that name");
        }
        if !failed.is_empty() {
            // The line above is the last word; a second report of the error would follow it.
            std::process::exit(1);
        }
        Ok(())
    }
}

/// What the processors have done since the start, in ticks of the kernel.
#[derive(Clone, Copy)]
struct Processors {
    all: u64,
    idle: u64,
}

impl Processors {
    /// Nothing where the system does not tell (proc_stat(5)).
    fn now() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/stat").ok()?;
        let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let ticks: Vec<u64> = line
            .split_whitespace()
            .map_while(|tick| tick.parse().ok())
            .collect();
        // User, nice, system, idle, waiting for a disk, two kinds of interrupts, stolen.
        let idle = ticks.get(3..5)?.iter().sum();
        let all = ticks.iter().take(8).sum();
        Some(Self { all, idle })
    }

    fn busy_until(self, later: Self) -> u64 {
        let all = later.all.saturating_sub(self.all);
        let idle = later.idle.saturating_sub(self.idle);
        (100 * all.saturating_sub(idle))
            .checked_div(all)
            .unwrap_or(0)
    }
}
