//! Deterministic cost by instrumentation, the same in every host.
//!
//! A checked module is rewritten so that it counts its own work. The rewritten bytes run
//! unchanged in wasmtime and in browsers, so the cost of a call never depends on the host.
//!
//! What the rewritten module exports besides the learner's own exports:
//!
//! | export | what it is |
//! |---|---|
//! | `headroom:gas` | mutable i64 global, metered operations left; negative = spent |
//! | `headroom:stack` | mutable i64 global, stack slots left; negative = nested too deep |
//! | `headroom:start` | `() -> i32`: runs `_initialize` if there is one, then `abi_version` |
//! | `headroom:pages` | `() -> i32`: memory in pages of 64 KiB, 0 without a memory |
//! | `headroom:memory` | the memory, if there is one (for the texts of `abort` and `log`) |
//!
//! Both globals start at the caps of one call, so `headroom:start` can be called at once.
//! After a trap the globals say why: gas below 0 means out of operations, else stack below
//! 0 means calls nested too deep, else the module itself trapped.
//!
//! **Operations.** Every basic block subtracts the price of its instructions from the gas
//! when it is entered ([`prices`]). Whether the gas is negative is looked at where control
//! can come around again (function entries and loop heads) and where a price depends on a
//! value (bulk operations, `memory.grow`, `headroom.log`); the code between two such points
//! is bounded, so no endless run escapes, and the sum is exact all the same. A caller must
//! look at the gas once more after the call, as the adapter does.
//!
//! **Stack.** A function takes its weight in slots when entered and gives it back on every
//! way out, so that recursion ends at the same depth everywhere, before any host's own stack.
//!
//! **Memory.** The maxima of memory and tables are lowered to the lab's caps, so growing
//! fails at the same size everywhere.
//!
//! **Floats.** Results of float arithmetic that are NaN become one fixed NaN, because
//! processors differ in the bits they choose.
//!
//! Custom sections (names, debug information) are dropped.

mod charge;
mod function;
mod module;
pub mod prices;
#[cfg(test)]
mod spec_suite;

pub(crate) use module::{Caps, rewrite};

/// Price table and instrumentation scheme; part of every digest.
pub const VERSION: &str = "meter/1";

/// Exported global: metered operations left.
pub const GAS: &str = "headroom:gas";
/// Exported global: stack slots left.
pub const STACK: &str = "headroom:stack";
/// Exported function: `_initialize`, if any, then `abi_version`.
pub const START: &str = "headroom:start";
/// Exported function: pages of memory.
pub const PAGES: &str = "headroom:pages";
/// Exported memory, if the module has one.
pub const MEMORY: &str = "headroom:memory";

/// The metered form of a checked module: the bytes that run in every host.
#[must_use]
pub fn instrument(checked: &crate::abi::Checked) -> Vec<u8> {
    checked.metered().to_vec()
}
