//! What a module may import, and advice for everything else.

use wasmparser::{FuncType, Import, TypeRef, ValType as W};

use super::error::{AbiError, Code, quote};
use super::exports::show;

/// An import that every host offers.
struct Offer {
    module: &'static str,
    name: &'static str,
    params: &'static [W],
    results: &'static [W],
    signature: &'static str,
}

/// Everything a module may import.
const OFFERS: [Offer; 3] = [
    Offer {
        module: "env",
        name: "abort",
        params: &[W::I32, W::I32, W::I32, W::I32],
        results: &[],
        signature: "abort(message: i32, file: i32, line: i32, column: i32)",
    },
    Offer {
        module: "env",
        name: "seed",
        params: &[],
        results: &[W::F64],
        signature: "seed() -> f64",
    },
    Offer {
        module: "headroom",
        name: "log",
        params: &[W::I32, W::I32],
        results: &[],
        signature: "log(ptr: i32, len: i32)",
    },
];

/// Whether this import is `headroom.log`, which is charged by length.
pub(super) fn is_log(import: &Import<'_>) -> bool {
    import.module == "headroom" && import.name == "log"
}

/// Refuses an import that labs do not offer.
pub(super) fn check(
    import: &Import<'_>,
    offset: usize,
    ty: Option<&FuncType>,
) -> Result<(), AbiError> {
    let what = format!("{}.{}", quote(import.module), quote(import.name));
    let kind = match import.ty {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
        TypeRef::Table(_) => "table",
        TypeRef::Memory(_) => "memory",
        TypeRef::Global(_) => "global",
        TypeRef::Tag(_) => "tag",
    };
    let offer = OFFERS
        .iter()
        .find(|o| o.module == import.module && o.name == import.name);
    match (offer, ty) {
        (Some(offer), Some(ty)) if ty.params() == offer.params && ty.results() == offer.results => {
            Ok(())
        }
        (Some(offer), Some(ty)) => Err(AbiError::at(
            Code::ImportSignature,
            offset,
            format!(
                "imports {what} as {}, expected `{}`",
                show(ty),
                offer.signature
            ),
        )),
        _ => Err(AbiError::at(
            Code::ForbiddenImport,
            offset,
            format!(
                "imports the {kind} {what}, which labs do not offer: {}",
                advice(import, kind)
            ),
        )),
    }
}

/// What to do about an import, by who emits it.
fn advice(import: &Import<'_>, kind: &str) -> &'static str {
    match (import.module, import.name) {
        ("wasi_snapshot_preview1" | "wasi_unstable", "fd_write" | "proc_exit") => {
            "no printing, no exit (WASI): Rust `--target wasm32-unknown-unknown`; C `clang \
             --target=wasm32 -nostdlib -Wl,--no-entry`; Zig `-target wasm32-freestanding`; \
             TinyGo `-target=wasm-unknown`; AssemblyScript without a WASI shim"
        }
        ("wasi_snapshot_preview1" | "wasi_unstable", _) => {
            "there is no operating system (WASI): Rust `--target wasm32-unknown-unknown`; C \
             `--target=wasm32 -nostdlib`; Zig `-target wasm32-freestanding`; TinyGo \
             `-target=wasm-unknown`"
        }
        ("gojs" | "go", _) => "build with TinyGo `-target=wasm-unknown`, not `-target=wasm`",
        ("__wbindgen_placeholder__" | "wbg" | "./index_bg.js", _) => {
            "do not use wasm-bindgen: export plain functions with `#[unsafe(no_mangle)] pub \
             extern \"C\" fn`"
        }
        ("env", "memory") => {
            "own the memory instead (asc without `--importMemory`, linker without \
             `--import-memory`)"
        }
        ("env", "table" | "__indirect_function_table") => {
            "own the table instead (asc without `--importTable`, linker without `--import-table`)"
        }
        ("env", name) if name.starts_with("emscripten_") || name.starts_with("__syscall") => {
            "Emscripten's runtime is not here: `clang --target=wasm32 -nostdlib`, or `emcc \
             -sSTANDALONE_WASM --no-entry` without system calls"
        }
        ("env", "memcpy" | "memset" | "memmove" | "malloc" | "free" | "printf" | "puts") => {
            "there is no C library: define the function yourself, or write it without one"
        }
        ("env", name)
            if name.starts_with("console.")
                || name.starts_with("Date.")
                || name.starts_with("performance.") =>
        {
            "no console and no clock: time is a parameter; log with `headroom.log(ptr, len)`"
        }
        ("env", name) if name.starts_with("Math.") => {
            "use AssemblyScript's `NativeMath` or integers: libm differs between hosts"
        }
        _ if kind != "function" => "define it in the module instead",
        _ => {
            "only `env.abort`, `env.seed` and `headroom.log` can be imported; is a function \
             declared but not defined?"
        }
    }
}
