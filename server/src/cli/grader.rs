//! `headroom grader`, hidden: the child in which modules are graded.

use std::process::ExitCode;

use clap::Args;

use crate::grader::lockdown::Bounds;
use crate::grader::{Drill, Options, run};

/// Grades one module from stdin, locked in. Started by the server, not by people.
#[derive(Debug, Clone, Args)]
pub struct Grader {
    /// CPU time over the whole life of the process.
    #[arg(long, default_value_t = 20)]
    pub cpu_seconds: u64,
    /// Address space, bytes.
    #[arg(long, default_value_t = 1 << 30)]
    pub address_space: u64,
    /// Keep off the first core.
    #[arg(long)]
    pub leave_core: bool,
    /// Try something forbidden once locked in, to prove the walls.
    #[arg(long)]
    pub drill: Option<Drill>,
}

impl Grader {
    /// Runs the child to its end. Must be called before any other thread exists.
    #[must_use]
    pub fn run(self) -> ExitCode {
        let bounds = Bounds {
            cpu_s: self.cpu_seconds,
            address_space: self.address_space,
            leave_core: self.leave_core,
        };
        run(Options {
            bounds,
            drill: self.drill,
        })
    }
}
