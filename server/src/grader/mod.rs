//! Grades modules in child processes.
//!
//! A child (`headroom grader`) tests itself, locks itself in, grades one module and is thrown
//! away; a pool keeps others warm, so nobody waits for a start. One process never sees two
//! learners' modules, and its death, whatever the cause, costs nothing but a repetition.

mod child;
pub mod key;
pub mod lockdown;
pub mod offline;
mod outcome;
mod pool;
mod protocol;
pub mod scripts;
mod selftest;
mod verdict;
mod worker;

pub use offline::points;
pub use outcome::{Failure, Graded, Problem, Refusal, Replay};
pub use pool::{Pool, PoolConfig, Status};
pub use protocol::PublicCase;
pub use worker::{Drill, Options, run};
