//! A built-in policy and the same policy compiled to WebAssembly decide alike, call by call,
//! and what a module costs does not depend on how hard the compiler tried.
//!
//! `HEADROOM_GUESTS` names a folder of `<lab>/<policy>.wasm`, which `cargo xtask test` builds.
//! Without it there is nothing to compare, unless `HEADROOM_REQUIRE_GUESTS` is set.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use labs::{Case, FaultKind, Host, Lab, Native, Policy, Scenario, Subject};
use labs_wasmtime::{Effort, Engine, Modules};

/// What policies (lab, policy, scenario) end with as modules only. With 60,000 tenants, state that
/// is never forgotten grows past the lab's 2 MiB, where Rust's allocator traps; `clear_all` clears
/// its whole table in one call, past the operations of a call.
const EXCEPTIONS: [(&str, &str, &str, FaultKind); 10] = [
    ("rate_limiter", "fixed_window", "tail", FaultKind::Trap),
    ("rate_limiter", "sliding_log", "tail", FaultKind::Trap),
    ("rate_limiter", "sliding_counter", "tail", FaultKind::Trap),
    ("rate_limiter", "one_bucket", "tail", FaultKind::Trap),
    ("rate_limiter", "truncating", "tail", FaultKind::Trap),
    ("rate_limiter", "unclamped", "tail", FaultKind::Trap),
    ("rate_limiter", "wrapping", "tail", FaultKind::Trap),
    ("rate_limiter", "float_seconds", "tail", FaultKind::Trap),
    ("rate_limiter", "configure_resets", "tail", FaultKind::Trap),
    ("rate_limiter", "clear_all", "tail", FaultKind::OutOfOps),
];

fn limiter() -> &'static Lab {
    labs::by_id("rate_limiter").unwrap()
}

fn guests() -> Option<PathBuf> {
    let folder = std::env::var_os("HEADROOM_GUESTS").map(PathBuf::from);
    let required = std::env::var_os("HEADROOM_REQUIRE_GUESTS").is_some();
    assert!(folder.is_some() || !required, "HEADROOM_GUESTS is not set");
    folder
}

fn bytes(folder: &Path, lab: &Lab, policy: &str) -> Vec<u8> {
    let path = folder.join(lab.id).join(format!("{policy}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn host(effort: Effort, lab: &'static Lab, module: &[u8]) -> Modules {
    let engine = Engine::new(effort).unwrap();
    let checked = labs::abi::check(lab.spec(), module).unwrap();
    Modules::compile(&engine, lab.spec(), checked.metered()).unwrap()
}

fn run(lab: &Lab, scenario: &Scenario, seed: u64, host: &mut dyn Host) -> Case {
    labs::run_case(lab, scenario, seed, host, false).0
}

/// What a native policy has no value for is taken out.
fn unmetered(mut case: Case) -> Case {
    case.ops = None;
    case.pages = None;
    case
}

/// What differs between a policy and its module, one line for each case.
fn differences(folder: &Path, lab: &'static Lab, policy: &Policy) -> Vec<String> {
    let id = policy.id;
    let mut modules = host(Effort::Speed, lab, &bytes(folder, lab, id));
    let mut found = Vec::new();
    for (_, scenario) in lab.spec().public() {
        for &seed in &scenario.seeds {
            let ours = run(lab, scenario, seed, &mut Native(policy.make));
            let theirs = run(lab, scenario, seed, &mut modules);
            let fault = theirs.fault.as_ref().map(|fault| &fault.kind);
            let excepted = EXCEPTIONS.iter().any(|(l, p, s, kind)| {
                (*l, *p, *s) == (lab.id, id, scenario.id.as_str()) && fault == Some(kind)
            });
            if !excepted && unmetered(theirs.clone()) != ours {
                found.push(format!(
                    "{}/{id}\n native {ours:?}\n module {theirs:?}",
                    lab.id
                ));
            }
        }
    }
    found
}

#[test]
fn policies_decide_alike_as_rust_and_as_modules() {
    let Some(folder) = guests() else { return };
    let queue: VecDeque<(&'static Lab, &Policy)> = labs::ALL
        .iter()
        .flat_map(|lab| lab.policies.iter().map(move |policy| (*lab, policy)))
        .collect();
    assert!(queue.len() > 10);
    let queue = Mutex::new(queue);
    let found = Mutex::new(Vec::new());
    let work = || {
        while let Some((lab, policy)) = { queue.lock().unwrap().pop_front() } {
            let differences = differences(&folder, lab, policy);
            found.lock().unwrap().extend(differences);
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn cost_does_not_depend_on_the_compilers_effort() {
    let Some(folder) = guests() else { return };
    for policy in ["gcra", "sliding_log"] {
        let module = bytes(&folder, limiter(), policy);
        let (_, scenario) = limiter().spec().scenario("onoff").unwrap();
        let [fast, plain] = [Effort::Speed, Effort::None].map(|effort| {
            run(
                limiter(),
                scenario,
                scenario.seeds[0],
                &mut host(effort, limiter(), &module),
            )
        });
        assert!(fast.ops.as_ref().unwrap().total > 0);
        assert_eq!(fast, plain, "{policy}");
    }
}

#[test]
fn two_gradings_of_a_module_are_the_same_bytes() {
    let Some(folder) = guests() else { return };
    let module = bytes(&folder, limiter(), "gcra");
    let mut modules = host(Effort::Speed, limiter(), &module);
    let subject = Subject::Module(labs::Digest::of(&module));
    let [first, second] =
        [(), ()].map(|()| labs::grade(limiter(), subject.clone(), &mut modules).to_bytes());
    assert_eq!(first, second);
}
