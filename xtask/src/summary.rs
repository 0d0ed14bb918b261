//! The steps of a test run: each is timed, a failure does not stop the independent ones.

use std::time::{Duration, Instant};

use anyhow::{Error, Result, bail};

struct Step {
    name: &'static str,
    took: Duration,
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
        let error = action().err();
        if let Some(error) = &error {
            println!("--- {name} FAILED: {error:#}");
        }
        self.done.push(Step {
            name,
            took: start.elapsed(),
            error,
        });
    }

    /// Prints all steps and ends with one line that counts them.
    pub fn finish(self) -> Result<()> {
        println!("\n=== summary");
        for step in &self.done {
            let verdict = if step.error.is_some() { "FAILED" } else { "ok" };
            println!(
                "  {:>8.1} s  {:<10} {verdict}",
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
