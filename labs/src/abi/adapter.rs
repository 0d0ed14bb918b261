//! The small module between engine and guest, made for each lab.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalType, ImportSection, InstructionSink, Module, TypeSection, ValType as W,
};

use crate::guest::MAX_PARAMS;
use crate::meter::{GAS, PAGES, STACK, START, prices};
use crate::{Export, Spec, ValType};

/// Types: `call`, `call2`, `cost`, `() -> i32`, then one for each export of the lab.
const CALL: u32 = 0;
const CALL2: u32 = 1;
const COST: u32 = 2;
const ANSWER: u32 = 3;
const FIRST_EXPORT: u32 = 4;
/// Globals, both imported.
const GLOBAL_GAS: u32 = 0;
const GLOBAL_STACK: u32 = 1;

/// The adapter of a lab: the same bytes in every host.
///
/// It imports from module `guest`, under the names of the metered module's exports (so the
/// guest's exports can be passed as they are): each function of the lab, the globals
/// `headroom:gas` and `headroom:stack`, and the functions `headroom:pages` and
/// `headroom:start`. It exports
///
/// - `call(export: i32, a0: i64, …, a7: i64) -> i64`: calls the export of this number with
///   fresh caps. Arguments are narrowed where the signature says i32, i32 results are
///   sign-extended, no result is 0. Traps on an unknown number, and if the call spent more
///   than its operations.
/// - `cost() -> i64`: metered operations of the last call.
/// - `call2`, like `call`, but `-> (i64, i64)`: result and cost.
/// - `pages() -> i32`: the guest's memory in pages.
/// - `start() -> i32`: starts the guest with fresh caps and returns its `abi_version`.
#[must_use]
pub fn adapter(spec: &Spec) -> Vec<u8> {
    let exports = &spec.exports;
    let count = exports.len() as u32;
    let (pages, start, call) = (count, count + 1, count + 2);
    let (cost, call2, wrapped_pages, wrapped_start) = (call + 1, call + 2, call + 3, call + 4);
    let budget = &spec.budget;
    let ops = i64::try_from(budget.hard_ops_per_call).unwrap_or(i64::MAX);
    let start_ops = budget
        .start_ops
        .map_or(ops, |ops| i64::try_from(ops).unwrap_or(i64::MAX));

    let mut functions = FunctionSection::new();
    functions
        .function(CALL)
        .function(COST)
        .function(CALL2)
        .function(ANSWER)
        .function(ANSWER);
    let mut named = ExportSection::new();
    named.export("call", ExportKind::Func, call);
    named.export("cost", ExportKind::Func, cost);
    named.export("call2", ExportKind::Func, call2);
    named.export("pages", ExportKind::Func, wrapped_pages);
    named.export("start", ExportKind::Func, wrapped_start);

    let mut code = CodeSection::new();
    code.function(&dispatch(exports, ops));
    code.function(&body(|sink| {
        sink.i64_const(ops).global_get(GLOBAL_GAS).i64_sub();
    }));
    code.function(&body(|sink| {
        for argument in 0..=MAX_PARAMS as u32 {
            sink.local_get(argument);
        }
        sink.call(call).call(cost);
    }));
    code.function(&body(|sink| {
        sink.call(pages);
    }));
    code.function(&body(|sink| {
        fresh(sink, start_ops);
        sink.call(start);
    }));

    let mut module = Module::new();
    module
        .section(&types(exports))
        .section(&imports(exports))
        .section(&functions);
    module.section(&named).section(&code);
    module.finish()
}

/// Parameters of `call`: the export's number and its arguments.
pub(super) fn call_params() -> Vec<W> {
    let mut params = vec![W::I32];
    params.extend([W::I64; MAX_PARAMS]);
    params
}

fn body(write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    write(&mut sink);
    sink.end();
    function
}

fn fresh(sink: &mut InstructionSink<'_>, ops: i64) {
    sink.i64_const(ops).global_set(GLOBAL_GAS);
    sink.i64_const(prices::STACK_SLOTS).global_set(GLOBAL_STACK);
}

/// `call`: sets the caps, then one `br_table` to the call with this export's types.
fn dispatch(exports: &[Export], ops: i64) -> Function {
    let count = exports.len() as u32;
    body(|sink| {
        fresh(sink, ops);
        // One block per export, the innermost for export 0, around them one that traps.
        sink.block(BlockType::Result(W::I64))
            .block(BlockType::Empty);
        for _ in exports {
            sink.block(BlockType::Empty);
        }
        sink.local_get(0).br_table(0..count, count).end();
        for (number, export) in (0_u32..).zip(exports) {
            for (argument, param) in (1_u32..).zip(&export.params) {
                sink.local_get(argument);
                if param.ty == ValType::I32 {
                    sink.i32_wrap_i64();
                }
            }
            sink.call(number);
            match export.result {
                Some(ValType::I64) => (),
                Some(ValType::I32) => {
                    sink.i64_extend_i32_s();
                }
                None => {
                    sink.i64_const(0);
                }
            }
            sink.br(count - number).end();
        }
        sink.unreachable().end();
        sink.global_get(GLOBAL_GAS).i64_const(0).i64_lt_s();
        sink.if_(BlockType::Empty).unreachable().end();
    })
}

fn types(exports: &[Export]) -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function(call_params(), [W::I64]);
    types.ty().function(call_params(), [W::I64, W::I64]);
    types.ty().function([], [W::I64]);
    types.ty().function([], [W::I32]);
    for export in exports {
        let params = export.params.iter().map(|p| wasm(p.ty)).collect::<Vec<_>>();
        types.ty().function(params, export.result.map(wasm));
    }
    types
}

fn imports(exports: &[Export]) -> ImportSection {
    let mut imports = ImportSection::new();
    for (ty, export) in (FIRST_EXPORT..).zip(exports) {
        imports.import("guest", &export.name, EntityType::Function(ty));
    }
    let global = GlobalType {
        val_type: W::I64,
        mutable: true,
        shared: false,
    };
    imports.import("guest", PAGES, EntityType::Function(ANSWER));
    imports.import("guest", START, EntityType::Function(ANSWER));
    imports.import("guest", GAS, EntityType::Global(global));
    imports.import("guest", STACK, EntityType::Global(global));
    imports
}

const fn wasm(ty: ValType) -> W {
    match ty {
        ValType::I32 => W::I32,
        ValType::I64 => W::I64,
    }
}
