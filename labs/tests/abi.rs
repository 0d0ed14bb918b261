//! What the ABI refuses, and how it says so.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use labs::abi::{self, Code};
use labs::{Spec, meter};

fn spec() -> Spec {
    serde_json::from_value(serde_json::json!({
        "id": "t", "version": 1, "title": "", "summary": "", "lesson": "",
        "exports": [
            {"name": "run", "doc": "", "result": "i64",
             "params": [{"name": "a", "type": "i64"}, {"name": "b", "type": "i32"}]},
            {"name": "note", "doc": "", "params": [{"name": "a", "type": "i32"}]},
            {"name": "tell", "doc": "", "result": "i32", "params": []},
        ],
        "budget": {"ops_per_call": 400, "hard_ops_per_call": 200_000, "pages": 32},
        "stars": {"one": 1, "two": 2, "three": 3}, "metrics": [], "scenarios": [],
    }))
    .unwrap()
}

/// A module whose `run` has the given body.
fn module(fields: &str, run: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(module {fields}
            (func (export "abi_version") (result i32) i32.const 1)
            (func $run (export "run") (param $a i64) (param $b i32) (result i64)
                (local $i i64) (local $j i64) {run})
            (func (export "note") (param i32))
            (func (export "tell") (result i32) i32.const -7))"#
    ))
    .unwrap()
}

fn codes(wasm: &[u8]) -> Vec<Code> {
    let errors = abi::check(&spec(), wasm).unwrap_err();
    assert!(!errors.is_empty() && errors.len() <= abi::MAX_ERRORS);
    for error in &errors {
        assert!(error.message.is_ascii() || !error.message.contains('\u{202e}'));
    }
    errors.iter().map(|e| e.code).collect()
}

#[test]
fn every_refusal_has_its_code() {
    let with = |fields: &str| module(fields, "local.get $a");
    let nested = format!("{}{}local.get $a", "block ".repeat(400), "end ".repeat(400));
    let functions = "(func)".repeat(5000);
    let rows = [
        (b"(module)".to_vec(), Code::NotWasm),
        (b"\0asm\x02\0\0\0".to_vec(), Code::NotWasm),
        (b"\0asm\x0d\0\x01\0".to_vec(), Code::Component),
        (b"\0asm\x01".to_vec(), Code::Malformed),
        (b"\0asm\x01\0\0\0\x01".to_vec(), Code::Malformed),
        (vec![0; abi::limits::MODULE_BYTES + 1], Code::TooLarge),
        (
            with("(func (result v128) v128.const i64x2 0 0)"),
            Code::Feature,
        ),
        (with("(memory 1 1 shared)"), Code::Feature),
        (with("(memory i64 1)"), Code::Feature),
        (with("(memory 1) (memory 1)"), Code::Feature),
        (with("(tag)"), Code::Feature),
        (with("(func $f return_call $f)"), Code::Feature),
        (with("(type (struct))"), Code::Feature),
        (with("(func (param externref))"), Code::Feature),
        (module("", &nested), Code::TooComplex),
        (with(&functions), Code::TooComplex),
        (with("(table 100000 funcref)"), Code::TooComplex),
        (with("(memory 33)"), Code::Memory),
        (with("(func $s) (start $s)"), Code::StartFunction),
        (wat::parse_str("(module)").unwrap(), Code::MissingExport),
        (
            with("(global (export \"headroom:gas\") i32 (i32.const 0))"),
            Code::ReservedName,
        ),
        (
            with("(import \"wasi_snapshot_preview1\" \"fd_write\" (func))"),
            Code::ForbiddenImport,
        ),
        (
            with("(import \"env\" \"memory\" (memory 1))"),
            Code::ForbiddenImport,
        ),
        (
            with("(import \"env\" \"abort\" (func))"),
            Code::ImportSignature,
        ),
        (
            with("(import \"headroom\" \"log\" (func (param i64)))"),
            Code::ImportSignature,
        ),
    ];
    for (wasm, code) in rows {
        assert_eq!(codes(&wasm).first(), Some(&code), "{:?}", wasm.get(..40));
    }
}

#[test]
fn exports_are_compared_in_words() {
    let wasm = wat::parse_str(
        "(module (global (export \"abi_version\") i32 (i32.const 1)) \
         (func (export \"run\") (param f64) (result f64) local.get 0) \
         (func (export \"a\\u{202e}b\")))",
    )
    .unwrap();
    let errors = abi::check(&spec(), &wasm).unwrap_err();
    let codes: Vec<Code> = errors.iter().map(|e| e.code).collect();
    assert_eq!(
        codes,
        [
            Code::ExportKind,
            Code::Signature,
            Code::MissingExport,
            Code::MissingExport
        ]
    );
    assert!(
        errors[1]
            .message
            .contains("expected `run(a: i64, b: i32) -> i64`"),
        "{}",
        errors[1]
    );
    assert!(
        errors[1].message.contains("found `run(f64) -> f64`"),
        "{}",
        errors[1]
    );
    assert!(errors[2].message.contains("a\\u{202e}b"), "{}", errors[2]);
}

#[test]
fn mutated_modules_never_panic() {
    let fields = "(memory 1) (table 4 funcref) (data \"abc\") (global (mut i32) (i32.const 1)) \
                  (func $f (param f64) (result f64) local.get 0 local.get 0 f64.div)";
    let body = "block loop local.get $b br_table 0 1 0 end end local.get $a i64.const 7 i64.rem_s";
    let seed = module(fields, body);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut wasm = seed.clone();
        for _ in 0..=next(3) {
            let at = next(wasm.len());
            match next(4) {
                0 => wasm[at] = next(256) as u8,
                1 => wasm[at] ^= 1 << next(8),
                2 => wasm.truncate(at.max(9)),
                _ => wasm.insert(at, next(256) as u8),
            }
        }
        if let Ok(checked) = abi::check(&spec(), &wasm) {
            accepted += 1;
            let metered = meter::instrument(&checked);
            wasmparser::Validator::new_with_features(abi::FEATURES)
                .validate_all(&metered)
                .unwrap();
        }
    }
    assert!(accepted > 100, "only {accepted} mutants were valid");
}
