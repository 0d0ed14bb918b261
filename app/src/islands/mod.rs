//! The pieces of a page that have behaviour. Only they are compiled for the browser.

mod limiter_bench;
pub mod workbench;

pub use limiter_bench::LimiterBench;
pub use workbench::Workbench;
