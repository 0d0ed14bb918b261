//! The settings on the command line.

use std::process::{Command, Output};

fn headroom(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_headroom"));
    command
        .args(arguments)
        .env_clear()
        .envs(env.iter().copied());
    command.current_dir(folder.path()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn config_prints_an_example_that_config_check_accepts() {
    let example = headroom(&["config"], &[]);
    assert_eq!(example.status.code(), Some(0));
    assert_eq!(text(&example.stdout), headroom::config::EXAMPLE);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &example.stdout).unwrap();
    let path = file.path().to_str().unwrap();
    let checked = headroom(&["config", "check", "--config", path], &[]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    let defaults = headroom(&["config", "check"], &[]);
    assert_eq!(text(&checked.stdout), text(&defaults.stdout));
}

#[test]
fn config_check_prints_what_is_in_force_and_no_secret() {
    let env = [
        ("HEADROOM_GRADER__CPU_S", "7"),
        ("HEADROOM_DATABASE__URL", "postgres://u:hunter2@h/d"),
    ];
    let checked = headroom(&["config", "check"], &env);
    let printed = text(&checked.stdout);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert!(printed.contains("cpu_s = 7"), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn an_unknown_key_fails_and_names_the_nearest() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[grader]\nworkrs = 2\n").unwrap();
    let path = file.path().to_str().unwrap();
    for command in ["config check", "serve"] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.extend(["--config", path]);
        let output = headroom(&arguments, &[]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("did you mean grader.workers?"), "{said}");
    }
}
