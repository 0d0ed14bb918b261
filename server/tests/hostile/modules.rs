//! Modules that mean harm: each gets a verdict, and none takes a process of ours along.

use headroom::grader::{Failure, Graded};

/// A module whose `allow` is `body`, with `extra` items.
pub fn module(body: &str, extra: &str) -> Vec<u8> {
    let text = format!(
        r#"(module {extra}
          (func (export "abi_version") (result i32) i32.const 1)
          (func (export "configure") (param i64 i64 i64))
          (func $allow (export "allow") (param i64 i64 i64) (result i32) {body}))"#
    );
    wat::parse_str(text).unwrap()
}

/// A module that always answers `value`.
pub fn constant(value: i32) -> Vec<u8> {
    module(&format!("i32.const {value}"), "")
}

pub fn fault(graded: &Graded) -> String {
    let report: labs::Report = serde_json::from_slice(&graded.report).unwrap();
    assert_eq!(report.score, 0);
    let case = &report.scenarios[0].cases[0];
    format!("{:?}", case.fault.as_ref().unwrap().kind)
}

#[tokio::test]
async fn faults_are_told_apart() {
    let pool = super::pool();
    let table = [
        ("(loop br 0) unreachable", "", "OutOfOps"),
        ("unreachable", "", "Trap"),
        ("i32.const 1 i32.const 0 i32.div_s", "", "Trap"),
        ("i32.const -1 i32.load", "(memory 1)", "Trap"),
        (
            "local.get 0 local.get 1 local.get 2 call $allow",
            "",
            "CallDepth",
        ),
        (
            "(loop (drop (memory.grow (i32.const 1))) br 0) unreachable",
            "(memory 1)",
            "OutOfOps",
        ),
        (
            "(loop (memory.fill (i32.const 0) (i32.const 7) (i32.const 65536)) br 0) unreachable",
            "(memory 1)",
            "OutOfOps",
        ),
        (
            "i32.const 1",
            r#"(func (export "_initialize") (loop br 0))"#,
            "OutOfOps",
        ),
    ];
    for (body, extra, expected) in table {
        let graded = pool
            .grade("rate_limiter", &module(body, extra))
            .await
            .unwrap();
        assert_eq!(fault(&graded), expected, "{body} {extra}");
    }
}

#[tokio::test]
async fn what_may_not_run_is_refused() {
    let pool = super::pool();
    let table = [
        module("i32.const 1", "(func $s) (start $s)"),
        module("i32.const 1", "(memory 65536)"),
        module("i32.const 1", "(table 4294967295 funcref)"),
        module("i32.const 1", r#"(import "wasi" "fd_write" (func))"#),
        module("i32.const 1", &"(func)".repeat(50_000)),
        module(
            &format!("{}i32.const 1", "i32.const 1 drop ".repeat(30_000)),
            "",
        ),
        module(
            &format!(
                "{}i32.const 1{}",
                "(block (result i32) ".repeat(2_000),
                ")".repeat(2_000)
            ),
            "",
        ),
        module(
            &format!("(local {}) i32.const 1", "i64 ".repeat(49_000)),
            "",
        ),
        b"\0asm\x01\0\0\0".to_vec(),
        b"not wasm".to_vec(),
    ];
    for (number, bytes) in table.iter().enumerate() {
        match pool.grade("rate_limiter", bytes).await {
            Err(Failure::Problem(problem)) => {
                assert_eq!(problem.kind.code, "module-invalid", "{number}");
                assert!(!problem.errors.is_empty(), "{number}");
            }
            other => panic!("{number}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_same_module_gets_the_same_bytes() {
    let pool = super::pool();
    let first = pool.grade("rate_limiter", &constant(1)).await.unwrap();
    let second = pool.grade("rate_limiter", &constant(1)).await.unwrap();
    assert_eq!(first, second);
}
