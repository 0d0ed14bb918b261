//! What a child tries on itself before it takes work: a module that must decide as the
//! reference does, one that never answers, one that must be refused. A child that gets any
//! of it wrong is not used.

use std::collections::BTreeMap;

use labs::abi::Origin;
use labs::{FaultKind, Host as _, Lab, Native, Scenario};

use super::outcome::Refusal;
use super::worker::prepare;
use labs_wasmtime::{Engine, Modules};

/// A rate limiter, assembled from `selftest/limiter.wat`; a test compares the two.
const LIMITER: &[u8] = include_bytes!("selftest/limiter.wasm");
/// An endless loop in `allow`, assembled from `selftest/endless.wat`.
const ENDLESS: &[u8] = include_bytes!("selftest/endless.wasm");
/// A module whose only type is a GC subtype: refused before any compiler sees it.
const REFUSED: &[u8] = b"\0asm\x01\0\0\0\x01\x05\x01\x50\0\x5f\0";
/// Seed of the short scenario.
const SEED: u64 = 1;

/// Tests an engine on the rate limiter.
///
/// # Errors
/// What went wrong.
pub fn run(engine: &Engine) -> Result<(), String> {
    let lab = &labs::rate_limiter::LAB;
    decides(engine, lab)?;
    stops(engine, lab)?;
    match learner(engine, lab, REFUSED) {
        Ok(_) => Err("a module that must be refused was taken".into()),
        Err(_) => Ok(()),
    }
}

fn learner(engine: &Engine, lab: &Lab, module: &[u8]) -> Result<Modules, Vec<Refusal>> {
    prepare(engine, lab.spec(), Origin::Learner, module)
}

/// Some hundred requests: the module and the native reference must answer alike.
fn decides(engine: &Engine, lab: &Lab) -> Result<(), String> {
    let mut host = learner(engine, lab, LIMITER).map_err(|e| format!("{e:?}"))?;
    let scenario = short();
    let (found, _) = labs::run_case(lab, &scenario, SEED, &mut host, false);
    let mut native = Native(lab.reference().make);
    let (wanted, _) = labs::run_case(lab, &scenario, SEED, &mut native, false);
    let alike = found.calls == wanted.calls
        && found.decisions == wanted.decisions
        && found.metrics == wanted.metrics;
    match found.fault {
        Some(fault) => Err(format!("the test limiter failed: {}", fault.kind)),
        None if !alike => Err("the test limiter decided otherwise than the reference".into()),
        None => Ok(()),
    }
}

fn stops(engine: &Engine, lab: &Lab) -> Result<(), String> {
    let mut host = learner(engine, lab, ENDLESS).map_err(|e| format!("{e:?}"))?;
    let mut guest = host.spawn(SEED).map_err(|fault| fault.to_string())?;
    match guest.call(labs::rate_limiter::ALLOW, &[1, 1, 1]) {
        Err(FaultKind::OutOfOps) => Ok(()),
        other => Err(format!("an endless loop ended with {other:?}")),
    }
}

/// Two seconds of eight tenants who want three times their contract.
fn short() -> Scenario {
    let world = [
        ("tenants", 8),
        ("interval_ns", 100_000_000),
        ("burst", 20),
        ("seconds", 2),
        ("rate_0", 30_000),
    ];
    let world: BTreeMap<String, i64> = world.map(|(name, value)| (name.to_owned(), value)).into();
    Scenario {
        id: "short".into(),
        title: String::new(),
        summary: String::new(),
        public: false,
        seeds: vec![SEED],
        pages: None,
        scored: Vec::new(),
        world,
    }
}
