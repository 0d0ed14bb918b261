//! The module that lets one engine instance call many guest instances.

use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, RefType,
    TableSection, TableType, TypeSection, ValType as W,
};

use super::adapter::call_params;
use crate::guest::MAX_PARAMS;

/// Instances the tables have room for at first; hosts may grow them.
const INSTANCES: u64 = 16;

/// The dispatcher: the same bytes in every host, for every lab.
///
/// It exports three tables of function references, `calls`, `costs` and `sizes`, in which
/// the host puts an adapter's `call`, `cost` and `pages` at the index of its instance, and
///
/// - `call(instance: i32, export: i32, a0: i64, …, a7: i64) -> i64`,
/// - `cost(instance: i32) -> i64`,
/// - `pages(instance: i32) -> i32`,
///
/// so that the engine's calls reach guests without passing through the host's language.
#[must_use]
pub fn dispatcher() -> Vec<u8> {
    let mut types = TypeSection::new();
    // What is called: 0 call, 1 cost, 2 pages. What is exported: the same, with an instance.
    types.ty().function(call_params(), [W::I64]);
    types.ty().function([], [W::I64]);
    types.ty().function([], [W::I32]);
    let mut params = call_params();
    params.insert(0, W::I32);
    types.ty().function(params, [W::I64]);
    types.ty().function([W::I32], [W::I64]);
    types.ty().function([W::I32], [W::I32]);

    let mut functions = FunctionSection::new();
    functions.function(3).function(4).function(5);
    let mut tables = TableSection::new();
    let mut exports = ExportSection::new();
    let mut code = CodeSection::new();
    let table = TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: INSTANCES,
        maximum: None,
        shared: false,
    };
    let rows = [
        ("call", "calls", MAX_PARAMS as u32 + 1),
        ("cost", "costs", 0),
        ("pages", "sizes", 0),
    ];
    for (index, (function, name, arguments)) in (0_u32..).zip(rows) {
        tables.table(table);
        exports.export(function, ExportKind::Func, index);
        exports.export(name, ExportKind::Table, index);
        let mut body = Function::new([]);
        let mut sink = body.instructions();
        for argument in 1..=arguments {
            sink.local_get(argument);
        }
        sink.local_get(0).call_indirect(index, index).end();
        code.function(&body);
    }
    let mut module = Module::new();
    module
        .section(&types)
        .section(&functions)
        .section(&tables)
        .section(&exports)
        .section(&code);
    module.finish()
}
