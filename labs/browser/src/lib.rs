//! The `labs` crate as one WebAssembly module, for the lab worker in browsers.
//!
//! A raw boundary: texts and bytes come as `(ptr, len)` in memory got from [`alloc`], every
//! answer lies in the result buffer ([`result_ptr`], [`result_len`]), and functions return 0
//! if it is what was asked for and 1 if it is an error as JSON, `{"code", "message"}` or a
//! list of those. The learner's module is reached through the imports of module `guest`, which
//! the worker links to the guest's own functions, so that a call passes no JavaScript.
//!
//! After a trap of the guest this instance is not used for another run; [`last_call`] still
//! answers, and a fresh instance makes the case of the fault by [`fault_case`].

mod figure;
mod look;
mod lookup;

use std::cell::{Cell, RefCell};

use labs::guest::MAX_PARAMS;
use labs::{Case, Fault, FaultKind, Guest, Host, Lab, Native, Reply, Subject};
use lookup::{find, metered, place, refusal, rules, to_json};
use serde::Deserialize;
use serde_json::{Value, json};

#[link(wasm_import_module = "guest")]
unsafe extern "C" {
    #[link_name = "call"]
    fn guest_call(
        instance: i32,
        export: i32,
        a0: i64,
        a1: i64,
        a2: i64,
        a3: i64,
        a4: i64,
        a5: i64,
        a6: i64,
        a7: i64,
    ) -> i64;
    #[link_name = "cost"]
    fn guest_cost(instance: i32) -> i64;
    #[link_name = "pages"]
    fn guest_pages(instance: i32) -> i32;
    #[link_name = "spawn"]
    fn guest_spawn(seed: i64) -> i32;
}

/// The call under way, in cells: readable also when a trap has cut the run off.
struct Last {
    call: Cell<u64>,
    export: Cell<usize>,
    args: Cell<[i64; MAX_PARAMS]>,
    arity: Cell<usize>,
    inside: Cell<bool>,
}

thread_local! {
    static RESULT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static LAST: Last = const {
        Last {
            call: Cell::new(0),
            export: Cell::new(0),
            args: Cell::new([0; MAX_PARAMS]),
            arity: Cell::new(0),
            inside: Cell::new(false),
        }
    };
}

/// Runs the learner's module through the imports.
struct Worker;

/// One instance of it, by the worker's number.
struct Remote(i32);

impl Host for Worker {
    fn spawn(&mut self, seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        LAST.with(|last| last.inside.set(true));
        // SAFETY: a number goes out and a number comes back.
        let instance = unsafe { guest_spawn(seed.cast_signed()) };
        LAST.with(|last| last.inside.set(false));
        if instance < 0 {
            Err(FaultKind::Start)
        } else {
            Ok(Box::new(Remote(instance)))
        }
    }
}

impl Guest for Remote {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let mut a = [0; MAX_PARAMS];
        for (slot, arg) in a.iter_mut().zip(args) {
            *slot = *arg;
        }
        LAST.with(|last| {
            last.call.set(last.call.get() + 1);
            last.export.set(export);
            last.args.set(a);
            last.arity.set(args.len().min(MAX_PARAMS));
            last.inside.set(true);
        });
        // SAFETY: only numbers cross; the worker gives these functions for every instance.
        let (value, ops) = unsafe {
            let value = guest_call(
                self.0,
                export as i32,
                a[0],
                a[1],
                a[2],
                a[3],
                a[4],
                a[5],
                a[6],
                a[7],
            );
            (value, guest_cost(self.0))
        };
        LAST.with(|last| last.inside.set(false));
        Ok(Reply {
            value,
            ops: ops.max(0).cast_unsigned(),
        })
    }

    fn pages(&self) -> u32 {
        // SAFETY: as above.
        unsafe { guest_pages(self.0) }.max(0).cast_unsigned()
    }
}

/// Memory for an argument, to be given back by [`release`].
#[unsafe(no_mangle)]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; len].into_boxed_slice()).cast()
}

/// Gives back what [`alloc`] gave.
///
/// # Safety
/// `ptr` and `len` are those of one call of `alloc`, and this is its only `release`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(ptr: *mut u8, len: usize) {
    // SAFETY: the caller's promise.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(ptr, len)) });
}

/// Where the last answer starts.
#[unsafe(no_mangle)]
pub extern "C" fn result_ptr() -> *const u8 {
    RESULT.with_borrow(Vec::as_ptr)
}

/// How many bytes the last answer has.
#[unsafe(no_mangle)]
pub extern "C" fn result_len() -> usize {
    RESULT.with_borrow(Vec::len)
}

/// The rules of a lab and its policies.
///
/// # Safety
/// The arguments are `len` readable bytes at `ptr`, here and in every function below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn spec(lab: *const u8, len: usize) -> i32 {
    // SAFETY: the caller's promise, here and below.
    let lab = unsafe { bytes(lab, len) };
    answer(find(lab).and_then(|lab| {
        let policies: Vec<&str> = lab.policies.iter().map(|p| p.id).collect();
        let spec = serde_json::to_value(lab.spec()).map_err(|e| refusal("bad-spec", e))?;
        to_json(&json!({ "spec": spec, "policies": policies }))
    }))
}

/// The module of a script: an interpreter with the source in it.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn script(
    lab: *const u8,
    len: usize,
    interpreter: *const u8,
    size: usize,
    source: *const u8,
    source_len: usize,
) -> i32 {
    let (lab, interpreter, source) = unsafe {
        (
            bytes(lab, len),
            bytes(interpreter, size),
            bytes(source, source_len),
        )
    };
    answer(find(lab).and_then(|lab| {
        let source = str::from_utf8(source).map_err(|e| refusal("source", e))?;
        labs::script::assemble(interpreter, lab.spec(), source).map_err(|error| json!([error]))
    }))
}

