//! `--content DIR` while an author writes.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::client::{Answer, request};

const LESSON: &str = "distributed-systems/api-gateway";

struct Authored {
    child: Child,
    address: SocketAddr,
}

impl Drop for Authored {
    fn drop(&mut self) {
        // It may have ended by itself; the test says so then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(content: &Path, data: &Path) -> Authored {
    let mut child = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(["serve", "--listen", "127.0.0.1:0", "--content"])
        .arg(content)
        .env_clear()
        .env("HEADROOM_DATA__DIR", data)
        .env("HEADROOM_GRADER__WORKERS", "1")
        .current_dir(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut said).unwrap();
    let address = said.split("http://").nth(1).unwrap().split(' ').next();
    let address = address.unwrap().parse().unwrap();
    Authored { child, address }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn get(address: SocketAddr, path: &str) -> Answer {
    request(address, "GET", path, &[], b"").await
}

/// What the page of an author hears when something changes.
async fn change(address: SocketAddr, seen: i64) -> (i64, Option<String>) {
    let answer = get(address, &format!("/author/changes?seen={seen}")).await;
    let edition = answer.json();
    let problem = edition["problem"].as_str().map(str::to_owned);
    (edition["number"].as_i64().unwrap(), problem)
}

#[tokio::test(flavor = "multi_thread")]
async fn open_pages_hear_of_changes_and_of_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (content, labs) = (folder.path().join("content"), folder.path().join("labs"));
    for part in ["distributed-systems", "course.toml", "glossary.toml"] {
        let (from, to) = (repository.join("content").join(part), content.join(part));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
    copy(&repository.join("labs/src"), &labs.join("src"));
    let data = tempfile::tempdir().unwrap();
    let authored = serve(&content, data.path());
    let address = authored.address;
    let page = format!("/lessons/{LESSON}");
    let before = get(address, &page).await.text();
    assert!(before.contains("data-author"), "the page watches");
    let (first, problem) = change(address, -1).await;
    assert_eq!(problem, None);

    let lesson = content.join(LESSON).with_extension("md");
    let text = std::fs::read_to_string(&lesson).unwrap();
    std::fs::write(&lesson, format!("{text}\nA sentence of today.\n")).unwrap();
    let (second, problem) = change(address, first).await;
    assert!(second > first && problem.is_none(), "{problem:?}");
    let after = get(address, &page).await.text();
    assert!(after.contains("A sentence of today."));

    std::fs::write(&lesson, format!("{text}\n```lab\nno_such_lab\n```\n")).unwrap();
    let (third, problem) = change(address, second).await;
    let problem = problem.expect("a mistake is told");
    assert!(problem.contains("api-gateway.md:"), "{problem}");
    assert_eq!(get(address, &page).await.text(), after);

    std::fs::write(&lesson, text).unwrap();
    let (fourth, problem) = change(address, third).await;
    assert_eq!(problem, None);
    let brief = labs.join("src/rate_limiter/brief.md");
    std::fs::write(&brief, "## What you decide\n\nA brief of today.\n").unwrap();
    change(address, fourth).await;
    let lab = get(address, "/labs/rate_limiter").await.text();
    assert!(lab.contains("A brief of today."));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_folder_there_is_nothing_to_watch() {
    let app = crate::test_app::TestApp::start("").await;
    let answer = get(app.address, "/author/changes?seen=0").await;
    assert_eq!(answer.status, 404);
}
