//! Conformance of the store: every story runs on SQLite and, when `TEST_POSTGRES_URL` names a
//! server, on PostgreSQL. With `HEADROOM_REQUIRE_POSTGRES=1` its absence is a failure.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod accounts;
mod backup;
mod copy;
mod course;
mod desk;
mod faults;
mod grading;
mod harness;
mod jobs;
mod newsletter;
mod opening;
mod retention;
mod rows;
mod runner;
mod sessions;
mod submissions;
mod together;
