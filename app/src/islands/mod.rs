//! The pieces of a page that have behaviour. Only they are compiled for the browser.

#[cfg(feature = "hydrate")]
mod address;
pub mod figure;
mod limiter_bench;
#[cfg(feature = "hydrate")]
mod values;
pub mod workbench;

pub use figure::{FanOut, LabRun};
pub use limiter_bench::LimiterBench;
pub use workbench::Workbench;
