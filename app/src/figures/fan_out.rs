//! The fan-out of a lesson: its parameters, and what the server draws.

use std::collections::BTreeMap;

use ::labs::engine::plot::Plot;
use ::labs::fan_out::{self, FanOut};
use content::{Slip, Value};

use super::params::Params;
use super::setting::{FanOutInfo, FanOutNumbers};

/// The setting that a lesson asks for; what it leaves out is the default.
///
/// # Errors
/// Names and values that do not exist.
pub fn read(params: &BTreeMap<String, Value>) -> Result<FanOut, Vec<Slip>> {
    let names = FanOut::PARAMS.map(|param| param.name);
    let mut params = Params::new(params, &names);
    let mut setting = FanOut::default();
    for param in FanOut::PARAMS {
        if let Some(value) = params.number(param.name, (param.least, param.most)) {
            setting.set(param.name, value);
        }
    }
    params.done(Some(setting))
}

/// Runs it: what the island starts with, and the chart.
#[must_use]
pub fn still(setting: FanOut, key: String) -> (FanOutInfo, Plot) {
    let outcome = fan_out::run(&setting);
    let (start, plot) = FanOutNumbers::of(outcome);
    let info = FanOutInfo {
        key,
        setting,
        start,
    };
    (info, plot)
}
