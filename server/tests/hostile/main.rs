//! Hostile modules and dying graders: whatever comes, the server's own process goes on.

#![expect(clippy::disallowed_methods, reason = "these tests bound real time")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bombs;
mod compiler;
mod deaths;
mod drills;
mod hidden;
mod modules;
mod refusals;
mod scripts;
mod selftest;
mod spec_suite;
mod wrapped;

use std::time::Duration;

use headroom::grader::key::HiddenSeeds;
use headroom::grader::{Pool, PoolConfig};

/// Settings of a pool of real children, with time enough for a busy machine.
fn config() -> PoolConfig {
    PoolConfig {
        program: env!("CARGO_BIN_EXE_headroom").into(),
        workers: 1,
        deadline: Duration::from_secs(60),
        cpu_s: 50,
        address_space: 1 << 30,
    }
}

/// A pool of real children.
fn pool() -> Pool {
    Pool::new(config(), HiddenSeeds::None)
}
