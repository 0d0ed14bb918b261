//! Subcommands, one file each.

pub mod grader;
