//! The metered form of a whole module: sections, globals and the functions added.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, Module, TableSection, TypeSection, ValType,
};
use wasmparser::{FuncType, Parser, Payload};

use super::function::{Context, by_bytes, function};
use super::{GAS, MEMORY, PAGES, STACK, START, prices};
use crate::abi::{AbiError, Code, Facts, limits};

/// Caps of the lab that are written into the module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    /// Metered operations of one call.
    pub ops: u64,
    /// Pages of memory.
    pub pages: u32,
}

/// Where the added items are.
pub(super) struct Layout {
    /// Global: operations left.
    pub gas: u32,
    /// Global: stack slots left.
    pub stack: u32,
    /// Memory cap in pages.
    pub pages: u32,
}

/// Sections of the new module, in no order yet.
#[derive(Default)]
struct Sections {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    data_count: Option<u32>,
    code: CodeSection,
    data: DataSection,
}

/// Redirects `headroom.log` to its metered wrapper; all other indices stay.
struct Indices {
    log: Option<(u32, u32)>,
}

impl Reencode for Indices {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(match self.log {
            Some((log, wrapper)) if log == index => wrapper,
            _ => index,
        })
    }
}

/// Rewrites a module that `facts` were gathered from.
pub(crate) fn rewrite(bytes: &[u8], facts: &Facts, caps: Caps) -> Result<Vec<u8>, AbiError> {
    let rewriter = Rewriter::new(facts, caps);
    rewriter.run(bytes).map_err(|error| {
        AbiError::new(
            Code::Unsupported,
            format!("the module cannot be metered: {error}"),
        )
    })
}

struct Rewriter<'a> {
    facts: &'a Facts,
    caps: Caps,
    layout: Layout,
    indices: Indices,
    sections: Sections,
    /// Result lists of more than one value, and the block type made for each.
    blocks: Vec<(Vec<wasmparser::ValType>, u32)>,
    bodies: usize,
}

impl<'a> Rewriter<'a> {
    fn new(facts: &'a Facts, caps: Caps) -> Self {
        let functions = facts.functions.len() as u32;
        Self {
            facts,
            caps,
            layout: Layout {
                gas: facts.globals,
                stack: facts.globals + 1,
                pages: caps.pages,
            },
            indices: Indices {
                log: facts.log.map(|log| (log, functions + 2)),
            },
            sections: Sections::default(),
            blocks: Vec::new(),
            bodies: 0,
        }
    }

    fn run(mut self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        for payload in Parser::new(0).parse_all(bytes) {
            if let Payload::TypeSection(section) = payload? {
                self.indices
                    .parse_type_section(&mut self.sections.types, section)?;
            }
        }
        self.add_types();
        for payload in Parser::new(0).parse_all(bytes) {
            self.section(payload?)?;
        }
        self.add_globals();
        self.add_functions();
        Ok(self.sections.finish())
    }

