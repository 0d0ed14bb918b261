//! The metered form of one function body.
//!
//! While a function runs, the gas is in a local, which compilers keep in a register; the
//! global is brought up to date before calls, on the way out and before a stop. So a trap
//! of the module itself may leave the global at an earlier, greater value, in every host
//! the same.

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{BlockType, Function, Ieee32, Ieee64, InstructionSink, ValType};
use wasmparser::{FunctionBody, Operator};

use super::charge::{Block, blocks};
use super::module::Layout;
use super::prices;
use crate::abi::BodyFacts;

/// The NaN that every NaN result of float arithmetic becomes.
const NAN32: u32 = 0x7fc0_0000;
const NAN64: u64 = 0x7ff8_0000_0000_0000;

/// What a body needs from its surroundings.
pub(super) struct Context<'a> {
    pub layout: &'a Layout,
    pub facts: BodyFacts,
    /// Type of the block that stands for the function's own label.
    pub body: BlockType,
}

/// Indices of the locals added to a function.
#[derive(Clone, Copy)]
struct Scratch {
    gas: u32,
    stack: u32,
    length: u32,
    float: u32,
    double: u32,
}

/// Rewrites one body.
pub(super) fn function<R: Reencode>(
    reencoder: &mut R,
    context: &Context<'_>,
    body: &FunctionBody<'_>,
) -> Result<Function, Error<R::Error>> {
    let reader = body.get_operators_reader()?;
    let operators = reader.into_iter().collect::<wasmparser::Result<Vec<_>>>()?;
    let mut declared = Vec::new();
    let mut zeroed = 0;
    for pair in body.get_locals_reader()? {
        let (count, ty) = pair?;
        zeroed += u64::from(count);
        declared.push((count, reencoder.val_type(ty)?));
    }
    let first = context.facts.locals as u32;
    let scratch = Scratch {
        gas: first,
        stack: first + 1,
        length: first + 2,
        float: first + 3,
        double: first + 4,
    };
    declared.extend([
        (2, ValType::I64),
        (1, ValType::I32),
        (1, ValType::F32),
        (1, ValType::F64),
    ]);
    let mut writer = Writer {
        out: Function::new(declared),
        context,
        scratch,
        leaf: !operators.iter().any(calls),
        depth: 0,
    };
    let mut blocks = blocks(&operators);
    if let Some(entry) = blocks.first_mut() {
        entry.cost += zeroed / prices::LOCALS_PER_OP;
    }
    writer.body(reencoder, operators, &blocks)?;
    Ok(writer.out)
}

/// Whether an instruction may enter another function.
fn calls(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Call { .. } | Operator::CallIndirect { .. }
    )
}

struct Writer<'a> {
    out: Function,
    context: &'a Context<'a>,
    scratch: Scratch,
    /// Calls nothing, so that nobody looks at the stack while it runs.
    leaf: bool,
    /// Blocks open in the body.
    depth: u32,
}

