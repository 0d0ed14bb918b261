//! Headroom's server.

pub mod clock;
pub mod ids;
//JOBS
pub mod random;
pub mod sessions;
pub mod store;
