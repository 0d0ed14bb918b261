//! Which WebAssembly proposals a module may use.

use wasmparser::WasmFeatures;

use super::error::{AbiError, Code};

/// What today's compilers emit by default and every host runs alike. An allow-list: what the
/// validator learns tomorrow stays off. `GC_TYPES` (externref) stays off too.
pub const FEATURES: WasmFeatures = WasmFeatures::MUTABLE_GLOBAL
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::FLOATS)
    .union(WasmFeatures::EXTENDED_CONST);

/// Names and remedies of what is off, in the order they are tried.
const ADVICE: &[(WasmFeatures, &str, &str)] = &[
    (
        WasmFeatures::SIMD,
        "SIMD",
        "rustc `-C target-feature=-simd128`, clang `-mno-simd128`, asc `--disable simd`",
    ),
    (
        WasmFeatures::RELAXED_SIMD,
        "relaxed SIMD",
        "rustc `-C target-feature=-relaxed-simd`, clang `-mno-relaxed-simd`",
    ),
    (
        WasmFeatures::THREADS,
        "threads (atomics, shared memory)",
        "rustc `-C target-feature=-atomics`, clang without `-pthread` and `-matomics`, asc \
         without `--enable threads`",
    ),
    (
        WasmFeatures::TAIL_CALL,
        "tail calls",
        "rustc `-C target-feature=-tail-call`, clang `-mno-tail-call`",
    ),
    (
        WasmFeatures::MULTI_MEMORY,
        "several memories",
        "use one memory",
    ),
    (
        WasmFeatures::EXCEPTIONS,
        "exceptions",
        "rustc `-C panic=abort`, clang `-fno-exceptions`",
    ),
    (
        WasmFeatures::LEGACY_EXCEPTIONS,
        "exceptions",
        "rustc `-C panic=abort`, clang `-fno-exceptions`",
    ),
    (
        WasmFeatures::MEMORY64,
        "64-bit memory",
        "build for `wasm32`, not `wasm64`",
    ),
    (
        WasmFeatures::GC,
        "garbage-collected types",
        "use a language or target that brings its own memory management",
    ),
    (
        WasmFeatures::GC_TYPES,
        "externref and other host references",
        "policies exchange i32 and i64 only",
    ),
    (
        WasmFeatures::FUNCTION_REFERENCES,
        "typed function references",
        "use `call_indirect` through a table",
    ),
    (
        WasmFeatures::CUSTOM_PAGE_SIZES,
        "custom page sizes",
        "use pages of 64 KiB",
    ),
    (
        WasmFeatures::WIDE_ARITHMETIC,
        "wide arithmetic",
        "rustc `-C target-feature=-wide-arithmetic`",
    ),
    (
        WasmFeatures::STACK_SWITCHING,
        "stack switching",
        "do not enable it",
    ),
];

/// A validator's refusal in our words.
pub(super) fn explain(error: &wasmparser::Error) -> AbiError {
    let offset = error.offset();
    if let Some(missing) = error.missing_wasm_feature() {
        let known = ADVICE
            .iter()
            .find(|(feature, _, _)| missing.intersects(*feature));
        let (name, advice) = known.map_or(("a feature", "do not enable it"), |k| (k.1, k.2));
        return AbiError::at(
            Code::Feature,
            offset,
            format!("the module uses {name}, which labs do not run ({error}): {advice}"),
        );
    }
    AbiError::at(
        Code::Malformed,
        offset,
        format!("the module is not valid: {error}"),
    )
}

/// Refuses several memories, which the validator does not call a feature.
pub(super) fn memories(section: std::ops::Range<usize>) -> AbiError {
    let message = "the module has several memories, which labs do not run: use one memory";
    AbiError::at(Code::Feature, section.start, message)
}
