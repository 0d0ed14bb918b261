//! `cargo xtask bench`: our server beside the best of its field, in one run on one machine. Prints
//! figures for people; nothing fails by them.

mod grading;
mod idle;
mod mail;
mod nginx;
mod search;
mod serving;

use anyhow::{Result, bail};

/// A page that both serve.
const LESSON: &str = "/lessons/reliability/retries";

pub fn run(arguments: &[String]) -> Result<()> {
    match arguments.first().map(String::as_str) {
        Some("mail") => mail::run(),
        Some("grading") => grading::run(),
        Some("idle") => idle::run(),
        Some("serving") => serving::run(),
        Some("search") => search::run(),
        _ => bail!("cargo xtask bench serving|search|grading|mail|idle"),
    }
}

/// The middle one; of an even number the mean of both middle ones.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
