//! Labs, rules and cases by what the worker calls them; refusals as JSON.

use labs::abi::Origin;
use labs::{Lab, Scenario, Spec};
use serde_json::{Value, json};

pub fn refusal(code: &str, message: impl ToString) -> Value {
    json!({ "code": code, "message": message.to_string() })
}

pub fn to_json(value: &Value) -> Result<Vec<u8>, Value> {
    serde_json::to_vec(value).map_err(|e| refusal("json", e))
}

pub fn find(id: &[u8]) -> Result<&'static Lab, Value> {
    let id = String::from_utf8_lossy(id);
    labs::by_id(&id).ok_or_else(|| refusal("lab-not-found", format!("no lab is called {id}")))
}

/// Who made a module, and the rules it is run by.
pub fn rules(lab: &'static Lab, script: i32) -> (Origin, &'static Spec) {
    match script {
        0 => (Origin::Learner, lab.spec()),
        _ => (Origin::Ours, lab.spec().for_scripts()),
    }
}

pub fn metered(lab: &[u8], wasm: &[u8], script: i32) -> Result<Vec<u8>, Value> {
    let (origin, rules) = rules(find(lab)?, script);
    let checked = labs::abi::check_from(origin, rules, wasm);
    checked
        .map(|checked| checked.metered().to_vec())
        .map_err(|errors| json!(errors))
}

pub fn place(
    lab: &'static Lab,
    scenario: i32,
    seed: i32,
) -> Result<(&'static Scenario, u64), Value> {
    let known = usize::try_from(scenario)
        .ok()
        .and_then(|i| lab.spec().scenarios.get(i));
    let known = known.ok_or_else(|| refusal("no-scenario", "no such scenario"))?;
    let seed = usize::try_from(seed).ok().and_then(|i| known.seeds.get(i));
    Ok((
        known,
        *seed.ok_or_else(|| refusal("no-seed", "no such seed"))?,
    ))
}
