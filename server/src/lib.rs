//! Headroom's server.

pub mod cli;
pub mod grader;
pub mod sandbox;
