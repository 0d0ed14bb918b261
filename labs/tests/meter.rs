//! The meter and the ABI, seen from outside: metered modules run in wasmtime.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use labs::abi;
use labs::{Spec, meter};
use wasmtime::{Engine, Instance, Linker, Module, Store, TypedFunc, Val};

type Call = TypedFunc<(i32, i64, i64, i64, i64, i64, i64, i64, i64), i64>;

const CAP: i64 = 200_000;

fn spec() -> Spec {
    serde_json::from_value(serde_json::json!({
        "id": "t", "version": 1, "title": "", "summary": "", "lesson": "",
        "exports": [
            {"name": "run", "doc": "", "result": "i64",
             "params": [{"name": "a", "type": "i64"}, {"name": "b", "type": "i32"}]},
            {"name": "note", "doc": "", "params": [{"name": "a", "type": "i32"}]},
            {"name": "tell", "doc": "", "result": "i32", "params": []},
        ],
        "budget": {"ops_per_call": 400, "hard_ops_per_call": CAP, "pages": 32},
        "stars": {"one": 1, "two": 2, "three": 3}, "metrics": [], "scenarios": [],
    }))
    .unwrap()
}

/// A module whose `run` has the given body.
fn module(fields: &str, run: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module {fields}
            (func (export "abi_version") (result i32) i32.const 1)
            (func $run (export "run") (param $a i64) (param $b i32) (result i64)
                (local $i i64) (local $j i64) {run})
            (func (export "note") (param i32))
            (func (export "tell") (result i32) i32.const -7))"#
    ))
    .unwrap()
}

struct Guest {
    store: Store<()>,
    guest: Instance,
    call: Call,
    cost: TypedFunc<(), i64>,
    adapter: Instance,
}

impl Guest {
    fn new(wasm: &[u8]) -> Self {
        let checked = abi::check(&spec(), wasm).unwrap();
        let engine = Engine::default();
        let metered = Module::new(&engine, meter::instrument(&checked)).unwrap();
        let adapter = Module::new(&engine, abi::adapter(&spec())).unwrap();
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker
            .func_wrap("headroom", "log", |_: i32, _: i32| ())
            .unwrap();
        let guest = linker.instantiate(&mut store, &metered).unwrap();
        linker.instance(&mut store, "guest", guest).unwrap();
        let adapter = linker.instantiate(&mut store, &adapter).unwrap();
        let call = adapter.get_typed_func(&mut store, "call").unwrap();
        let cost = adapter.get_typed_func(&mut store, "cost").unwrap();
        Self {
            store,
            guest,
            call,
            cost,
            adapter,
        }
    }

    fn run(&mut self, export: i32, a: i64, b: i64) -> wasmtime::Result<(i64, i64)> {
        let value = self
            .call
            .call(&mut self.store, (export, a, b, 0, 0, 0, 0, 0, 0))?;
        Ok((value, self.cost.call(&mut self.store, ())?))
    }

    fn left(&mut self, name: &str) -> i64 {
        let global = self.guest.get_global(&mut self.store, name).unwrap();
        global.get(&mut self.store).i64().unwrap()
    }

    fn answer(&mut self, name: &str) -> i32 {
        let function = self
            .adapter
            .get_typed_func::<(), i32>(&mut self.store, name)
            .unwrap();
        function.call(&mut self.store, ()).unwrap()
    }
}

/// Value and cost of `run(a, b)` with the given body.
fn run(fields: &str, body: &str, a: i64, b: i64) -> (i64, i64) {
    Guest::new(&module(fields, body)).run(0, a, b).unwrap()
}

#[test]
fn prices_are_pinned() {
    let memory =
        "(memory 1) (table 4 funcref) (func $leaf) (type $t (func)) (elem (i32.const 0) $leaf)";
    let rows: &[(&str, i64)] = &[
        ("local.get $a", 1),
        ("nop block local.get $a local.set $i end local.get $a", 3),
        ("local.get $a i64.const 3 i64.div_s", 1 + 1 + 5),
        ("call $leaf local.get $a", 3 + 1),
        (
            "i32.const 0 call_indirect (type $t) local.get $a",
            1 + 6 + 1,
        ),
        (
            "i32.const 0 i32.const 0 i32.const 64 memory.fill local.get $a",
            3 + 4 + 8 + 1,
        ),
        (
            "i32.const 0 i32.const 0 i32.const 7 memory.copy local.get $a",
            3 + 4 + 1,
        ),
        (
            "i32.const 2 memory.grow drop local.get $a",
            1 + 64 + 2 * 1024 + 1 + 1,
        ),
        (
            "i32.const -1 memory.grow drop local.get $a",
            1 + 64 + 32 * 1024 + 1 + 1,
        ),
        ("local.get $a return", 2),
        (
            "local.get $a f64.convert_i64_s f64.sqrt i64.trunc_f64_s",
            1 + 1 + 5 + 1,
        ),
    ];
    for (body, cost) in rows {
        assert_eq!(run(memory, body, 9, 0).1, *cost, "{body}");
    }
}

