//! Headroom's server.

pub mod clock;
pub mod ids;
pub mod jobs;
pub mod random;
pub mod sessions;
pub mod store;
