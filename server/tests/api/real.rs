//! Real labs and real graders behind a real server; a grader that is killed at its work.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use headroom::Server;
use headroom::catalogue::Labs;
use headroom::clock::Clock;
use headroom::config::Config;
use headroom::random::Random;
use headroom::state::Parts;
use tokio::net::TcpListener;

use crate::client::{Answer, request};
use crate::test_app::FakeSite;

const PROGRAM: &str = env!("CARGO_BIN_EXE_headroom");
const WASM: [(&str, &str); 1] = [("content-type", "application/wasm")];

/// A limiter that logs its start and answers every request with `value`.
fn limiter(value: i32) -> Vec<u8> {
    let text = format!(
        r#"(module
          (import "headroom" "log" (func $log (param i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 8) "it <begins>")
          (func (export "abi_version") (result i32) i32.const 1)
          (func (export "configure") (param i64 i64 i64) (call $log (i32.const 8) (i32.const 11)))
          (func (export "allow") (param i64 i64 i64) (result i32) i32.const {value}))"#
    );
    wat::parse_str(text).unwrap()
}

/// A script that answers as its chance says.
const SCRIPT: &str = "export function configure() {}\n\
                      export function allow() { return Math.random() < 0.5; }\n";

/// What the command line prints for a file with this ending.
fn graded_offline(module: &[u8], ending: &str) -> Vec<u8> {
    let file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    std::fs::write(file.path(), module).unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["grade", "rate_limiter"]).arg(file.path());
    let output = command.arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    output.stdout
}

/// Graders that this process started, by process id.
fn graders() -> Vec<u32> {
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // After the name in brackets: state, parent.
        let rest = stat.rsplit(") ").next().unwrap_or_default();
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let grader = line.split(|byte| *byte == 0).nth(1) == Some(b"grader");
        grader && rest.split(' ').nth(1) == Some(&own)
    })
    .collect()
}

async fn graded(address: SocketAddr, location: &str) -> Answer {
    for _ in 0..4 {
        let path = format!("{location}?wait=30");
        let answer = request(address, "GET", &path, &[], b"").await;
        if answer.json()["status"] != "queued" && answer.json()["status"] != "running" {
            return answer;
        }
    }
    panic!("it was never graded");
}

async fn submit(address: SocketAddr, kind: &[(&str, &str)], body: &[u8]) -> String {
    let path = "/api/v1/labs/rate_limiter/submissions";
    let accepted = request(address, "POST", path, kind, body).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    accepted.header("location").unwrap().to_owned()
}

