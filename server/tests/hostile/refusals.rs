//! What the check refuses, with which code, and in which words.

use std::time::{Duration, Instant};

use headroom::grader::Failure;
use labs::abi::{self, AbiError, Code};

use super::modules::module;
use super::spec_suite::{Kind, binaries, files};
use super::wrapped::wrap;

/// Most time a refusal may take on a busy machine without optimisation.
const SOON: Duration = Duration::from_secs(2);

fn refused(wasm: &[u8]) -> Vec<AbiError> {
    let start = Instant::now();
    let errors = abi::check(labs::rate_limiter::LAB.spec(), wasm).unwrap_err();
    assert!(start.elapsed() < SOON, "{:?}: {errors:?}", start.elapsed());
    errors
}

fn text(source: &str) -> Vec<u8> {
    wat::parse_str(source).unwrap()
}

/// `count` locals, each set in each of `loops` loops inside one another.
pub fn loops_times_locals(loops: usize, locals: usize) -> Vec<u8> {
    let sets: String = (0..locals)
        .map(|n| format!("(local.set {} (local.get {}))", n + 3, 3 + (n + 1) % locals))
        .collect();
    let mut body = format!("(local {})", "i64 ".repeat(locals));
    body += &"(loop ".repeat(loops);
    body += &sets;
    body += &"(br_if 0 (i32.wrap_i64 (local.get 3))))".repeat(loops);
    module(&format!("{body} i32.const 1"), "")
}

/// Blocks inside one another whose ends join `values` values from a `br_table`.
pub fn phi_chain(blocks: usize, locals: usize) -> Vec<u8> {
    let targets: String = (0..blocks).map(|n| format!(" {n}")).collect();
    let mut body = format!("(local {})", "i64 ".repeat(locals));
    body += &"(block ".repeat(blocks);
    body += &format!("(br_table{targets} (i32.wrap_i64 (local.get 0)))");
    for n in 0..blocks {
        body += &format!(
            ") (local.set {0} (i64.add (local.get {0}) (i64.const {n})))",
            3 + n % locals
        );
    }
    module(&format!("{body} i32.const 1"), "")
}

#[test]
fn compile_bombs_never_reach_the_compiler() {
    let targets = "0 ".repeat(100_000);
    let live = 3_000;
    let rows = [
        (
            module(
                &format!("(block (br_table {targets} (i32.const 0))) i32.const 1"),
                "",
            ),
            Code::TooComplex,
        ),
        (phi_chain(290, 900), Code::TooComplex),
        (loops_times_locals(60, 600), Code::TooComplex),
        (
            module(
                &format!(
                    "{}{} i32.const 1",
                    "i32.const 1 ".repeat(live),
                    "drop ".repeat(live)
                ),
                "",
            ),
            Code::TooComplex,
        ),
        (
            module(
                "i32.const 1",
                &format!(
                    "(memory 32) (data (i32.const 0) \"{}\")",
                    "x".repeat(1 << 20)
                ),
            ),
            Code::TooLarge,
        ),
    ];
    for (wasm, code) in rows {
        let errors = refused(&wasm);
        assert_eq!(errors[0].code, code, "{errors:?}");
    }
}

#[test]
fn every_gc_type_trick_of_the_suite_is_refused() {
    let (mut seen, mut small) = (0, 0);
    for file in files().filter(|file| file.name().contains("type-subtyping")) {
        let valid = binaries(&file)
            .into_iter()
            .filter(|(kind, _)| *kind == Kind::Valid);
        for (_, bytes) in valid {
            let wrapped = wrap(&bytes);
            for wasm in [Some(bytes), wrapped].into_iter().flatten() {
                if abi::check(labs::rate_limiter::LAB.spec(), &wasm).is_ok() {
                    panic!("{} is taken: {wasm:?}", file.name());
                }
                let code = refused(&wasm)[0].code;
                assert!(
                    matches!(
                        code,
                        Code::Feature | Code::Malformed | Code::ForbiddenImport
                    ),
                    "{code:?}"
                );
                seen += 1;
                small += u32::from(wasm.len() < 450);
            }
        }
    }
    println!("{seen} modules of type-subtyping, {small} below 450 bytes");
    assert!(seen > 20 && small > 10);
}

#[test]
fn exports_must_be_there_once_and_with_their_types() {
    let fixed = r#"(func (export "abi_version") (result i32) i32.const 1)
        (func (export "configure") (param i64 i64 i64))"#;
    let rows = [
        (
            "",
            Code::MissingExport,
            "allow(tenant: i64, now_ns: i64, cost: i64) -> i32",
        ),
        (
            r#"(func (export "allow") (param i32 i64 i64) (result i32) i32.const 1)"#,
            Code::Signature,
            "found `allow(i32, i64, i64) -> i32`",
        ),
        (
            r#"(func (export "allow") (param f64 f64 f64) (result f64) f64.const 1)"#,
            Code::Signature,
            "no float crosses the boundary",
        ),
        (
            r#"(memory (export "allow") 1)"#,
            Code::ExportKind,
            "as a memory",
        ),
        (
            r#"(func (export "allow") (export "allow") (param i64 i64 i64) (result i32)
                i32.const 1)"#,
            Code::Malformed,
            "duplicate export",
        ),
    ];
    for (items, code, words) in rows {
        let errors = refused(&text(&format!("(module {fixed} {items})")));
        assert_eq!(errors[0].code, code, "{errors:?}");
        assert!(errors[0].message.contains(words), "{}", errors[0]);
    }
}

#[test]
fn a_foreign_import_is_named_with_its_remedy() {
    let wasi = r#"(import "wasi_snapshot_preview1" "fd_write"
        (func (param i32 i32 i32 i32) (result i32)))"#;
    let errors = refused(&module("i32.const 1", wasi));
    assert_eq!(errors[0].code, Code::ForbiddenImport);
    for words in [
        "`wasi_snapshot_preview1`.`fd_write`",
        "wasm32-unknown-unknown",
        "wasm32-freestanding",
    ] {
        assert!(errors[0].message.contains(words), "{}", errors[0]);
    }
}

#[tokio::test]
async fn names_cannot_play_tricks_on_whoever_reads_them() {
    let evil = "\\u{202e}evil\\u{200b}\\u{1b}[31m\\00\\0a\\u{2066}";
    let import = format!("(import \"{evil}\" \"{evil}\" (func))");
    let exports = format!("(module (func (export \"{evil}\")))");
    for wasm in [module("i32.const 1", &import), text(&exports)] {
        let outcome = super::pool().grade("rate_limiter", &wasm).await;
        let Err(Failure::Problem(problem)) = outcome else {
            panic!("{outcome:?}");
        };
        let texts = problem.errors.iter().map(|error| &error.message);
        let texts: Vec<_> = texts.chain([&problem.detail]).collect();
        assert!(
            texts
                .iter()
                .any(|text| text.contains("\\u{202e}evil\\u{200b}\\u{1b}[31m"))
        );
        for text in texts {
            assert!(
                text.chars().all(|c| matches!(c, ' '..='~' | '×' | '…')),
                "{text:?}"
            );
        }
    }
}