/// Whether a module can run in a lab; the error is a list. `script` is 1 for an answer of
/// [`script`] and 0 for a module, here and below.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn check(
    lab: *const u8,
    len: usize,
    wasm: *const u8,
    size: usize,
    script: i32,
) -> i32 {
    let (lab, wasm) = unsafe { (bytes(lab, len), bytes(wasm, size)) };
    answer(metered(lab, wasm, script).map(|_| b"{}".to_vec()))
}

/// The metered form of a module.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn instrument(
    lab: *const u8,
    len: usize,
    wasm: *const u8,
    size: usize,
    script: i32,
) -> i32 {
    let (lab, wasm) = unsafe { (bytes(lab, len), bytes(wasm, size)) };
    answer(metered(lab, wasm, script))
}

/// The adapter module of a lab.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn adapter(lab: *const u8, len: usize, script: i32) -> i32 {
    let lab = unsafe { bytes(lab, len) };
    answer(find(lab).map(|lab| labs::abi::adapter(rules(lab, script).1)))
}

/// The dispatcher module.
#[unsafe(no_mangle)]
pub extern "C" fn dispatcher() -> i32 {
    answer(Ok(labs::abi::dispatcher()))
}

/// Runs one scenario with one of its seeds; policy -1 is the learner's module. `world` is a JSON
/// object of changed parameters, empty for the published world.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn run_case(
    lab: *const u8,
    len: usize,
    world: *const u8,
    size: usize,
    scenario: i32,
    seed: i32,
    policy: i32,
) -> i32 {
    let (lab, world) = unsafe { (bytes(lab, len), bytes(world, size)) };
    answer(find(lab).and_then(|lab| {
        let (scenario, seed) = place(lab, scenario, seed)?;
        let scenario = look::world(scenario, world)?;
        let (case, plots) = with_host(lab, policy, |host| {
            labs::run_case(lab, &scenario, seed, host, true)
        })?;
        let ends = labs::anchors::ends(lab, &scenario, seed);
        to_json(&json!({ "case": case, "plots": plots, "ends": ends }))
    }))
}

/// Gives `act` the host of a policy: the learner's module for -1.
fn with_host<T>(
    lab: &'static Lab,
    policy: i32,
    act: impl FnOnce(&mut dyn Host) -> T,
) -> Result<T, Value> {
    LAST.with(|last| {
        last.call.set(0);
        last.arity.set(0);
    });
    Ok(match usize::try_from(policy) {
        Err(_) => act(&mut Worker),
        Ok(index) => {
            let policy = lab.policies.get(index);
            let policy = policy.ok_or_else(|| refusal("no-policy", "no such policy"))?;
            act(&mut Native(policy.make))
        }
    })
}

/// The case of a run that a fault cut off: `fault` is the fault's kind and [`last_call`]'s
/// answer in one object.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fault_case(
    lab: *const u8,
    len: usize,
    scenario: i32,
    seed: i32,
    fault: *const u8,
    size: usize,
) -> i32 {
    let (lab, fault) = unsafe { (bytes(lab, len), bytes(fault, size)) };
    answer(find(lab).and_then(|lab| {
        let (scenario, seed) = place(lab, scenario, seed)?;
        let Fault { kind, at } =
            serde_json::from_slice(fault).map_err(|e| refusal("bad-fault", e))?;
        let case = labs::fault_case(scenario, seed, kind, at);
        to_json(&json!({ "case": case, "plots": [] }))
    }))
}

/// The call that was made last, and whether the guest was at work: `{call, export, args,
/// inside}`.
#[unsafe(no_mangle)]
pub extern "C" fn last_call() -> i32 {
    answer(LAST.with(|last| {
        let args = last.args.get();
        to_json(&json!({
            "call": last.call.get(),
            "export": last.export.get(),
            "args": args.get(..last.arity.get()).unwrap_or_default(),
            "inside": last.inside.get(),
        }))
    }))
}

/// The report of all public cases: `cases` is a list of [`run_case`]'s answers.
///
/// # Safety
/// As [`spec`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn assemble(
    lab: *const u8,
    len: usize,
    subject: *const u8,
    subject_len: usize,
    cases: *const u8,
    cases_len: usize,
) -> i32 {
    #[derive(Deserialize)]
    struct Ran {
        case: Case,
    }
    let (lab, subject, cases) = unsafe {
        (
            bytes(lab, len),
            bytes(subject, subject_len),
            bytes(cases, cases_len),
        )
    };
    answer(find(lab).and_then(|lab| {
        let subject: Subject =
            serde_json::from_slice(subject).map_err(|e| refusal("bad-subject", e))?;
        let cases: Vec<Ran> = serde_json::from_slice(cases).map_err(|e| refusal("bad-cases", e))?;
        let cases = cases.into_iter().map(|ran| ran.case).collect();
        Ok(labs::assemble(lab, subject, cases).to_bytes())
    }))
}

unsafe fn bytes<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    // SAFETY: the caller's promise; an empty slice needs no memory.
    if len == 0 {
        &[]
    } else {
        unsafe { std::slice::from_raw_parts(ptr, len) }
    }
}

/// Leaves the answer in the result buffer and says which kind it is.
fn answer(result: Result<Vec<u8>, Value>) -> i32 {
    let (bytes, code) = match result {
        Ok(bytes) => (bytes, 0),
        Err(error) => (error.to_string().into_bytes(), 1),
    };
    RESULT.with_borrow_mut(|buffer| *buffer = bytes);
    code
}
