//! What live figures ask: one trial of a built-in policy, or a run of the fan-out.

use std::collections::BTreeMap;

use labs::fan_out::{self, FanOut};
use labs::{trial, what_if};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::lookup::{find, refusal, to_json};
use crate::{answer, bytes};

/// A trial that is asked for, by names.
#[derive(Deserialize)]
struct Question {
    lab: String,
    scenario: String,
    policy: String,
    /// Id of the chart that is wanted.
    plot: String,
    /// Changed parameters.
    #[serde(default)]
    world: BTreeMap<String, i64>,
}

/// Runs a built-in policy once and answers its metrics and one of its charts.
///
/// # Safety
/// As [`crate::spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn trial(question: *const u8, len: usize) -> i32 {
    // SAFETY: the caller's promise.
    let question = unsafe { bytes(question, len) };
    answer(tried(question))
}

fn tried(question: &[u8]) -> Result<Vec<u8>, Value> {
    let question: Question =
        serde_json::from_slice(question).map_err(|e| refusal("bad-question", e))?;
    let lab = find(question.lab.as_bytes())?;
    let scenario = lab.spec().scenario(&question.scenario);
    let (_, scenario) = scenario.ok_or_else(|| refusal("no-scenario", "no such scenario"))?;
    let policy = lab.policy(&question.policy);
    let (_, policy) = policy.ok_or_else(|| refusal("no-policy", "no such policy"))?;
    let scenario = what_if::changed(scenario, &question.world)
        .map_err(|message| refusal("world-out-of-range", message))?;
    let trial = trial::run(lab, &scenario, policy).with_plot(&question.plot);
    to_json(&json!(trial))
}

/// Runs the fan-out with and without hedges.
///
/// # Safety
/// As [`crate::spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fan_out(setting: *const u8, len: usize) -> i32 {
    // SAFETY: the caller's promise.
    let setting = unsafe { bytes(setting, len) };
    let setting: Result<FanOut, _> = serde_json::from_slice(setting);
    let setting = setting.map_err(|e| refusal("bad-question", e));
    answer(setting.and_then(|setting| to_json(&json!(fan_out::run(&setting)))))
}
