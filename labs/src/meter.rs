//! Deterministic cost by instrumentation.

/// Price table and instrumentation scheme; part of every digest.
pub const VERSION: &str = "meter/1";