#[test]
fn a_path_costs_what_is_on_it() {
    // if: get + if = 2; then: 2 (const, get)… else: 4.
    let body =
        "local.get $b if (result i64) local.get $a else local.get $a i64.const 1 i64.add end";
    assert_eq!(run("", body, 5, 1), (5, 3));
    assert_eq!(run("", body, 5, 0), (6, 5));
    // A round: loop 1, i+1 and set 4, compare and br_if 4. Then the result: 1.
    let body = "loop local.get $i i64.const 1 i64.add local.set $i \
                local.get $i local.get $a i64.lt_s br_if 0 end local.get $i";
    for rounds in [1, 2, 10, 1000] {
        assert_eq!(run("", body, rounds, 0), (rounds, 9 * rounds + 1));
    }
    // br_table: get + table = 7, then the arm.
    let body = "block block block local.get $b br_table 0 1 2 end i64.const 10 return end \
                i64.const 20 i64.const 1 i64.add return end i64.const 30";
    assert_eq!(run("", body, 0, 0), (10, 7 + 2));
    assert_eq!(run("", body, 0, 1), (21, 7 + 4));
    assert_eq!(run("", body, 0, 9), (30, 7 + 1));
}

#[test]
fn the_adapter_converts() {
    let mut guest = Guest::new(&module(
        "(memory 3)",
        "local.get $a local.get $b i64.extend_i32_s i64.add",
    ));
    assert_eq!(guest.answer("start"), 1);
    assert_eq!(guest.answer("pages"), 3);
    assert_eq!(guest.run(0, i64::MIN, 0).unwrap().0, i64::MIN);
    assert_eq!(guest.run(0, 0, 0x1_ffff_fffe).unwrap().0, -2);
    assert_eq!(guest.run(1, 5, 0).unwrap(), (0, 0));
    assert_eq!(guest.run(2, 0, 0).unwrap(), (-7, 1));
    for unknown in [3, -1, i32::MAX] {
        assert!(guest.run(unknown, 0, 0).is_err());
    }
    let call2 = guest.adapter.get_func(&mut guest.store, "call2").unwrap();
    let mut args = vec![Val::I32(2)];
    args.extend((0..8).map(Val::I64));
    let mut results = [Val::I64(0), Val::I64(0)];
    call2.call(&mut guest.store, &args, &mut results).unwrap();
    assert_eq!((results[0].i64(), results[1].i64()), (Some(-7), Some(1)));
}

#[test]
fn the_dispatcher_reaches_its_instances() {
    let mut guest = Guest::new(&module("(memory 2)", "local.get $a"));
    let module = Module::new(guest.store.engine(), abi::dispatcher()).unwrap();
    let dispatcher = Instance::new(&mut guest.store, &module, &[]).unwrap();
    for (table, name) in [("calls", "call"), ("costs", "cost"), ("sizes", "pages")] {
        let table = dispatcher.get_table(&mut guest.store, table).unwrap();
        let function = guest.adapter.get_func(&mut guest.store, name).unwrap();
        table.set(&mut guest.store, 3, function.into()).unwrap();
    }
    let call = dispatcher.get_func(&mut guest.store, "call").unwrap();
    let mut args = vec![Val::I32(3), Val::I32(0), Val::I64(42)];
    args.extend([Val::I64(0); 7]);
    let mut result = [Val::I64(0)];
    call.call(&mut guest.store, &args, &mut result).unwrap();
    assert_eq!(result[0].i64(), Some(42));
    let cost = dispatcher
        .get_typed_func::<i32, i64>(&mut guest.store, "cost")
        .unwrap();
    assert_eq!(cost.call(&mut guest.store, 3).unwrap(), 1);
    let pages = dispatcher
        .get_typed_func::<i32, i32>(&mut guest.store, "pages")
        .unwrap();
    assert_eq!(pages.call(&mut guest.store, 3).unwrap(), 2);
}

