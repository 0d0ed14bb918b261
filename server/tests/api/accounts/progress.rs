//! Progress: one document, which two devices cannot overwrite unawares.

use serde_json::json;

use super::{ADA, UNCAPPED, account, signed_in};
use crate::browser::Browser;
use crate::client::Answer;
use crate::test_app::TestApp;

const PATH: &str = "/api/v1/me/progress";

async fn put(browser: &mut Browser, etag: &str, document: &str) -> Answer {
    let headers = [("if-match", etag), ("content-type", "application/json")];
    browser
        .send("PUT", PATH, &headers, document.as_bytes())
        .await
}

fn read(lesson: &str) -> String {
    format!(r#"{{"version":1,"read":{{"{lesson}":1}},"questions":{{}}}}"#)
}

#[tokio::test]
async fn two_devices_cannot_overwrite_each_other() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let (mut laptop, mut phone) = (signed_in(&app, ADA).await, signed_in(&app, ADA).await);
    let empty = laptop.get(PATH).await;
    assert_eq!((empty.status, empty.header("etag")), (200, Some("\"0\"")));
    assert_eq!(empty.text(), r#"{"version":1,"read":{},"questions":{}}"#);
    let first = put(&mut laptop, "\"0\"", &read("a/b")).await;
    assert_eq!((first.status, first.header("etag")), (200, Some("\"1\"")));
    let late = put(&mut phone, "\"0\"", &read("c/d")).await;
    assert_eq!(late.status, 412);
    assert_eq!(late.json()["version"], 1);
    assert_eq!(phone.get(PATH).await.json()["read"], json!({"a/b": 1}));
    assert_eq!(
        put(&mut phone, "\"1\"", &read("c/d")).await.header("etag"),
        Some("\"2\"")
    );
    for stale in ["\"1\"", "\"3\"", "\"x\"", "*", "W/\"2\"", "\"-1\""] {
        assert_eq!(
            put(&mut laptop, stale, &read("e/f")).await.status,
            412,
            "{stale}"
        );
    }
    // At once, one wins.
    let (a, b) = (read("a/a"), read("b/b"));
    let both = tokio::join!(put(&mut laptop, "\"2\"", &a), put(&mut phone, "\"2\"", &b));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn what_is_no_progress_is_refused() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    let none = ada.send("PUT", PATH, &[], read("a/b").as_bytes()).await;
    assert_eq!(none.status, 428);
    for wrong in [
        "",
        "null",
        "[1]",
        r#"{"version":1}"#,
        r#"{"version":2,"read":{},"questions":{}}"#,
    ] {
        let answer = put(&mut ada, "\"0\"", wrong).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(answer.json()["type"], "/problems/progress-invalid");
    }
    let long = format!(
        r#"{{"version":1,"read":{{}},"questions":{{}},"x":"{}"}}"#,
        "x".repeat(1 << 20)
    );
    assert_eq!(put(&mut ada, "\"0\"", &long).await.status, 413);
    let deep = "[".repeat(100_000);
    assert_eq!(put(&mut ada, "\"0\"", &deep).await.status, 422);
    assert_eq!(ada.get(PATH).await.header("etag"), Some("\"0\""));
    assert_eq!(app.browser().get(PATH).await.status, 401);
}

#[tokio::test]
async fn everybody_has_their_own() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    account(&app, "eve@example.org").await;
    let (mut ada, mut eve) = (
        signed_in(&app, ADA).await,
        signed_in(&app, "eve@example.org").await,
    );
    put(&mut ada, "\"0\"", &read("a/b")).await;
    assert_eq!(eve.get(PATH).await.header("etag"), Some("\"0\""));
}
