//! Headroom's server.

pub mod sandbox;