impl Writer<'_> {
    fn body<R: Reencode>(
        &mut self,
        reencoder: &mut R,
        operators: Vec<Operator<'_>>,
        blocks: &[Block],
    ) -> Result<(), Error<R::Error>> {
        let weight = prices::weight(self.context.facts.locals, self.context.facts.operands) as i64;
        let mut next = blocks.iter().peekable();
        if let Some(entry) = next.next() {
            self.enter(entry.cost as i64, weight);
        }
        // Stands for the function's label: every way out passes the end of this block.
        self.out.instructions().block(self.context.body);
        for (index, operator) in operators.into_iter().enumerate() {
            while let Some(block) = next.next_if(|b| b.first == index) {
                self.pay(block);
            }
            self.operator(reencoder, operator)?;
        }
        self.leave(weight);
        Ok(())
    }

    /// Pays the first block and takes the function's weight from the stack.
    fn enter(&mut self, cost: i64, weight: i64) {
        let (gas, stack) = (self.context.layout.gas, self.context.layout.stack);
        let Scratch {
            gas: gas_left,
            stack: stack_left,
            ..
        } = self.scratch;
        let mut sink = self.out.instructions();
        sink.global_get(gas)
            .i64_const(cost)
            .i64_sub()
            .local_tee(gas_left);
        sink.global_get(stack)
            .i64_const(weight)
            .i64_sub()
            .local_tee(stack_left);
        if !self.leaf {
            sink.global_set(stack).local_get(stack_left);
        }
        // One look at both: the sign of the union is negative if either is.
        sink.i64_or().i64_const(0).i64_lt_s().if_(BlockType::Empty);
        if self.leaf {
            sink.local_get(stack_left).global_set(stack);
        }
        sink.local_get(gas_left).global_set(gas).unreachable().end();
    }

    /// Gives the weight back and makes the gas known to the caller.
    fn leave(&mut self, weight: i64) {
        let (gas, stack) = (self.context.layout.gas, self.context.layout.stack);
        let mut sink = self.out.instructions();
        if !self.leaf {
            sink.global_get(stack)
                .i64_const(weight)
                .i64_add()
                .global_set(stack);
        }
        sink.local_get(self.scratch.gas).global_set(gas).end();
    }

    fn pay(&mut self, block: &Block) {
        if block.cost == 0 {
            return;
        }
        let left = self.scratch.gas;
        let mut sink = self.out.instructions();
        sink.local_get(left).i64_const(block.cost as i64);
        if block.head {
            take(&mut sink, self.context.layout.gas, left);
        } else {
            sink.i64_sub().local_set(left);
        }
    }

    fn operator<R: Reencode>(
        &mut self,
        reencoder: &mut R,
        operator: Operator<'_>,
    ) -> Result<(), Error<R::Error>> {
        match &operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.depth += 1,
            Operator::End => self.depth = self.depth.saturating_sub(1),
            Operator::Return => {
                self.out.instructions().br(self.depth);
                return Ok(());
            }
            _ => self.dynamic(&operator),
        }
        let (gas, left) = (self.context.layout.gas, self.scratch.gas);
        let (float, calls) = (result(&operator), calls(&operator));
        if calls {
            self.out.instructions().local_get(left).global_set(gas);
        }
        self.out.instruction(&reencoder.instruction(operator)?);
        if calls {
            self.out.instructions().global_get(gas).local_set(left);
        }
        self.settle(float);
        Ok(())
    }

    /// Pays what depends on the operand on top of the stack, a length or a delta.
    fn dynamic(&mut self, operator: &Operator<'_>) {
        use Operator as O;
        let Scratch {
            length, gas: left, ..
        } = self.scratch;
        let gas = self.context.layout.gas;
        match operator {
            O::MemoryCopy { .. } | O::MemoryFill { .. } | O::MemoryInit { .. } => {
                let mut sink = self.out.instructions();
                sink.local_tee(length);
                by_bytes(&mut sink, gas, length, left);
            }
            O::TableCopy { .. }
            | O::TableFill { .. }
            | O::TableInit { .. }
            | O::TableGrow { .. } => {
                let mut sink = self.out.instructions();
                sink.local_tee(length)
                    .local_get(left)
                    .local_get(length)
                    .i64_extend_i32_u();
                take(&mut sink, gas, left);
            }
            O::MemoryGrow { .. } => {
                let cap = self.context.layout.pages as i32;
                let mut sink = self.out.instructions();
                sink.local_tee(length)
                    .local_get(left)
                    .local_get(length)
                    .i32_const(cap);
                sink.local_get(length).i32_const(cap).i32_lt_u().select();
                sink.i64_extend_i32_u()
                    .i64_const(prices::PAGE as i64)
                    .i64_mul();
                take(&mut sink, gas, left);
            }
            _ => (),
        }
    }

    /// Gives a NaN on top of the stack its fixed bits.
    fn settle(&mut self, float: Option<ValType>) {
        let Scratch {
            float: f,
            double: d,
            ..
        } = self.scratch;
        let mut sink = self.out.instructions();
        match float {
            Some(ValType::F32) => {
                sink.local_tee(f).f32_const(Ieee32::new(NAN32));
                sink.local_get(f).local_get(f).f32_eq().select();
            }
            Some(_) => {
                sink.local_tee(d).f64_const(Ieee64::new(NAN64));
                sink.local_get(d).local_get(d).f64_eq().select();
            }
            None => (),
        }
    }
}

/// Takes the i64 on top of the stack from the gas below it, and stops if too little is left.
fn take(sink: &mut InstructionSink<'_>, gas: u32, left: u32) {
    sink.i64_sub()
        .local_tee(left)
        .i64_const(0)
        .i64_lt_s()
        .if_(BlockType::Empty);
    sink.local_get(left).global_set(gas).unreachable().end();
}

/// Pays the length in bytes that local `length` holds from the gas in local `left`.
pub(super) fn by_bytes(sink: &mut InstructionSink<'_>, gas: u32, length: u32, left: u32) {
    let shift = i64::from(prices::BYTES_PER_OP.trailing_zeros());
    sink.local_get(left)
        .local_get(length)
        .i64_extend_i32_u()
        .i64_const(shift)
        .i64_shr_u();
    take(sink, gas, left);
}

/// Type of the result, if the instruction may make a NaN of its own.
fn result(operator: &Operator<'_>) -> Option<ValType> {
    use Operator as O;
    match operator {
        O::F32Add
        | O::F32Sub
        | O::F32Mul
        | O::F32Div
        | O::F32Min
        | O::F32Max
        | O::F32Sqrt
        | O::F32Ceil
        | O::F32Floor
        | O::F32Trunc
        | O::F32Nearest
        | O::F32DemoteF64 => Some(ValType::F32),
        O::F64Add
        | O::F64Sub
        | O::F64Mul
        | O::F64Div
        | O::F64Min
        | O::F64Max
        | O::F64Sqrt
        | O::F64Ceil
        | O::F64Floor
        | O::F64Trunc
        | O::F64Nearest
        | O::F64PromoteF32 => Some(ValType::F64),
        _ => None,
    }
}
