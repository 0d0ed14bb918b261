//! Sliders over whole numbers whose names end in their unit.

use serde::{Deserialize, Serialize};

use crate::components::format::{decimal, duration, percent};

/// A parameter that can be slid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slider {
    /// Name, with its unit: `queue`, `load_ppm`, `timeout_ns`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Least value.
    pub least: i64,
    /// Greatest value.
    pub most: i64,
    /// Value at first.
    pub start: i64,
    /// Value in the published world; where it stands there, nothing is changed.
    pub published: i64,
    /// Distance between two values.
    pub step: i64,
}

impl Slider {
    /// A slider from `least` to `most` that stands at `start`, which is the published value.
    #[must_use]
    pub fn new(name: &str, title: &str, (least, most): (i64, i64), start: i64) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            least,
            most,
            start,
            published: start,
            step: step(least, most, start),
        }
    }

    /// A value with its unit.
    #[must_use]
    pub fn shown(&self, value: i64) -> String {
        shown(&self.name, value)
    }
}

/// Most steps across a slider, so that arrow keys get somewhere.
const STEPS: i64 = 100;

/// The greatest of 1, 2, 5 × 10ⁿ that makes about [`STEPS`] steps and from `least` meets `start`.
fn step(least: i64, most: i64, start: i64) -> i64 {
    let wanted = ((most - least) / STEPS).max(1);
    let powers = std::iter::successors(Some(1_i64), |p| p.checked_mul(10));
    let steps = powers.flat_map(|p| [1, 2, 5].map(|s| p.saturating_mul(s)));
    let fits = steps.take_while(|step| *step <= wanted);
    fits.filter(|step| (start - least) % step == 0)
        .last()
        .unwrap_or(1)
}

/// The value of a parameter in the unit that its name ends in.
#[must_use]
pub fn shown(name: &str, value: i64) -> String {
    let ending = name.rsplit('_').next().unwrap_or_default();
    match ending {
        "ppm" => percent(value),
        "percent" => format!("{value} %"),
        "ns" => duration(value),
        "ms" if name.ends_with("after_ms") && value == 0 => "never".to_owned(),
        "ms" => duration(value.saturating_mul(1_000_000)),
        "s" | "seconds" => format!("{value} s"),
        "milli" => thousandths(value),
        _ => value.to_string(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with three decimals")]
fn thousandths(value: i64) -> String {
    decimal(value as f64 / 1e3, 3)
}

/// A name without its unit, for people: `error_from_s` → `Error from`.
#[must_use]
pub fn title(name: &str) -> String {
    let units = ["_ppm", "_percent", "_ns", "_ms", "_s", "_milli"];
    let bare = units.iter().find_map(|unit| name.strip_suffix(unit));
    let text = bare.unwrap_or(name).replace('_', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_carry_the_unit_of_their_name() {
        for (name, value, text) in [
            ("load_ppm", 800_000, "80 %"),
            ("timeout_ns", 500_000_000, "500 ms"),
            ("deadline_ns", 12_000_000_000, "12 s"),
            ("hedge_after_ms", 0, "never"),
            ("hedge_after_ms", 50, "50 ms"),
            ("seconds", 80, "80 s"),
            ("workers_from_s", 15, "15 s"),
            ("queue", 4_000, "4000"),
            ("load_percent", 50, "50 %"),
        ] {
            assert_eq!(shown(name, value), text, "{name}");
        }
        assert_eq!(title("workers_from_s"), "Workers from");
        assert_eq!(title("load_ppm"), "Load");
    }

    #[test]
    fn every_slider_can_return_to_where_it_stood() {
        for (least, most, start) in [
            (1_000, 8_000, 4_000),
            (500_000, 900_000, 800_000),
            (5_000_000, 80_000_000, 20_000_000),
            (1, 200, 100),
            (3, 17, 11),
            (1_000, 1_000_000, 333_333),
        ] {
            let step = step(least, most, start);
            assert_eq!((start - least) % step, 0);
            assert!((most - least) / step >= STEPS.min(most - least));
        }
        assert_eq!(step(1_000, 8_000, 4_000), 50);
        assert_eq!(step(500_000, 900_000, 800_000), 2_000);
    }
}
