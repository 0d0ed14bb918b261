//! Graders that die at work: what the learner is told, and that nothing is lost.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use headroom::grader::key::HiddenSeeds;
use headroom::grader::{Failure, Graded, Pool, PoolConfig};

const LAB: &str = "rate_limiter";

/// A module that takes seconds: every call counts to 300.
fn slow() -> Vec<u8> {
    super::modules::module(
        "(local $i i32)
         (loop
           (local.set $i (i32.add (local.get $i) (i32.const 1)))
           (br_if 0 (i32.lt_u (local.get $i) (i32.const 300))))
         i32.const 1",
        "",
    )
}

fn problem(outcome: Result<Graded, Failure>) -> &'static str {
    match outcome {
        Err(Failure::Problem(problem)) => problem.kind.code,
        other => panic!("{other:?}"),
    }
}

/// Grades with children that do `drill` instead of their work.
async fn drilled(drill: &str, config: PoolConfig) -> &'static str {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("grader");
    let script = format!(
        "#!/bin/sh\nexec {} \"$@\" --drill {drill}\n",
        config.program.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let pool = Pool::new(PoolConfig { program, ..config }, HiddenSeeds::None);
    problem(pool.grade(LAB, &super::modules::constant(1)).await)
}

#[tokio::test]
async fn a_grader_killed_at_work_costs_only_time() {
    let expected = super::pool().grade(LAB, &slow()).await.unwrap();
    for pause in [50, 200, 600] {
        let pool = super::pool();
        pool.warm().await.unwrap();
        let pid = pool.waiting().pop().unwrap();
        let grading = tokio::spawn({
            let pool = pool.clone();
            async move { pool.grade(LAB, &slow()).await }
        });
        tokio::time::sleep(Duration::from_millis(pause)).await;
        assert!(!grading.is_finished(), "done before the kill");
        let kill = Command::new("kill").args(["-9", &pid.to_string()]).status();
        assert!(kill.unwrap().success());
        assert_eq!(grading.await.unwrap().unwrap(), expected);
    }
}

#[tokio::test]
async fn time_out_is_the_modules_fault() {
    let hasty = PoolConfig {
        deadline: Duration::from_millis(400),
        ..super::config()
    };
    let pool = Pool::new(hasty, HiddenSeeds::None);
    assert_eq!(problem(pool.grade(LAB, &slow()).await), "grading-timeout");
    // The pool is none the worse for it.
    assert_eq!(problem(pool.grade(LAB, b"no").await), "module-invalid");
}

#[tokio::test]
async fn cpu_time_out_is_told_apart_from_a_crash() {
    let short = || PoolConfig {
        cpu_s: 2,
        ..super::config()
    };
    assert_eq!(drilled("compute", short()).await, "grading-timeout");
}

#[tokio::test]
async fn memory_out_is_the_modules_fault() {
    assert_eq!(drilled("memory", super::config()).await, "grading-memory");
}

#[tokio::test]
async fn two_crashes_end_the_trying() {
    assert_eq!(drilled("connect", super::config()).await, "grader-crashed");
}

#[tokio::test]
async fn a_grader_that_does_not_start_is_not_the_modules_fault() {
    for program in ["/nowhere/headroom", "/bin/false", "/bin/echo"] {
        let config = PoolConfig {
            program: program.into(),
            ..super::config()
        };
        let outcome = Pool::new(config, HiddenSeeds::None)
            .grade(LAB, &slow())
            .await;
        assert!(matches!(outcome, Err(Failure::Retry(_))), "{outcome:?}");
    }
}
