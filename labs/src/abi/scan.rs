//! One pass over a module: full validation, complexity limits, and the facts that the
//! checks of exports and the meter need.

use wasmparser::{
    CompositeInnerType, ExternalKind, FuncType, FuncValidatorAllocations, Parser, Payload, TypeRef,
    ValidPayload, Validator,
};

use super::Origin;
use super::error::{AbiError, Code, MAX_ERRORS, quote};
use super::work::{Work, within};
use super::{features, imports, limits};

/// What the meter needs to know of a module.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Function types, by index.
    pub types: Vec<FuncType>,
    /// Type of each function, imported ones first.
    pub functions: Vec<u32>,
    /// How many of the functions are imported.
    pub imported: usize,
    /// Globals of the module; all are its own.
    pub globals: u32,
    /// Whether it has a memory.
    pub memory: bool,
    /// Function index of `headroom.log`, if imported.
    pub log: Option<u32>,
    /// Function index of `abi_version`.
    pub abi_version: Option<u32>,
    /// Function index of `_initialize`, if exported.
    pub initialize: Option<u32>,
    /// What each function body holds, in order.
    pub bodies: Vec<BodyFacts>,
}

/// What one function body holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct BodyFacts {
    /// Parameters and declared locals.
    pub locals: u64,
    /// Most values on its operand stack at once.
    pub operands: u64,
}

/// An export of the module.
#[derive(Debug)]
pub(super) struct Found {
    pub name: String,
    pub kind: ExternalKind,
    pub index: u32,
}

/// A pass under way, with what it found so far.
#[derive(Debug)]
pub(super) struct Scan {
    pub facts: Facts,
    pub exports: Vec<Found>,
    pub errors: Vec<AbiError>,
    max_pages: u32,
    origin: Origin,
    work: Work,
}

impl Scan {
    pub fn new(max_pages: u32, origin: Origin) -> Self {
        Self {
            facts: Facts::default(),
            exports: Vec::new(),
            errors: Vec::new(),
            max_pages,
            origin,
            work: Work::new(origin),
        }
    }

