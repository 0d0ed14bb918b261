//! Headroom's server.

pub mod accept;
pub mod accounts;
pub mod backend;
pub mod card;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod compiler;
pub mod config;
pub mod edge;
pub mod error;
pub mod escape;
pub mod files;
pub mod grader;
pub mod grading;
pub mod ids;
pub mod jobs;
pub mod kits;
pub mod limits;
pub mod mail;
pub mod measured;
pub mod offline;
pub mod problem;
pub mod random;
pub mod receipts;
pub mod reference;
pub mod routes;
pub mod sandbox;
mod serving;
pub mod sessions;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod webhooks;

pub use serving::Server;
