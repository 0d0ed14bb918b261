//! What compilers find hard, counted while bodies are validated.

use wasmparser::{FuncValidator, FunctionBody, Operator, ValidatorResources};

use super::Origin;
use super::error::{AbiError, Code};
use super::features::explain;
use super::limits;
use super::scan::BodyFacts;

/// Sums over the module that bound the work of compiling it.
#[derive(Debug)]
pub(super) struct Work {
    origin: Origin,
    sums: Sums,
}

#[derive(Debug, Default)]
struct Sums {
    bytes: u64,
    branches: u64,
    locals_times_branches: u64,
    locals_times_loops: u64,
    bulk: u64,
    targets: u64,
    calls: u64,
    indirect: u64,
}

/// Counts over one body.
#[derive(Debug, Default)]
struct Body {
    locals: u64,
    loops: u64,
    branches: u64,
    targets: u64,
    widest: u64,
    operands: u64,
}

impl Work {
    /// Nothing counted yet.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            sums: Sums::default(),
        }
    }

    /// Validates one body and counts along. The first limit exceeded ends the pass: going
    /// on would only cost time.
    pub fn body(
        &mut self,
        function: &mut FuncValidator<ValidatorResources>,
        body: &FunctionBody<'_>,
    ) -> Result<BodyFacts, AbiError> {
        let at = body.range().start;
        let size = body.range().len() as u64;
        self.sums.bytes += size;
        self.within(size, limits::BODY_BYTES, "bytes in one function", at)?;
        function
            .read_locals(&mut body.get_binary_reader())
            .map_err(|e| explain(&e))?;
        let locals = u64::from(function.len_locals());
        self.within(
            locals,
            limits::LOCALS,
            "parameters and locals in one function",
            at,
        )?;
        let mut counts = Body {
            locals,
            ..Body::default()
        };
        self.operators(function, body, &mut counts)?;
        self.sums.add(&counts);
        if self.origin == Origin::Learner {
            self.sums.limits(&counts, at)?;
        }
        Ok(BodyFacts {
            locals,
            operands: counts.operands,
        })
    }

    fn operators(
        &mut self,
        function: &mut FuncValidator<ValidatorResources>,
        body: &FunctionBody<'_>,
        counts: &mut Body,
    ) -> Result<(), AbiError> {
        let mut reader = body.get_operators_reader().map_err(|e| explain(&e))?;
        while !reader.eof() {
            let (operator, offset) = reader.read_with_offset().map_err(|e| explain(&e))?;
            function.op(offset, &operator).map_err(|e| explain(&e))?;
            self.sums.count(&operator, counts);
            let nesting = u64::from(function.control_stack_height());
            counts.operands = counts
                .operands
                .max(u64::from(function.operand_stack_height()));
            self.within(
                nesting,
                limits::NESTING,
                "blocks inside one another",
                offset,
            )?;
            self.within(
                counts.operands,
                limits::OPERANDS,
                "values on the stack",
                offset,
            )?;
        }
        reader.finish().map_err(|e| explain(&e))
    }

    fn within(&self, found: u64, allowed: u64, what: &str, at: usize) -> Result<(), AbiError> {
        match self.origin {
            Origin::Learner => within(found, allowed, what, Some(at)),
            Origin::Ours => Ok(()),
        }
    }
}

impl Sums {
    fn count(&mut self, operator: &Operator<'_>, body: &mut Body) {
        match operator {
            Operator::Loop { .. } => {
                body.loops += 1;
                body.branches += 1;
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::Else => body.branches += 1,
            Operator::Br { .. } | Operator::BrIf { .. } | Operator::Return => body.branches += 1,
            Operator::BrTable { targets } => {
                let targets = u64::from(targets.len()) + 1;
                body.targets += targets;
                body.widest = body.widest.max(targets);
                self.targets += targets;
            }
            Operator::Call { .. } => self.calls += 1,
            Operator::CallIndirect { .. } => self.indirect += 1,
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => self.bulk += 1,
            Operator::MemoryInit { .. } | Operator::MemoryGrow { .. } => self.bulk += 1,
            Operator::TableCopy { .. } | Operator::TableFill { .. } => self.bulk += 1,
            Operator::TableInit { .. } | Operator::TableGrow { .. } => self.bulk += 1,
            _ => (),
        }
    }

    fn add(&mut self, body: &Body) {
        self.branches += body.branches;
        self.locals_times_branches += body.locals * (body.branches + body.targets);
        self.locals_times_loops += body.locals * body.loops;
    }

    /// Limits of one body and of all bodies so far.
    fn limits(&self, body: &Body, at: usize) -> Result<(), AbiError> {
        use limits as l;
        let loops = body.locals * body.loops;
        let targets = body.locals * body.targets;
        for (found, allowed, what) in [
            (
                loops,
                l::LOCALS_TIMES_LOOPS,
                "locals × loops in one function",
            ),
            (
                self.locals_times_loops,
                l::ALL_LOCALS_TIMES_LOOPS,
                "locals × loops in all",
            ),
            (
                targets,
                l::LOCALS_TIMES_TARGETS,
                "locals × br_table targets in one function",
            ),
            (body.widest, l::TABLE_TARGETS, "targets of one br_table"),
            (self.targets, l::ALL_TARGETS, "br_table targets in all"),
            (self.calls, l::CALLS, "calls in all"),
            (self.indirect, l::INDIRECT_CALLS, "indirect calls in all"),
            (
                self.locals_times_branches,
                l::LOCALS_TIMES_BRANCHES,
                "locals × branches in all",
            ),
            (body.branches, l::BRANCHES, "branches in one function"),
            (self.branches, l::ALL_BRANCHES, "branches in all"),
            (self.bulk, l::BULK, "bulk operations in all"),
            (self.bytes, l::CODE_BYTES, "bytes of code"),
        ] {
            within(found, allowed, what, Some(at))?;
        }
        Ok(())
    }
}

/// `Err` with both numbers if `found` is more than `allowed`.
pub(super) fn within(
    found: u64,
    allowed: u64,
    what: &str,
    offset: Option<usize>,
) -> Result<(), AbiError> {
    if found <= allowed {
        return Ok(());
    }
    let message = format!(
        "the module has {found} {what}; at most {allowed} are allowed: build in release mode, \
         leave out what is not used, or split what is generated"
    );
    Err(AbiError {
        code: Code::TooComplex,
        message,
        offset,
    })
}
