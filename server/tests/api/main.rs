//! The HTTP interface, over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "how long real connections take is measured here"
)]

mod accounts;
mod authoring;
mod browser;
mod cli;
mod client;
mod connections;
mod deliverability;
mod guards;
mod lessons;
mod mail;
mod measured;
mod newsletter;
mod pages;
mod pictures;
mod programs;
mod real;
mod search;
mod sessions;
mod setup;
mod snapshots;
mod submissions;
mod test_app;
mod webhooks;
