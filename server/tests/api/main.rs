//! The HTTP interface, over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

mod client;
mod connections;
mod guards;
mod pages;
mod submissions;
mod test_app;
