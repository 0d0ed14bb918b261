//! How large and how tangled a module may be.
//!
//! Size alone does not bound the time a compiler needs: 17 KB of nested loops over many
//! locals cost Cranelift 5 s. Each limit below cuts one shape of such a compile bomb, at a
//! level that ordinary output of rustc, clang, zig, AssemblyScript and TinyGo does not
//! reach. The worker's CPU and memory limits remain the true guard.

/// Size of a module, in bytes.
pub const MODULE_BYTES: usize = 1 << 20;
/// Size of all function bodies together, in bytes. 1 MB of straight-line code takes 6 s.
pub const CODE_BYTES: u64 = 384 << 10;
/// Size of one function body, in bytes: register allocation is superlinear in it.
pub const BODY_BYTES: u64 = 64 << 10;
/// Functions of a module; an empty one takes 0.1 ms to compile.
pub const FUNCTIONS: u64 = 4_000;
/// Parameters and locals of one function.
pub const LOCALS: u64 = 1_000;
/// Parameters of one function type.
pub const PARAMS: u64 = 64;
/// Results of one function type.
pub const RESULTS: u64 = 16;
/// Blocks, loops and ifs inside one another. A `match` of n arms nests n blocks.
pub const NESTING: u64 = 300;
/// Values on the operand stack at once.
pub const OPERANDS: u64 = 1_000;
/// Locals times loops of one function: each loop head may need a phi per local. 16 loops
/// over 1000 locals compile in 1.1 s; formatting floats, the worst in Rust's std, has 1,092.
pub const LOCALS_TIMES_LOOPS: u64 = 8_192;
/// The same, summed over the module; an unoptimised Rust module has 3,600.
pub const ALL_LOCALS_TIMES_LOOPS: u64 = 24_576;
/// Locals times branch targets of the `br_table`s of one function.
pub const LOCALS_TIMES_TARGETS: u64 = 65_536;
/// Locals times branching instructions, summed over the module; 61,000 in such a module.
pub const LOCALS_TIMES_BRANCHES: u64 = 500_000;
/// Blocks and branches of one function; 288 in the largest of std.
pub const BRANCHES: u64 = 3_000;
/// Blocks and branches in all, up to 0.3 ms each; 3,300 in an unoptimised Rust module.
pub const ALL_BRANCHES: u64 = 12_000;
/// Operations on memory or tables that are priced by length, 0.3 ms each.
pub const BULK: u64 = 4_000;
/// Targets of one `br_table`.
pub const TABLE_TARGETS: u64 = 2_048;
/// Targets of all `br_table`s together.
pub const ALL_TARGETS: u64 = 16_384;
/// Direct calls in the module; each costs about 20 µs to compile.
pub const CALLS: u64 = 20_000;
/// Indirect calls in the module; each costs about 50 µs to compile.
pub const INDIRECT_CALLS: u64 = 4_000;
/// Types, globals, exports, and segments of either kind: each a list hosts walk.
pub const ENTRIES: u64 = 4_000;
/// Imports; the allowed ones are three.
pub const IMPORTS: u64 = 64;
/// Tables of function references.
pub const TABLES: u64 = 4;
/// Elements of a table, at the start and ever (`table.grow` fails beyond).
pub const TABLE_ELEMENTS: u64 = 16_384;
/// Length of a name, in bytes; C++ and Rust mangle long ones.
pub const NAME_BYTES: u64 = 1_024;