#[test]
fn endless_runs_end_out_of_operations() {
    let fields = "(import \"headroom\" \"log\" (func $log (param i32 i32))) (memory 1)";
    for body in [
        "loop br 0 end local.get $a",
        "loop i32.const 0 i32.const 0 i32.const 65536 memory.fill br 0 end local.get $a",
        "loop i32.const 1 memory.grow drop br 0 end local.get $a",
        "loop i32.const 0 i32.const 65536 call $log br 0 end local.get $a",
        "loop i64.const 0 i32.const 0 br_if 1 local.set $i br 0 end local.get $a",
    ] {
        let mut guest = Guest::new(&module(fields, body));
        assert!(guest.run(0, 0, 0).is_err(), "{body}");
        assert!(guest.left(meter::GAS) < 0, "{body}");
    }
}

#[test]
fn deep_calls_end_before_the_hosts_stack() {
    let many = (0..900).map(|_| "i64 ").collect::<String>();
    let live = (0..450)
        .map(|i| format!("local.get {} ", i % 50))
        .collect::<String>();
    let sums = "i64.add ".repeat(449);
    let rows = [
        String::from("local.get $a local.get $b call $run"),
        String::from("local.get $a local.get $b call $run i64.const 1 i64.add"),
        String::from("local.get $a call $wide"),
    ];
    for body in rows {
        let fields = format!(
            "(func $wide (param i64) (result i64) (local {many}) {live} {sums} call $wide \
             {live} {sums} i64.add)"
        );
        let mut guest = Guest::new(&module(&fields, &body));
        let error = guest.run(0, 1, 1).unwrap_err();
        assert_eq!(
            error.downcast_ref::<wasmtime::Trap>(),
            Some(&wasmtime::Trap::UnreachableCodeReached),
            "{body}"
        );
        assert!(guest.left(meter::GAS) >= 0);
        assert!(guest.left(meter::STACK) < 0);
    }
}

#[test]
fn the_stack_is_given_back_on_every_way_out() {
    let fields = "(func $f (param i32) (result i64 i64) call $g \
                  local.get 0 i32.const 1 i32.eq if i64.const 1 i64.const 2 return end \
                  i64.const 3 i64.const 4 local.get 0 br_if 0 drop drop i64.const 5 i64.const 6) \
                  (func $g)";
    for (b, sum) in [(0, 11), (1, 3), (2, 7)] {
        let mut guest = Guest::new(&module(fields, "local.get $b call $f i64.add"));
        assert_eq!(guest.run(0, 0, b).unwrap().0, sum);
        assert_eq!(guest.left(meter::STACK), meter::prices::STACK_SLOTS);
    }
}

#[test]
fn memory_stops_growing_at_the_cap() {
    let body = "i32.const 31 memory.grow i64.extend_i32_s i32.const 1 memory.grow i64.extend_i32_s \
                i64.const 100 i64.mul i64.add";
    assert_eq!(run("(memory 1)", body, 0, 0).0, 1 - 100);
    assert_eq!(
        run(
            "(memory 1 20)",
            "i32.const 20 memory.grow i64.extend_i32_s",
            0,
            0
        )
        .0,
        -1
    );
}

#[test]
fn nan_has_one_form() {
    let body = "f64.const 0 f64.const 0 f64.div i64.reinterpret_f64";
    assert_eq!(run("", body, 0, 0).0, 0x7ff8_0000_0000_0000);
    let body = "f32.const inf f32.const inf f32.sub i32.reinterpret_f32 i64.extend_i32_u";
    assert_eq!(run("", body, 0, 0).0, 0x7fc0_0000);
    assert_eq!(
        run("", "f64.const 6 f64.const 2 f64.div i64.trunc_f64_s", 0, 0).0,
        3
    );
}

#[test]
fn initialize_runs_and_is_metered() {
    let fields = "(global $g (mut i64) (i64.const 0)) \
                  (func (export \"_initialize\") i64.const 8 global.set $g)";
    let mut guest = Guest::new(&module(fields, "global.get $g"));
    assert_eq!(guest.answer("start"), 1);
    assert_eq!(guest.left(meter::GAS), CAP - (3 + 2 + 3 + 1) + 6);
    assert_eq!(guest.run(0, 0, 0).unwrap().0, 8);
}
