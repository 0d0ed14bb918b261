//! Scripts that mean harm: the interpreter is ours, what it is told is not. Each gets a verdict
//! in bounded time. They need the interpreter of a built site (`cargo xtask site`), unless
//! `HEADROOM_REQUIRE_GUESTS` says that it must be there.

use std::time::{Duration, Instant};

use headroom::grader::key::{HiddenSeeds, InstanceKey};
use headroom::grader::{Failure, Graded, Pool, scripts};
use labs::language::JAVASCRIPT;
use labs::{FaultKind, Report, Subject};

const LAB: &str = "rate_limiter";
/// Most time for a verdict on a busy machine without optimisation.
const SOON: Duration = Duration::from_secs(60);

/// A pool, if there is an interpreter.
fn pool() -> Option<Pool> {
    let there = scripts::edition(&JAVASCRIPT).is_some();
    let required = std::env::var_os("HEADROOM_REQUIRE_GUESTS").is_some();
    assert!(there || !required, "the site has no interpreter");
    there.then(super::pool)
}

async fn graded(pool: &Pool, source: &str) -> (Report, Graded) {
    let start = Instant::now();
    let graded = pool.grade_script(LAB, &JAVASCRIPT, source.as_bytes()).await;
    let graded = graded.unwrap();
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let report: Report = serde_json::from_slice(&graded.report).unwrap();
    assert!(matches!(report.subject, Subject::Script(_)));
    (report, graded)
}

fn allow(body: &str) -> String {
    format!("export function configure() {{}}\nexport function allow(t, n, c) {{ {body} }}\n")
}

#[tokio::test]
async fn harm_ends_in_a_fault() {
    use FaultKind::{Abort, CallDepth, OutOfOps};
    let Some(pool) = pool() else { return };
    let table = [
        ("for (;;);".to_owned(), OutOfOps, ""),
        ("[".repeat(64 << 10), CallDepth, ""),
        ("throw new Error('no');".to_owned(), Abort, "Error: no"),
        ("let = 1 +;".to_owned(), Abort, "SyntaxError"),
        ("await new Promise(() => {});".to_owned(), Abort, "waits"),
        (
            "import 'node:fs';".to_owned(),
            Abort,
            "could not load module",
        ),
        (
            "throw { toString() { for (;;); } };".to_owned(),
            OutOfOps,
            "",
        ),
        (allow("for (;;);"), OutOfOps, ""),
        (allow("return 1 + allow(t, n, c);"), Abort, "RangeError"),
        (
            allow("const a = []; for (;;) a.push(new Float64Array(9999));"),
            Abort,
            "memory",
        ),
        (
            allow("return new ArrayBuffer(2 ** 31 - 1).byteLength;"),
            Abort,
            "memory",
        ),
        (
            allow("let s = 'ab'; for (;;) s += s;"),
            Abort,
            "string too long",
        ),
        (allow("let x = 3n; for (;;) x *= x;"), OutOfOps, ""),
        (
            allow("return +/^(a+)+$/.test('a'.repeat(40) + 'b');"),
            OutOfOps,
            "",
        ),
        (
            allow("JSON.parse('['.repeat(30000)); return 1;"),
            CallDepth,
            "",
        ),
        (allow("return NaN;"), Abort, "allow answered NaN"),
        (allow("return new Date();"), Abort, "no clock"),
    ];
    for (source, kind, said) in table {
        let (report, graded) = graded(&pool, &source).await;
        let start: String = source.chars().take(80).collect();
        assert_eq!((report.score, graded.stars), (0, 0), "{start}");
        for case in report.scenarios.iter().flat_map(|scenario| &scenario.cases) {
            let fault = case.fault.as_ref().map(|fault| &fault.kind);
            assert_eq!(fault, Some(&kind), "{start}");
        }
        let aborted = graded.aborted.unwrap_or_default();
        assert!(aborted.contains(said), "{start}: {aborted}");
    }
}

#[tokio::test]
async fn harm_that_is_caught_is_still_charged() {
    let Some(pool) = pool() else { return };
    for body in [
        "const a = []; for (;;) { try { for (;;) a.push(new Float64Array(9999)); } catch {} }",
        "const f = () => { try { f(); } catch { f(); } }; f(); return 1;",
    ] {
        let (report, _) = graded(&pool, &allow(body)).await;
        let kind = &report.scenarios[0].cases[0].fault.as_ref().unwrap().kind;
        assert!(
            matches!(kind, FaultKind::OutOfOps | FaultKind::CallDepth),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn the_same_script_gets_the_same_bytes_and_the_pool_goes_on() {
    let Some(pool) = pool() else { return };
    let source = allow("return Math.random() < 0.5 ? 1 : 0;");
    let (report, first) = graded(&pool, &source).await;
    assert!(report.is_intact() && report.scenarios[0].cases[0].fault.is_none());
    let (_, second) = graded(&pool, &source).await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_right_script_earns_three_stars_in_seconds() {
    if pool().is_none() {
        return;
    }
    let pool = Pool::new(
        super::config(),
        HiddenSeeds::Secret(InstanceKey::new([7; 32])),
    );
    let (report, graded) = graded(&pool, include_str!("../../../e2e/fixtures/gcra.js")).await;
    assert_eq!((report.score, report.kappa_ops), (1_000_000, 1_000_000));
    assert!(graded.hidden.is_some_and(|hidden| hidden.holds));
    assert_eq!(graded.stars, 3);
}

#[tokio::test]
async fn what_is_no_script_is_refused() {
    let Some(pool) = pool() else { return };
    let long = vec![b'x'; labs::script::SOURCE_BYTES + 1];
    for source in [&long[..], b"\xff\xfe"] {
        match pool.grade_script(LAB, &JAVASCRIPT, source).await {
            Err(Failure::Problem(problem)) => assert_eq!(problem.errors[0].code, "source"),
            other => panic!("{other:?}"),
        }
    }
}

/// Where a learner sends an assembled module, it is a module: too large, and on its budget.
#[tokio::test]
async fn an_assembled_module_from_outside_is_no_script() {
    let Some(pool) = pool() else { return };
    let lab = labs::by_id(LAB).unwrap();
    let module = scripts::assemble(lab, &JAVASCRIPT, allow("return 1;").as_bytes()).unwrap();
    match pool.grade(LAB, &module).await {
        Err(Failure::Problem(problem)) => assert_eq!(problem.kind.code, "module-invalid"),
        other => panic!("{other:?}"),
    }
}
