//! The walls, tried from inside; and graders that are killed.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

/// Signal of a system call that the filter does not know (SIGSYS).
const BAD_CALL: i32 = 31;

fn drill(what: &str, bounds: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(["grader", "--drill", what])
        .args(bounds)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"seccomp\":true"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"landlock\":true"));
    (
        output.status.signal(),
        String::from_utf8_lossy(&output.stderr).into(),
    )
}

#[test]
fn forbidden_calls_kill_the_child() {
    for what in ["connect", "execute"] {
        assert_eq!(drill(what, &[]).0, Some(BAD_CALL), "{what}");
    }
}

#[test]
fn files_stay_shut() {
    // The child would end well had it opened the file.
    let output = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(["grader", "--drill", "open"])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn memory_is_bounded() {
    let (signal, words) = drill("memory", &[]);
    assert!(signal.is_some(), "ended by itself");
    assert!(words.contains("memory allocation of"), "{words}");
}

#[test]
fn compute_is_bounded() {
    let (signal, _) = drill("compute", &["--cpu-seconds=1"]);
    assert!(matches!(signal, Some(9 | 24)), "{signal:?}");
}

#[tokio::test]
async fn a_grader_killed_while_it_waits_is_replaced() {
    let pool = super::pool();
    let status = pool.warm().await.unwrap();
    assert!(status.lockdown.unwrap().complete(), "{status:?}");
    let pid = pool.waiting().pop().unwrap();
    let killed = Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let graded = pool
        .grade("rate_limiter", &super::modules::constant(1))
        .await
        .unwrap();
    assert_eq!(graded.digest.len(), 64);
}
