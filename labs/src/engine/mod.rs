//! The simulator's engine: time, draws, queues, metrics, scores and reports.
//!
//! **Invariant: bit-identical everywhere.** Virtual time is integer nanoseconds; draws are
//! counter-based ([`rng`]); samplers and scores use integer tables and series ([`q32`],
//! [`dist`]); order comes from `Vec`, `BTreeMap` and `(time, sequence)`, never from a hash
//! map. No function here knows a lab.

pub mod dist;
pub mod histogram;
pub mod plot;
pub mod q32;
pub mod queue;
pub mod report;
pub mod rng;
pub mod score;
pub mod station;

/// Nanoseconds in a microsecond.
pub const US: i64 = 1_000;
/// Nanoseconds in a millisecond.
pub const MS: i64 = 1_000_000;
/// Nanoseconds in a second.
pub const SEC: i64 = 1_000_000_000;
/// Nanoseconds in a day.
pub const DAY: i64 = 86_400 * SEC;
/// One, in parts per million.
pub const PPM: i64 = 1_000_000;
