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

#[test]
fn init_unpacks_a_kit_once() {
    let folder = tempfile::tempdir().unwrap();
    let init = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headroom"));
        let command = command.arg("init").args(arguments).env_clear();
        command.current_dir(folder.path()).output().unwrap()
    };
    let made = init(&["rate_limiter"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let kit = folder.path().join("rate_limiter-rust");
    for file in [
        "policy.rs",
        "README.md",
        "Cargo.toml",
        ".cargo/config.toml",
        "build.sh",
    ] {
        assert!(kit.join(file).is_file(), "{file}");
    }
    std::fs::write(kit.join("policy.rs"), "mine").unwrap();
    let again = init(&["rate_limiter"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("there already"));
    assert_eq!(
        std::fs::read_to_string(kit.join("policy.rs")).unwrap(),
        "mine"
    );
    assert!(text(&init(&["nothing"]).stderr).contains("rate_limiter"));
    assert!(text(&init(&["retry", "--lang", "cobol"]).stderr).contains("assemblyscript"));
}

#[test]
fn accounts_are_made_and_promoted_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let user = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_headroom"));
        let command = command.arg("user").args(arguments).env_clear();
        command.current_dir(folder.path()).output().unwrap()
    };
    let made = user(&["add", "Ada@Example.org", "--admin"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert!(text(&made.stdout).contains("http://127.0.0.1:8080/link?token="));
    // The database is in use now, as by a server.
    let lock = std::fs::File::open(folder.path().join("data/headroom.db.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(user(&["add", "bob@example.org"]).status.code(), Some(0));
    let again = user(&["add", "ada@example.org"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("has an account already"));
    user(&["revoke", "ada@example.org"]);
    user(&["grant", "bob@example.org"]);
    let list = text(&user(&["list"]).stdout);
    assert_eq!(list, "ada@example.org\tlearner\nbob@example.org\tadmin\n");
    assert_eq!(user(&["remove", "ada@example.org"]).status.code(), Some(0));
    let gone = user(&["link", "ada@example.org"]);
    assert!(text(&gone.stderr).contains("no account has the address"));
    assert_eq!(text(&user(&["list"]).stdout), "bob@example.org\tadmin\n");
}

#[test]
fn the_doctor_finds_a_fresh_instance_well_and_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let env = [
        ("HEADROOM_DATA__DIR", data.as_str()),
        ("HEADROOM_SERVER__LISTEN", "127.0.0.1:0"),
    ];
    let looked = headroom(&["doctor", "--json"], &env);
    let findings: serde_json::Value = serde_json::from_slice(&looked.stdout).unwrap();
    assert_eq!(looked.status.code(), Some(0), "{findings}");
    let about = |name: &str| {
        let all = findings.as_array().unwrap();
        all.iter().find(|finding| finding["about"] == name).cloned()
    };
    for name in ["data folder", "database", "address", "public URL", "mail"] {
        assert_eq!(about(name).unwrap()["verdict"], "fine", "{findings}");
    }
    let graders = about("graders").unwrap();
    let found = graders["found"].as_str().unwrap();
    assert!(found.starts_with("one passed its own test"), "{graders}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_offline_doctor_asks_no_mail_server_and_no_dns() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let env = [
        ("HEADROOM_DATA__DIR", data.as_str()),
        ("HEADROOM_SERVER__LISTEN", "127.0.0.1:0"),
        ("HEADROOM_SERVER__JOBS", "false"),
        ("HEADROOM_MAIL__TRANSPORT", "smtp"),
        ("HEADROOM_MAIL__FROM", "course@example.org"),
        ("HEADROOM_MAIL__SMTP_HOST", "127.0.0.1"),
        ("HEADROOM_MAIL__SMTP_PORT", "1"),
        ("HEADROOM_MAIL__RESOLVER", "127.0.0.1:1"),
    ];
    let offline = headroom(&["doctor", "--offline"], &env);
    let said = text(&offline.stdout);
    assert_eq!(offline.status.code(), Some(0), "{said}");
    assert!(said.contains("127.0.0.1:1 was not tried"), "{said}");
    assert!(!said.contains("SPF"), "{said}");
    let online = text(&headroom(&["doctor"], &env).stdout);
    assert!(online.contains("broken  mail"), "{online}");
    assert!(online.contains("mind    SPF"), "{online}");
}

#[test]
fn the_doctor_says_what_is_broken_and_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let env = [
        ("HEADROOM_SERVER__LISTEN", listen.as_str()),
        ("HEADROOM_SERVER__PUBLIC_URL", "https://course.example"),
        ("HEADROOM_DATA__DIR", "/proc/nothing"),
        (
            "HEADROOM_DATABASE__URL",
            "postgres://nobody@127.0.0.1:1/none",
        ),
        ("HEADROOM_MAIL__TRANSPORT", "smtp"),
        ("HEADROOM_MAIL__SMTP_HOST", "127.0.0.1"),
        ("HEADROOM_MAIL__SMTP_PORT", "1"),
    ];
    let looked = headroom(&["doctor"], &env);
    assert_eq!(looked.status.code(), Some(1));
    let said = text(&looked.stdout);
    for about in ["data folder", "database", "address", "mail", "sender"] {
        assert!(said.contains(&format!("broken  {about}")), "{said}");
    }
    assert!(said.contains("mind    public URL"), "{said}");
    assert!(said.contains("-> set server.trusted_proxies"), "{said}");
}
