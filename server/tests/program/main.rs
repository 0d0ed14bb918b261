//! The program as operators run it: certificates, and traces for a collector.

#![expect(clippy::disallowed_methods, reason = "these tests bound real time")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "acme")]
mod acme;
mod running;
mod tls;
#[cfg(feature = "otlp")]
mod traces;