    fn section(&mut self, payload: Payload<'_>) -> Result<(), Error> {
        let Self {
            indices, sections, ..
        } = self;
        match payload {
            Payload::ImportSection(s) => indices.parse_import_section(&mut sections.imports, s),
            Payload::FunctionSection(s) => {
                indices.parse_function_section(&mut sections.functions, s)
            }
            Payload::GlobalSection(s) => indices.parse_global_section(&mut sections.globals, s),
            Payload::ExportSection(s) => indices.parse_export_section(&mut sections.exports, s),
            Payload::ElementSection(s) => indices.parse_element_section(&mut sections.elements, s),
            Payload::DataSection(s) => indices.parse_data_section(&mut sections.data, s),
            Payload::DataCountSection { count, .. } => {
                sections.data_count = Some(count);
                Ok(())
            }
            Payload::TableSection(section) => {
                for table in section {
                    let mut table = table?;
                    let cap = table.ty.maximum.unwrap_or(limits::TABLE_ELEMENTS);
                    table.ty.maximum = Some(cap.min(limits::TABLE_ELEMENTS));
                    indices.parse_table(&mut sections.tables, table)?;
                }
                Ok(())
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let mut memory = indices.memory_type(memory?)?;
                    let cap = u64::from(self.caps.pages);
                    memory.maximum = Some(memory.maximum.unwrap_or(cap).min(cap));
                    sections.memories.memory(memory);
                }
                Ok(())
            }
            Payload::CodeSectionEntry(body) => self.body(&body),
            _ => Ok(()),
        }
    }

    /// Types of the added functions, and of the blocks that stand for function labels.
    fn add_types(&mut self) {
        let mut next = self.facts.types.len() as u32 + 1;
        self.sections.types.ty().function([], [ValType::I32]);
        for ty in &self.facts.types {
            let results = ty.results();
            if results.len() < 2 || self.blocks.iter().any(|(known, _)| known == results) {
                continue;
            }
            let encoded: Vec<ValType> = results
                .iter()
                .filter_map(|t| self.indices.val_type(*t).ok())
                .collect();
            self.sections.types.ty().function([], encoded);
            self.blocks.push((results.to_vec(), next));
            next += 1;
        }
    }

    fn block_type(&mut self, ty: &FuncType) -> Result<BlockType, Error> {
        Ok(match ty.results() {
            [] => BlockType::Empty,
            [one] => BlockType::Result(self.indices.val_type(*one)?),
            many => {
                let known = self.blocks.iter().find(|(results, _)| results == many);
                BlockType::FunctionType(known.map_or(0, |(_, index)| *index))
            }
        })
    }

    fn body(&mut self, body: &wasmparser::FunctionBody<'_>) -> Result<(), Error> {
        let facts = self.facts;
        let index = facts.imported + self.bodies;
        let ty = facts
            .functions
            .get(index)
            .and_then(|ty| facts.types.get(*ty as usize));
        let (Some(ty), Some(known)) = (ty, facts.bodies.get(self.bodies)) else {
            return Err(Error::InvalidCodeSectionSize);
        };
        self.bodies += 1;
        let block = self.block_type(ty)?;
        let context = Context {
            layout: &self.layout,
            facts: *known,
            body: block,
        };
        let rewritten = function(&mut self.indices, &context, body)?;
        self.sections.code.function(&rewritten);
        Ok(())
    }

    fn add_globals(&mut self) {
        let ty = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        let ops = i64::try_from(self.caps.ops).unwrap_or(i64::MAX);
        let Sections {
            globals, exports, ..
        } = &mut self.sections;
        globals.global(ty, &ConstExpr::i64_const(ops));
        globals.global(ty, &ConstExpr::i64_const(prices::STACK_SLOTS));
        exports.export(GAS, ExportKind::Global, self.layout.gas);
        exports.export(STACK, ExportKind::Global, self.layout.stack);
        if self.facts.memory {
            exports.export(MEMORY, ExportKind::Memory, 0);
        }
    }

    /// `headroom:start`, `headroom:pages` and the wrapper of `headroom.log`, in this order.
    fn add_functions(&mut self) {
        let first = self.facts.functions.len() as u32;
        let answer = self.facts.types.len() as u32;
        let Sections {
            functions,
            exports,
            code,
            ..
        } = &mut self.sections;
        functions.function(answer).function(answer);
        exports.export(START, ExportKind::Func, first);
        exports.export(PAGES, ExportKind::Func, first + 1);

        let mut start = Function::new([]);
        let mut sink = start.instructions();
        if let Some(initialize) = self.facts.initialize {
            sink.call(initialize);
        }
        match self.facts.abi_version {
            Some(abi_version) => sink.call(abi_version),
            None => sink.i32_const(0),
        };
        sink.global_get(self.layout.gas);
        sink.i64_const(0)
            .i64_lt_s()
            .if_(BlockType::Empty)
            .unreachable()
            .end()
            .end();
        code.function(&start);

        let mut pages = Function::new([]);
        if self.facts.memory {
            pages.instructions().memory_size(0).end();
        } else {
            pages.instructions().i32_const(0).end();
        }
        code.function(&pages);

        if let Some(log) = self.facts.log {
            functions.function(self.facts.functions.get(log as usize).copied().unwrap_or(0));
            let mut wrapper = Function::new([(1, ValType::I64)]);
            let mut sink = wrapper.instructions();
            let gas = self.layout.gas;
            sink.global_get(gas)
                .i64_const(prices::LOG as i64)
                .i64_sub()
                .local_set(2);
            by_bytes(&mut sink, gas, 1, 2);
            sink.local_get(2).global_set(gas);
            sink.local_get(0).local_get(1).call(log).end();
            code.function(&wrapper);
        }
    }
}

impl Sections {
    /// The module, sections in the order of the format.
    fn finish(self) -> Vec<u8> {
        let mut module = Module::new();
        module.section(&self.types);
        if !self.imports.is_empty() {
            module.section(&self.imports);
        }
        module.section(&self.functions);
        if !self.tables.is_empty() {
            module.section(&self.tables);
        }
        if !self.memories.is_empty() {
            module.section(&self.memories);
        }
        module.section(&self.globals).section(&self.exports);
        if !self.elements.is_empty() {
            module.section(&self.elements);
        }
        if let Some(count) = self.data_count {
            module.section(&DataCountSection { count });
        }
        module.section(&self.code);
        if !self.data.is_empty() {
            module.section(&self.data);
        }
        module.finish()
    }
}
