//! One binary for all tests that load whole curricula.

mod articles;
mod curriculum;
mod diagrams;
mod problems;
mod runs;
mod safety;
mod search;
