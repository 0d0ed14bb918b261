//! Whether a module exports what its lab calls.

use wasmparser::{ExternalKind, FuncType, ValType as W};

use super::error::{AbiError, Code, quote};
use super::scan::Scan;
use super::{ABI_VERSION, INITIALIZE, RESERVED};
use crate::{Spec, ValType};

/// A wanted export: its name, types and its signature in words.
struct Wanted {
    name: String,
    params: Vec<W>,
    results: Vec<W>,
    signature: String,
}

/// Reports every export that is missing, mistyped or reserved.
pub(super) fn check(spec: &Spec, scan: &mut Scan) {
    for index in 0..scan.exports.len() {
        let name = &scan.exports[index].name;
        if name.starts_with(RESERVED) {
            let message = format!(
                "exports {}: names starting `{RESERVED}` belong to the meter",
                quote(name)
            );
            scan.report(AbiError::new(Code::ReservedName, message));
        }
    }
    for wanted in wanted(spec) {
        let found = scan.exports.iter().find(|e| e.name == wanted.name);
        let error = match found {
            None if wanted.name == INITIALIZE => continue,
            None => Some(missing(&wanted, scan)),
            Some(found) => match (found.kind, scan.function_type(found.index)) {
                (ExternalKind::Func | ExternalKind::FuncExact, Some(ty)) => signature(&wanted, ty),
                (kind, _) => Some(AbiError::new(
                    Code::ExportKind,
                    format!(
                        "exports `{}` as a {}, expected the function `{}`",
                        wanted.name,
                        noun(kind),
                        wanted.signature
                    ),
                )),
            },
        };
        match (error, found) {
            (Some(error), _) => scan.report(error),
            (None, Some(found)) if wanted.name == INITIALIZE => {
                scan.facts.initialize = Some(found.index);
            }
            (None, Some(found)) if wanted.name == ABI_VERSION => {
                scan.facts.abi_version = Some(found.index);
            }
            _ => (),
        }
    }
}

fn wanted(spec: &Spec) -> Vec<Wanted> {
    let wasm = |ty: ValType| match ty {
        ValType::I32 => W::I32,
        ValType::I64 => W::I64,
    };
    let mut all = vec![
        Wanted {
            name: ABI_VERSION.to_owned(),
            params: vec![],
            results: vec![W::I32],
            signature: format!("{ABI_VERSION}() -> i32"),
        },
        Wanted {
            name: INITIALIZE.to_owned(),
            params: vec![],
            results: vec![],
            signature: format!("{INITIALIZE}()"),
        },
    ];
    all.extend(spec.exports.iter().map(|export| Wanted {
        name: export.name.clone(),
        params: export.params.iter().map(|p| wasm(p.ty)).collect(),
        results: export.result.map(wasm).into_iter().collect(),
        signature: export.signature(),
    }));
    all
}

fn missing(wanted: &Wanted, scan: &Scan) -> AbiError {
    if wanted.name == ABI_VERSION {
        return AbiError::new(
            Code::MissingExport,
            "the export `abi_version() -> i32` is missing: add a function that returns 1",
        );
    }
    let known: Vec<String> = scan
        .exports
        .iter()
        .filter(|e| matches!(e.kind, ExternalKind::Func | ExternalKind::FuncExact))
        .take(8)
        .map(|e| quote(&e.name))
        .collect();
    let found = if known.is_empty() {
        "the module exports no function".to_owned()
    } else {
        format!("found {}", known.join(", "))
    };
    AbiError::new(
        Code::MissingExport,
        format!(
            "the export `{}` is missing ({found}): AssemblyScript `export function`, Rust \
             `#[unsafe(no_mangle)] pub extern \"C\" fn` in a cdylib, C \
             `__attribute__((export_name(\"{}\")))`, Zig `export fn`, TinyGo `//go:wasmexport`",
            wanted.signature, wanted.name
        ),
    )
}

fn signature(wanted: &Wanted, found: &FuncType) -> Option<AbiError> {
    if found.params() == wanted.params && found.results() == wanted.results {
        return None;
    }
    let types = || found.params().iter().chain(found.results());
    let advice = if types().any(|t| matches!(t, W::F32 | W::F64)) {
        "; no float crosses the boundary: take and return i64 and i32 (in AssemblyScript \
         `number` is f64)"
    } else if wanted.results.is_empty() && !found.results().is_empty() {
        "; it returns nothing"
    } else if found.params().len() == wanted.params.len() {
        "; mind the widths: i64 is Rust `i64`, C `long long`, Go `int64`, AssemblyScript `i64`"
    } else {
        ""
    };
    Some(AbiError::new(
        Code::Signature,
        format!(
            "expected `{}`, found `{}{}`{advice}",
            wanted.signature,
            wanted.name,
            show(found)
        ),
    ))
}

/// `(i64, i32) -> i32`.
pub(super) fn show(ty: &FuncType) -> String {
    let list = |types: &[W]| {
        types
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    match ty.results() {
        [] => format!("({})", list(ty.params())),
        [one] => format!("({}) -> {one}", list(ty.params())),
        many => format!("({}) -> ({})", list(ty.params()), list(many)),
    }
}

fn noun(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}
