//! Changed worlds: what happens to a scenario when its parameters are others.
//!
//! Bounded, so that a changed world is about as much work as the published one: each parameter
//! stays within [`FACTOR`] of its published value, all changes together within [`TOGETHER`].

use std::collections::BTreeMap;

use crate::engine::PPM;
use crate::spec::Scenario;

/// A parameter may be this many times its published value, or that part of it.
pub const FACTOR: i64 = 4;
/// The factors of all changed parameters, multiplied, stay within this.
pub const TOGETHER: i64 = 16;

/// Least and greatest value of a parameter whose published value is `published`. What is
/// published as 0 does not exist in its world and stays 0.
#[must_use]
pub const fn range(published: i64) -> (i64, i64) {
    let (size, sign) = (published.saturating_abs(), published.signum());
    let least = (size + FACTOR - 1) / FACTOR;
    let most = size.saturating_mul(FACTOR);
    if sign < 0 {
        (-most, -least)
    } else {
        (least, most)
    }
}

/// The scenario with some of its parameters changed.
///
/// # Errors
/// A sentence that names the parameter which cannot be changed so.
pub fn changed(scenario: &Scenario, changes: &BTreeMap<String, i64>) -> Result<Scenario, String> {
    let mut world = scenario.world.clone();
    let mut together = i128::from(PPM);
    for (name, &value) in changes {
        let Some(&published) = scenario.world.get(name) else {
            return Err(format!("{}: there is no parameter {name}", scenario.id));
        };
        let (least, most) = range(published);
        if !(least..=most).contains(&value) {
            return Err(format!(
                "{}: {name} is published as {published} and may be {least} to {most}, not {value}",
                scenario.id
            ));
        }
        let (a, b) = (i128::from(value).abs(), i128::from(published).abs());
        together = together * a.max(b) / a.min(b).max(1);
        world.insert(name.clone(), value);
    }
    if together > i128::from(TOGETHER * PPM) {
        return Err(format!(
            "{}: the changes together are more than {TOGETHER} times the published world; change \
             fewer parameters, or by less",
            scenario.id
        ));
    }
    Ok(Scenario {
        world,
        ..scenario.clone()
    })
}
