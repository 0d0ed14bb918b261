//! Scripts: an interpreter and a learner's source, assembled into an ordinary policy module.
//!
//! An interpreter is a module of ours (`labs/javascript`) without a script. [`assemble`] lays the
//! source into its memory and gives it the lab's exports; from there on it is checked, metered,
//! run and graded like any other module, by the same bytes in every host. Another interpreter
//! needs no code here: it brings the exports named below, and a [`crate::Language`] names it.

use wasm_encoder::reencode::{Error as Broken, Reencode, RoundtripReencoder};
use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ExportKind, ExportSection, Function,
    FunctionSection, Module, RawSection, TypeSection, ValType as W,
};
use wasmparser::{Operator, Parser, Payload, TypeRef};

use crate::abi::{ABI_VERSION, AbiError, Code, INITIALIZE};
use crate::guest::MAX_PARAMS;
use crate::spec::{Export, ScriptBudget, Spec, ValType};

/// Longest source of a script, bytes.
pub const SOURCE_BYTES: usize = 64 << 10;
/// Pages that the interpreter has before a script asks for any; scenarios that bound memory
/// bound what comes on top.
pub const OWN_PAGES: u32 = 10;

/// Global of the interpreter: address of the room for header, functions and source.
const ROOM: &str = "headroom_script";
/// Function of the interpreter: reads the source.
const START: &str = "headroom_start";
/// Function of the interpreter: calls a function of the source by its number.
const INVOKE: &str = "headroom_invoke";

/// Where a lab measured no script: an interpreter's operations for one of a compiler's, in a
/// policy of a few dozen lines.
const OPS_FACTOR: u64 = 25;
/// Bytes of an interpreter's values for one of a compiler's: a number in a map takes 8 bytes
/// there and some 100 here.
const PAGES_FACTOR: u32 = 3;
/// Operations in which a script must have started: 1.7 million are the interpreter's own, and each
/// byte of source costs some 800.
const START_OPS: u64 = 100_000_000;

/// A lab's rules with the budgets of scripts.
pub(crate) fn rules(spec: &Spec) -> Spec {
    let mut rules = spec.clone();
    let budget = &mut rules.budget;
    let script = budget.script.unwrap_or(ScriptBudget {
        ops_per_call: budget.ops_per_call * OPS_FACTOR,
        hard_ops_per_call: budget.hard_ops_per_call * OPS_FACTOR,
        pages: OWN_PAGES + budget.pages * PAGES_FACTOR,
    });
    budget.ops_per_call = script.ops_per_call;
    budget.hard_ops_per_call = script.hard_ops_per_call;
    budget.pages = script.pages;
    budget.start_ops = Some(START_OPS);
    for scenario in &mut rules.scenarios {
        scenario.pages = scenario.pages.map(|pages| OWN_PAGES + pages * PAGES_FACTOR);
    }
    rules
}

/// The module of a script: `runtime` with the source in its memory and the lab's exports.
///
/// # Errors
/// If the source is too long, or the runtime is none.
pub fn assemble(runtime: &[u8], spec: &Spec, source: &str) -> Result<Vec<u8>, AbiError> {
    if source.len() > SOURCE_BYTES {
        let message = format!(
            "the script has {} bytes; at most {SOURCE_BYTES} are allowed",
            source.len()
        );
        return Err(AbiError::new(Code::Source, message));
    }
    let odd = |why: &dyn std::fmt::Display| {
        AbiError::new(
            Code::Unsupported,
            format!("the interpreter is unfit: {why}"),
        )
    };
    let found = Found::of(runtime).map_err(|error| odd(&error))?;
    let found = found.ok_or_else(|| odd(&"it lacks an export"))?;
    found
        .with(runtime, &spec.exports, source.as_bytes())
        .map_err(|error| odd(&error))
}

/// What lies in the room: two lengths, the functions, the source.
fn laid_down(exports: &[Export], source: &[u8]) -> Vec<u8> {
    let list: String = exports
        .iter()
        .map(|export| {
            let result = export.result.map_or("none", ValType::name);
            format!("{} {} {result}\n", export.name, export.params.len())
        })
        .collect();
    let lengths = [list.len(), source.len()].map(|length| (length as u32).to_le_bytes());
    [lengths.as_flattened(), list.as_bytes(), source].concat()
}

/// Where the interpreter has what the assembler needs.
#[derive(Default)]
struct Found {
    types: u32,
    functions: u32,
    globals: Vec<i32>,
    room: Option<u32>,
    start: Option<u32>,
    invoke: Option<u32>,
    version: Option<u32>,
}

impl Found {
    fn of(runtime: &[u8]) -> wasmparser::Result<Option<Self>> {
        let mut found = Self::default();
        for payload in Parser::new(0).parse_all(runtime) {
            found.note(payload?)?;
        }
        let whole = [found.room, found.start, found.invoke, found.version];
        Ok(whole.iter().all(Option::is_some).then_some(found))
    }

