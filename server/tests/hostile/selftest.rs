//! The modules that children try on themselves, and how long a child takes.

use std::time::Instant;

const LIMITER: &str = include_str!("../../src/grader/selftest/limiter.wat");
const ENDLESS: &str = include_str!("../../src/grader/selftest/endless.wat");

/// The limiter of the self-test.
pub fn limiter() -> Vec<u8> {
    wat::parse_str(LIMITER).unwrap()
}

/// The same limiter, but it believes a clock that steps back.
pub fn unclamped() -> Vec<u8> {
    let clamp = "(i64.gt_s (global.get $latest) (local.get $now))";
    assert!(LIMITER.contains(clamp));
    wat::parse_str(LIMITER.replace(clamp, "(i32.const 0)")).unwrap()
}

#[test]
fn embedded_modules_equal_their_sources() {
    let embedded = [
        include_bytes!("../../src/grader/selftest/limiter.wasm").as_slice(),
        include_bytes!("../../src/grader/selftest/endless.wasm").as_slice(),
    ];
    for (source, binary) in [LIMITER, ENDLESS].into_iter().zip(embedded) {
        assert_eq!(wat::parse_str(source).unwrap(), binary);
    }
}

#[tokio::test]
async fn a_spare_child_makes_grading_cheap() {
    let pool = super::pool();
    let start = Instant::now();
    pool.warm().await.unwrap();
    let ready = start.elapsed();
    let start = Instant::now();
    pool.grade("rate_limiter", &super::modules::constant(7))
        .await
        .unwrap();
    println!(
        "spawn to ready {ready:?}, warm grade of the smallest module {:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn the_limiter_earns_three_stars() {
    let graded = super::pool()
        .grade("rate_limiter", &limiter())
        .await
        .unwrap();
    let report: labs::Report = serde_json::from_slice(&graded.report).unwrap();
    let scores: Vec<_> = report.scenarios.iter().map(|s| (&s.id, s.score)).collect();
    assert_eq!(graded.stars, 3, "{} {scores:?}", report.score);
}