async fn assert_graded_as_offline(address: SocketAddr, location: &str, offline: &[u8]) {
    let document = graded(address, location).await.json();
    assert_eq!(document["status"], "graded", "{document}");
    assert!(document["grade"]["hidden"]["verdict"].is_string());
    let report = request(address, "GET", &format!("{location}/report"), &[], b"").await;
    assert!(report.body == offline, "{}", report.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn submissions_are_graded_as_offline_even_if_a_grader_is_killed() {
    let data = tempfile::tempdir().unwrap();
    let mut config = Config::from_toml("[grader]\ndeadline_s = 120\ncpu_s = 100").unwrap();
    config.data.dir = data.path().to_owned();
    config.grader.workers = 1;
    let parts = Parts {
        site: Arc::new(FakeSite::default()),
        catalogue: Arc::new(Labs),
        grader: headroom::grading::start(&config, PROGRAM.into())
            .await
            .unwrap(),
        compiler: None,
        clock: Clock::System,
        random: Random::system(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::build(config, parts, listener).await.unwrap();
    let (address, stop) = (server.address().unwrap(), server.stopper());
    let running = tokio::spawn(server.run());

    let ready = request(address, "GET", "/readyz", &[], b"").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert_eq!(ready.json()["graders"]["warm"], 1);

    let module = limiter(1);
    let location = submit(address, &WASM, &module).await;
    assert_graded_as_offline(address, &location, &graded_offline(&module, ".wasm")).await;
    cases_can_be_looked_at_again(address, &location).await;

    script(address).await;
    kill_one_at_work(address).await;
    stop.cancel();
    running.await.unwrap();
}

async fn cases_can_be_looked_at_again(address: SocketAddr, location: &str) {
    let get = async |path: String, headers: &[(&str, &str)]| {
        request(address, "GET", &path, headers, b"").await
    };
    let report = get(format!("{location}/report"), &[]).await.json();
    let case = &report["scenarios"][1]["cases"][1];
    let (scenario, seed) = (case["scenario"].as_str().unwrap(), &case["seed"]);
    let which = format!("?scenario={scenario}&seed={seed}");

    let series = get(format!("{location}/series{which}"), &[]).await;
    assert_eq!(series.status, 200, "{}", series.text());
    let document = series.json();
    assert_eq!(&document["case"], case);
    let points = &document["plots"][0]["series"][1]["points"];
    assert!(
        points.as_array().is_some_and(|points| points.len() > 10),
        "{document}"
    );

    let etag = series.header("etag").unwrap().to_owned();
    let known = [("if-none-match", etag.as_str())];
    let again = get(format!("{location}/series{which}"), &known).await;
    assert_eq!((again.status, again.text().len()), (304, 0));

    let log = get(format!("{location}/log"), &[]).await.json();
    assert_eq!(log["case"], report["scenarios"][0]["cases"][0]);
    assert_eq!(
        (&log["lines"][0], &log["more"]),
        (&"it <begins>".into(), &0.into())
    );

    let absent = get(format!("{location}/log?scenario=none"), &[]).await;
    assert_eq!(absent.status, 404, "{}", absent.text());
    let detail = absent.json()["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        detail.contains(&format!("{scenario} with seed {seed}")),
        "{detail}"
    );
}

/// Needs the interpreter of a built site, unless `HEADROOM_REQUIRE_GUESTS` wants it there.
async fn script(address: SocketAddr) {
    if headroom::grader::scripts::edition(&labs::language::JAVASCRIPT).is_none() {
        assert!(std::env::var_os("HEADROOM_REQUIRE_GUESTS").is_none());
        return;
    }
    let kind = [("content-type", "text/javascript")];
    let location = submit(address, &kind, SCRIPT.as_bytes()).await;
    let offline = graded_offline(SCRIPT.as_bytes(), ".js");
    assert_graded_as_offline(address, &location, &offline).await;
    // Known by now, under its interpreter too.
    let again = submit(address, &kind, SCRIPT.as_bytes()).await;
    let document = request(address, "GET", &again, &[], b"").await.json();
    assert_eq!(document["status"], "graded");
}

async fn kill_one_at_work(address: SocketAddr) {
    let mut waiting = graders();
    while waiting.is_empty() {
        tokio::time::sleep(Duration::from_millis(50)).await;
        waiting = graders();
    }
    let module = limiter(0);
    let location = submit(address, &WASM, &module).await;
    // It is in its first second of several.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let now = request(address, "GET", &location, &[], b"").await.json();
    assert_eq!(now["status"], "running");
    let kill = |id: &u32| Command::new("kill").args(["-9", &id.to_string()]).status();
    let killed = waiting
        .iter()
        .filter(|id| kill(id).is_ok_and(|status| status.success()));
    assert_eq!(
        killed.count(),
        1,
        "the one that was warm is the one at work"
    );
    assert_graded_as_offline(address, &location, &graded_offline(&module, ".wasm")).await;
}

/// What the page offers for download is what `headroom init` unpacks.
#[test]
fn kits_are_archives_of_every_lab_and_language() {
    use headroom::state::Catalogue as _;
    for lab in labs::ALL {
        for language in labs::language::ALL {
            assert!(Labs.kit(lab.id, language.id).unwrap().starts_with(b"PK"));
        }
    }
    assert!(Labs.kit("rate_limiter", "cobol").is_none() && Labs.kit("none", "rust").is_none());
}