    fn note(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    self.types += group?.types().len() as u32;
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_)) {
                        self.functions += 1;
                    }
                }
            }
            Payload::FunctionSection(section) => self.functions += section.count(),
            Payload::GlobalSection(section) => {
                for global in section {
                    let first = global?.init_expr.get_operators_reader().read()?;
                    self.globals.push(match first {
                        Operator::I32Const { value } => value,
                        _ => 0,
                    });
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    match export.name {
                        ROOM => self.room = Some(export.index),
                        START => self.start = Some(export.index),
                        INVOKE => self.invoke = Some(export.index),
                        ABI_VERSION => self.version = Some(export.index),
                        _ => (),
                    }
                }
            }
            _ => (),
        }
        Ok(())
    }

    /// The runtime with more types, functions, code and data, and with other exports.
    fn with(&self, runtime: &[u8], exports: &[Export], source: &[u8]) -> Result<Vec<u8>, Broken> {
        let mut same = RoundtripReencoder;
        let mut module = Module::new();
        let mut code = CodeSection::new();
        for payload in Parser::new(0).parse_all(runtime) {
            match payload? {
                Payload::TypeSection(section) => {
                    let mut types = TypeSection::new();
                    same.parse_type_section(&mut types, section)?;
                    add_types(&mut types, exports);
                    module.section(&types);
                }
                Payload::FunctionSection(section) => {
                    let mut functions = FunctionSection::new();
                    same.parse_function_section(&mut functions, section)?;
                    for index in 0..exports.len() as u32 {
                        functions.function(self.types + index);
                    }
                    module.section(&functions);
                }
                Payload::ExportSection(_) => {
                    module.section(&self.exports(exports));
                }
                Payload::DataCountSection { count, .. } => {
                    module.section(&DataCountSection { count: count + 1 });
                }
                Payload::CodeSectionEntry(body) => {
                    code.raw(body.as_bytes());
                }
                Payload::DataSection(section) => {
                    for (number, export) in (0..).zip(exports) {
                        code.function(&self.wrapper(number, export));
                    }
                    module.section(&code);
                    let mut data = DataSection::new();
                    same.parse_data_section(&mut data, section)?;
                    let room = self.room.and_then(|room| self.globals.get(room as usize));
                    let room = ConstExpr::i32_const(room.copied().unwrap_or(0));
                    data.active(0, &room, laid_down(exports, source));
                    module.section(&data);
                }
                // Names are of no use to anyone here.
                Payload::CustomSection(_) => (),
                other => copy(&mut module, runtime, &other),
            }
        }
        Ok(module.finish())
    }

    fn exports(&self, exports: &[Export]) -> ExportSection {
        let mut section = ExportSection::new();
        let own = [(ABI_VERSION, self.version), (INITIALIZE, self.start)];
        for (name, index) in own {
            section.export(name, ExportKind::Func, index.unwrap_or(0));
        }
        for (index, export) in (self.functions..).zip(exports) {
            section.export(&export.name, ExportKind::Func, index);
        }
        section
    }

    /// An export of the lab: its number and its arguments, widened, to the interpreter.
    fn wrapper(&self, number: i32, export: &Export) -> Function {
        let mut function = Function::new([]);
        let mut sink = function.instructions();
        sink.i32_const(number);
        for (local, param) in (0..).zip(&export.params) {
            sink.local_get(local);
            if param.ty == ValType::I32 {
                sink.i64_extend_i32_s();
            }
        }
        for _ in export.params.len()..MAX_PARAMS {
            sink.i64_const(0);
        }
        sink.call(self.invoke.unwrap_or(0));
        match export.result {
            Some(ValType::I64) => &mut sink,
            Some(ValType::I32) => sink.i32_wrap_i64(),
            None => sink.drop(),
        };
        sink.end();
        function
    }
}

fn add_types(types: &mut TypeSection, exports: &[Export]) {
    let wasm = |ty: ValType| match ty {
        ValType::I32 => W::I32,
        ValType::I64 => W::I64,
    };
    for export in exports {
        let params: Vec<W> = export.params.iter().map(|param| wasm(param.ty)).collect();
        types.ty().function(params, export.result.map(wasm));
    }
}

/// A section as it is.
fn copy(module: &mut Module, runtime: &[u8], payload: &Payload<'_>) {
    // The code section's start has a range too; its bodies come one by one.
    if matches!(payload, Payload::CodeSectionStart { .. }) {
        return;
    }
    if let Some((id, range)) = payload.as_section() {
        module.section(&RawSection {
            id,
            data: runtime.get(range).unwrap_or_default(),
        });
    }
}
