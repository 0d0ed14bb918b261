//! Price table of `meter/1`, in metered operations.
//!
//! Nearly every instruction costs 1. The exceptions follow what processors charge, within a
//! small factor: a course on scaling rewards the better algorithm, not the better compiler.

use wasmparser::Operator;

/// Ordinary instruction.
pub const ORDINARY: u64 = 1;
/// Integer division and remainder, float division and square root.
pub const DIVISION: u64 = 5;
/// Direct call, besides the callee's own cost.
pub const CALL: u64 = 3;
/// Indirect call, which also checks the type, and `br_table`.
pub const CALL_INDIRECT: u64 = 6;
/// Bulk operation on memory or a table, besides its length.
pub const BULK: u64 = 4;
/// Bulk memory operations cost 1 per this many bytes (a power of two), rounded down.
pub const BYTES_PER_OP: u64 = 8;
/// Page added by `memory.grow`, requested pages counted up to the lab's cap.
pub const PAGE: u64 = 1_024;
/// `memory.grow` and `table.grow`, besides their size.
pub const GROW: u64 = 64;
/// Call of `headroom.log`, besides 1 per [`BYTES_PER_OP`] bytes.
pub const LOG: u64 = 64;
/// A function's declared locals are zeroed on entry: 1 per this many, rounded down.
pub const LOCALS_PER_OP: u64 = 16;

/// Stack slots of 8 bytes that one call from the host may use: half of the 1 MiB that the
/// smallest host stack has.
pub const STACK_SLOTS: i64 = 65_536;
/// Slots of every call: return address, saved registers, and what engines keep per frame.
pub const FRAME_SLOTS: u64 = 12;
/// Slots per operand: an engine may spill a value and pass it on as an argument as well.
pub const SLOTS_PER_OPERAND: u64 = 2;

/// Price of an instruction whenever it is executed; what depends on its operands is added
/// at run time. Structure without work (`block`, `else`, `end`, `nop`) is free, `loop` is
/// paid anew in each round.
#[must_use]
pub fn price(operator: &Operator<'_>) -> u64 {
    use Operator as O;
    match operator {
        O::Block { .. } | O::Else | O::End | O::Nop => 0,
        O::Call { .. } => CALL,
        O::CallIndirect { .. } | O::BrTable { .. } => CALL_INDIRECT,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => DIVISION,
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => DIVISION,
        O::F32Div | O::F64Div | O::F32Sqrt | O::F64Sqrt => DIVISION,
        O::MemoryGrow { .. } | O::TableGrow { .. } => GROW,
        O::MemoryCopy { .. } | O::MemoryFill { .. } | O::MemoryInit { .. } => BULK,
        O::TableCopy { .. } | O::TableFill { .. } | O::TableInit { .. } => BULK,
        _ => ORDINARY,
    }
}

/// Stack slots that a call of a function takes.
#[must_use]
pub const fn weight(locals: u64, operands: u64) -> u64 {
    FRAME_SLOTS + locals + SLOTS_PER_OPERAND * operands
}
