//! Hostile modules and dying graders: whatever comes, the server's own process goes on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod drills;
mod modules;
mod spec_suite;

use std::time::Duration;

use headroom::grader::{Pool, PoolConfig};

/// A pool of real children.
fn pool() -> Pool {
    let config = PoolConfig {
        program: env!("CARGO_BIN_EXE_headroom").into(),
        workers: 1,
        deadline: Duration::from_secs(60),
        cpu_s: 50,
        address_space: 1 << 30,
    };
    Pool::new(config, None)
}
