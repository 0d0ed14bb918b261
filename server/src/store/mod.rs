//! The store: everything that is remembered, in SQLite or PostgreSQL. One file per noun; each
//! function is one statement or a short story of them, inside the caller's transaction.

mod about;
pub mod batches;
pub mod copy;
pub mod course_readers;
mod db;
mod dialect;
mod error;
pub mod grades;
pub mod issues;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod links;
mod lock;
pub mod mailings;
pub mod migrations;
pub mod modules;
pub mod nodes;
pub mod progress;
pub mod retention;
pub mod sessions;
pub mod setup;
mod signals;
pub mod submissions;
pub mod subscribers;
pub mod users;
pub mod webhooks;

pub use db::{Db, Tx};
pub use error::StoreError;

use db::on;
