//! Modules that pass the check and are stopped, or just graded, in bounded time.

use std::time::{Duration, Instant};

use headroom::grader::Failure;

use super::modules::{fault, module};
use super::refusals::{loops_times_locals, phi_chain};

const LAB: &str = "rate_limiter";
/// Most time for a verdict on a busy machine without optimisation.
const SOON: Duration = Duration::from_secs(20);

async fn graded(wasm: &[u8]) -> headroom::grader::Graded {
    let start = Instant::now();
    let graded = super::pool().grade(LAB, wasm).await.unwrap();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    graded
}

#[tokio::test]
async fn recursion_ends_at_the_meters_depth() {
    let locals = "i64 ".repeat(50);
    let sums = "(local.set 3 (i64.add (local.get 3) (local.get 52)))";
    let mutual = format!(
        "(func $even (param i64 i64 i64) (result i32) (local {locals}) {sums}
           (call $odd (local.get 3) (local.get 1) (local.get 2)))
         (func $odd (param i64 i64 i64) (result i32) (local {locals}) {sums}
           (call $even (local.get 3) (local.get 1) (local.get 2)))"
    );
    let call = "(call $even (local.get 0) (local.get 1) (local.get 2))";
    let indirect = "(type $t (func (param i64 i64 i64) (result i32))) \
                    (table 1 funcref) (elem (i32.const 0) $allow)";
    let through =
        "(call_indirect (type $t) (local.get 0) (local.get 1) (local.get 2) (i32.const 0))";
    for wasm in [module(call, &mutual), module(through, indirect)] {
        assert_eq!(fault(&graded(&wasm).await), "CallDepth");
    }
}

#[tokio::test]
async fn bulk_work_is_charged() {
    let copy =
        "(loop (memory.copy (i32.const 0) (i32.const 1) (i32.const 2097151)) br 0) unreachable";
    let table = "(loop (drop (table.grow (ref.null func) (i32.const 1))) br 0) unreachable";
    for wasm in [
        module(copy, "(memory 32)"),
        module(table, "(table 1 funcref)"),
    ] {
        assert_eq!(fault(&graded(&wasm).await), "OutOfOps");
    }
}

#[tokio::test]
async fn data_that_fits_is_no_crime() {
    let data = "x".repeat(1_000_000);
    let wasm = module(
        "i32.const 1",
        &format!("(memory 32) (data (i32.const 0) \"{data}\")"),
    );
    let graded = graded(&wasm).await;
    assert_eq!(graded.aborted, None);
    let outside = module("i32.const 1", "(memory 1) (data (i32.const 65536) \"x\")");
    assert_eq!(fault(&self::graded(&outside).await), "Start");
}

#[tokio::test]
async fn bombs_just_below_the_limits_get_a_verdict() {
    for wasm in [loops_times_locals(13, 600), phi_chain(71, 900)] {
        let start = Instant::now();
        match super::pool().grade(LAB, &wasm).await {
            Ok(graded) => assert_eq!(graded.digest.len(), 64),
            Err(Failure::Problem(problem)) => {
                assert!(matches!(
                    problem.kind.code,
                    "grading-timeout" | "grading-memory"
                ));
            }
            Err(other) => panic!("{other:?}"),
        }
        println!("{} bytes: {:?}", wasm.len(), start.elapsed());
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    }
}

/// An AssemblyScript string: its length in bytes, then UTF-16.
fn string(at: u32, text: &str) -> String {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = (units.len() as u32).to_le_bytes().into_iter().chain(units);
    let bytes: String = bytes.map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const {}) \"{bytes}\")", at - 4)
}

fn aborting(message: &str) -> Vec<u8> {
    let (message, file) = (string(1024, message), string(65_000, "policy.ts"));
    let extra = format!(
        r#"(import "env" "abort" (func $abort (param i32 i32 i32 i32)))
           (memory 1) {message} {file}"#
    );
    module(
        "(call $abort (i32.const 1024) (i32.const 65000) (i32.const 7) (i32.const 3)) unreachable",
        &extra,
    )
}

#[tokio::test]
async fn what_abort_was_told_is_passed_on_and_nothing_else() {
    let graded = graded(&aborting("no Größe \u{202e}\n")).await;
    assert_eq!(fault(&graded), "Abort");
    let told = graded.aborted.unwrap();
    assert_eq!(told, "no Größe \\u{202e}\\n (policy.ts:7:3)");
    let report = String::from_utf8(graded.report).unwrap();
    assert!(!report.contains("policy.ts") && !report.contains("Größe"));
}

#[tokio::test]
async fn a_long_last_word_is_cut() {
    let told = graded(&aborting(&"ä".repeat(20_000)))
        .await
        .aborted
        .unwrap();
    assert!(
        told.starts_with("äää") && told.chars().count() < 700,
        "{}",
        told.len()
    );
    let nowhere =
        "(call $abort (i32.const -2) (i32.const 2) (i32.const 0) (i32.const 0)) unreachable";
    let import = r#"(import "env" "abort" (func $abort (param i32 i32 i32 i32))) (memory 1)"#;
    let told = graded(&module(nowhere, import)).await.aborted.unwrap();
    assert_eq!(told, " (:0:0)");
}
