//! The assembler, with an interpreter that is a few lines of text: what it lays down, what it
//! exports, and that the result is a module like any other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use labs::abi::{self, Code, Origin};
use labs::script::{OWN_PAGES, SOURCE_BYTES, assemble};
use labs::{Digest, Spec, Subject};
use wasmtime::{Engine, Instance, Module, Store};

/// Answers the sum of function, arguments and first byte of the source; `room` is at 1024.
const INTERPRETER: &str = r#"(module
  (memory 4)
  (global (export "headroom_script") i32 (i32.const 1024))
  (global $started (mut i64) (i64.const 0))
  (func (export "headroom_start") (global.set $started (i64.const 1000000)))
  (func $first (result i64)
    (i64.load8_u (i32.add (i32.const 1032) (i32.load (i32.const 1024)))))
  (func (export "headroom_invoke")
    (param i32 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)
    (i64.add (global.get $started)
      (i64.add (call $first)
        (i64.add (i64.extend_i32_s (local.get 0))
          (i64.add (local.get 1) (i64.add (local.get 2) (local.get 3)))))))
  (func (export "abi_version") (result i32) (i32.const 1))
  (data (i32.const 0) "kept"))"#;

fn interpreter() -> Vec<u8> {
    wat::parse_str(INTERPRETER).unwrap()
}

fn spec() -> &'static Spec {
    labs::by_id("rate_limiter").unwrap().spec()
}

fn memory(instance: &Instance, store: &mut Store<()>) -> Vec<u8> {
    let memory = instance.get_memory(&mut *store, labs::meter::MEMORY);
    memory.unwrap().data(&store).to_vec()
}

#[test]
fn the_interpreter_finds_the_functions_and_the_source() {
    let module = assemble(&interpreter(), spec(), "A script").unwrap();
    let rules = spec().for_scripts();
    let checked = abi::check_from(Origin::Ours, rules, &module).unwrap();
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let module = Module::new(&engine, checked.metered()).unwrap();
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let memory = memory(&instance, &mut store);
    let list = b"configure 3 none\nallow 3 i32\n";
    assert_eq!(memory[1024..1028], (list.len() as u32).to_le_bytes());
    assert_eq!(memory[1028..1032], 8_u32.to_le_bytes());
    let laid_down = [&list[..], b"A script\0"].concat();
    assert_eq!(memory[1032..1032 + laid_down.len()], laid_down);
    assert_eq!(&memory[..4], b"kept");

    let start = instance.get_typed_func::<(), i32>(&mut store, labs::meter::START);
    assert_eq!(start.unwrap().call(&mut store, ()).unwrap(), abi::VERSION);
    let allow = instance.get_typed_func::<(i64, i64, i64), i32>(&mut store, "allow");
    let answer = allow.unwrap().call(&mut store, (100, 20, 3)).unwrap();
    assert_eq!(answer, 1_000_000 + i32::from(b'A') + 1 + 123);
}

#[test]
fn a_module_from_outside_gets_no_favours() {
    let module = assemble(&interpreter(), spec(), "x").unwrap();
    // Small as it is, it passes both; the limits and the budgets are what differs.
    assert!(abi::check(spec(), &module).is_ok());
    let bodies = "(func (result i32) i32.const 1)".repeat(5_000);
    let many = INTERPRETER.replace("(memory 4)", &format!("(memory 4) {bodies}"));
    let module = assemble(&wat::parse_str(many).unwrap(), spec(), "x").unwrap();
    assert_eq!(
        abi::check(spec(), &module).unwrap_err()[0].code,
        Code::TooComplex
    );
    assert!(abi::check_from(Origin::Ours, spec().for_scripts(), &module).is_ok());
}

#[test]
fn what_cannot_be_assembled_is_said() {
    let long = "x".repeat(SOURCE_BYTES + 1);
    let code = |runtime: &[u8], source: &str| assemble(runtime, spec(), source).unwrap_err().code;
    assert_eq!(code(&interpreter(), &long), Code::Source);
    assert!(assemble(&interpreter(), spec(), &long[1..]).is_ok());
    assert_eq!(code(b"no module", "x"), Code::Unsupported);
    let lacking = INTERPRETER.replace("headroom_invoke", "invoke");
    assert_eq!(
        code(&wat::parse_str(lacking).unwrap(), "x"),
        Code::Unsupported
    );
}

#[test]
fn scripts_have_budgets_of_their_own_and_nothing_else() {
    for lab in labs::ALL {
        let (spec, rules) = (lab.spec(), lab.spec().for_scripts());
        assert!(rules.budget.ops_per_call > spec.budget.ops_per_call);
        assert!(rules.budget.hard_ops_per_call > spec.budget.hard_ops_per_call);
        assert!(rules.budget.pages > spec.budget.pages + OWN_PAGES);
        for (own, script) in spec.scenarios.iter().zip(&rules.scenarios) {
            assert!(
                own.pages
                    .is_none_or(|pages| script.pages > Some(pages + OWN_PAGES))
            );
            assert_eq!((&own.world, &own.seeds), (&script.world, &script.seeds));
        }
        let subject = Subject::Script(Digest::of(b"x"));
        assert_eq!(subject.rules(lab).budget.pages, rules.budget.pages);
        let subject = Subject::Module(Digest::of(b"x"));
        assert_eq!(subject.rules(lab).budget.pages, spec.budget.pages);
    }
}