    /// Adds an error, unless there are enough already.
    pub fn report(&mut self, error: AbiError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// Type of a function, by its index.
    pub fn function_type(&self, index: u32) -> Option<&FuncType> {
        let ty = self.facts.functions.get(index as usize)?;
        self.facts.types.get(*ty as usize)
    }

    /// Reads the whole module. What ends the pass is the error; the rest is reported.
    pub fn module(&mut self, bytes: &[u8]) -> Result<(), AbiError> {
        let mut validator = Validator::new_with_features(features::FEATURES);
        let mut parser = Parser::new(0);
        parser.set_features(features::FEATURES);
        let mut allocations = FuncValidatorAllocations::default();
        for payload in parser.parse_all(bytes) {
            let payload = payload.map_err(|e| features::explain(&e))?;
            if self.origin == Origin::Learner {
                self.before(&payload)?;
            }
            let valid = validator
                .payload(&payload)
                .map_err(|e| features::explain(&e))?;
            if let ValidPayload::Func(function, body) = valid {
                let mut function = function.into_validator(allocations);
                let facts = self.work.body(&mut function, &body)?;
                self.facts.bodies.push(facts);
                allocations = function.into_allocations();
            }
            self.section(payload).map_err(|e| features::explain(&e))?;
        }
        Ok(())
    }

    /// Counts that must be small before the validator walks a section.
    fn before(&mut self, payload: &Payload<'_>) -> Result<(), AbiError> {
        use limits::{ENTRIES, FUNCTIONS, IMPORTS, TABLES};
        let (count, allowed, what) = match payload {
            Payload::MemorySection(s) if s.count() > 1 => {
                return Err(features::memories(s.range()));
            }
            Payload::TypeSection(s) => (s.count(), ENTRIES, "types"),
            Payload::ImportSection(s) => (s.count(), IMPORTS, "imports"),
            Payload::FunctionSection(s) => (s.count(), FUNCTIONS, "functions"),
            Payload::TableSection(s) => (s.count(), TABLES, "tables"),
            Payload::GlobalSection(s) => (s.count(), ENTRIES, "globals"),
            Payload::ExportSection(s) => (s.count(), ENTRIES, "exports"),
            Payload::ElementSection(s) => (s.count(), ENTRIES, "element segments"),
            Payload::DataSection(s) => (s.count(), ENTRIES, "data segments"),
            Payload::CodeSectionStart { size, .. } => (*size, limits::CODE_BYTES, "bytes of code"),
            _ => return Ok(()),
        };
        within(u64::from(count), allowed, what, None)
    }

    /// Notes what a valid section says.
    fn section(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        if let CompositeInnerType::Func(ty) = ty.composite_type.inner {
                            self.function_type_limits(&ty);
                            self.facts.types.push(ty);
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports_with_offsets() {
                    let (offset, import) = import?;
                    self.import(&import, offset);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.facts.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let elements = table?.ty.initial;
                    self.note(within(
                        elements,
                        limits::TABLE_ELEMENTS,
                        "elements of a table",
                        None,
                    ));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memory(memory?.initial);
                }
            }
            Payload::GlobalSection(section) => self.facts.globals = section.count(),
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.name(export.name);
                    let (kind, index) = (export.kind, export.index);
                    self.exports.push(Found {
                        name: export.name.to_owned(),
                        kind,
                        index,
                    });
                }
            }
            Payload::StartSection { range, .. } => self.report(AbiError::at(
                Code::StartFunction,
                range.start,
                "the module has a start function, which would run before it can be metered: \
                 export it as `_initialize` (AssemblyScript: `asc --exportStart _initialize`)",
            )),
            _ => (),
        }
        Ok(())
    }

    fn note(&mut self, result: Result<(), AbiError>) {
        if let Err(error) = result {
            self.report(error);
        }
    }

    fn name(&mut self, name: &str) {
        if name.len() as u64 > limits::NAME_BYTES {
            let what = format!("bytes in the name {}", quote(name));
            self.note(within(name.len() as u64, limits::NAME_BYTES, &what, None));
        }
    }

    fn function_type_limits(&mut self, ty: &FuncType) {
        self.note(within(
            ty.params().len() as u64,
            limits::PARAMS,
            "parameters",
            None,
        ));
        self.note(within(
            ty.results().len() as u64,
            limits::RESULTS,
            "results",
            None,
        ));
    }

    fn import(&mut self, import: &wasmparser::Import<'_>, offset: usize) {
        let ty = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                let index = self.facts.functions.len() as u32;
                self.facts.functions.push(ty);
                self.facts.imported += 1;
                if imports::is_log(import) {
                    self.facts.log = Some(index);
                }
                self.facts.types.get(ty as usize)
            }
            _ => None,
        };
        let result = imports::check(import, offset, ty);
        self.note(result);
    }

    fn memory(&mut self, initial: u64) {
        self.facts.memory = true;
        if initial > u64::from(self.max_pages) {
            self.report(AbiError::new(
                Code::Memory,
                format!(
                    "the module wants {initial} pages of memory at start ({} KiB), this lab \
                     allows {}: use smaller static data, or a smaller stack (rustc `-C \
                     link-arg=-zstack-size=65536`, clang `-Wl,-z,stack-size=65536`), and \
                     asc without a large `--initialMemory`",
                    initial.saturating_mul(64),
                    self.max_pages
                ),
            ));
        }
    }
}

/// The facts of a module that speaks no lab's language but is sound otherwise.
#[cfg(test)]
pub(crate) fn facts(bytes: &[u8], pages: u32) -> Option<Facts> {
    let mut scan = Scan::new(pages, Origin::Learner);
    scan.module(bytes).ok()?;
    scan.errors.is_empty().then_some(scan.facts)
}
