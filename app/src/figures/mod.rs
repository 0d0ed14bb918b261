//! What live figures are made of, apart from their views.
//!
//! A lesson's parameters are read once, here: the same reader finds an author's slips when lessons
//! are loaded and says what a page draws. What an island needs travels with the page.

#[cfg(feature = "ssr")]
pub mod fan_out;
#[cfg(feature = "ssr")]
pub mod lab_run;
#[cfg(feature = "ssr")]
mod params;
pub mod setting;
pub mod slider;

pub use setting::{FanOutInfo, LabRunInfo, MetricInfo, PolicyInfo};
pub use slider::Slider;

#[cfg(feature = "ssr")]
use std::collections::BTreeMap;

#[cfg(feature = "ssr")]
use content::{Slip, Value};

/// Ids of the figures that pages can draw.
pub const IDS: [&str; 3] = ["limiter-bench", "lab-run", "fan-out"];

/// What is wrong with the parameters of the figure called `id`.
#[cfg(feature = "ssr")]
#[must_use]
pub fn check(id: &str, params: &BTreeMap<String, Value>) -> Vec<Slip> {
    match id {
        "lab-run" => lab_run::read(params).err().unwrap_or_default(),
        "fan-out" => fan_out::read(params).err().unwrap_or_default(),
        _ => Vec::new(),
    }
}
