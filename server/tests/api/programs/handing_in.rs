//! Lists, cancelling, superseding, waiting, events.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Program, id};
use crate::accounts::{ADA, account};
use crate::client::request;
use crate::test_app::{MODULE, TestApp};

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let app = TestApp::start("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let mut made = Vec::new();
    for n in 0..5_u8 {
        made.push(id(&ada.submit("?wait=10", &[MODULE, &[n]].concat()).await));
    }
    made.reverse();
    let mut read = Vec::new();
    let mut path = "/api/v1/submissions?limit=2".to_owned();
    loop {
        let page = ada.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        read.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        assert!(items.iter().all(|item| item["score"] == 1_000_000));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/submissions?limit=2&after={next}");
    }
    assert_eq!(read, made);
    let other = ada.get("/api/v1/submissions?lab=retry").await.json();
    assert_eq!(other["items"], json!([]));
    for wrong in ["limit=0", "limit=201", "limit=x", "after=x", "page=2"] {
        let answer = ada.get(&format!("/api/v1/submissions?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_waits_is_cancelled_and_what_is_graded_stays() {
    let app = TestApp::gated("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let running = [
        &id(&ada.submit("", b"\0asm 1").await),
        &id(&ada.submit("", b"\0asm 2").await),
    ]
    .map(|id| format!("/api/v1/submissions/{id}"));
    let waiting = format!(
        "/api/v1/submissions/{}",
        id(&ada.submit("", b"\0asm 3").await)
    );
    assert_eq!(
        app.send("DELETE", &waiting, &[]).await.status,
        403,
        "not theirs"
    );
    let cancelled = ada.send("DELETE", &waiting, &Value::Null).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    let document = cancelled.json();
    assert_eq!(document["status"], "failed");
    assert_eq!(
        document["problem"]["type"],
        "/problems/submission-cancelled"
    );
    let again = ada.send("DELETE", &waiting, &Value::Null).await;
    assert_eq!(
        (again.status, &again.json()["type"]),
        (409, &json!("/problems/submission-settled"))
    );
    assert_eq!(
        ada.send("DELETE", &running[0], &Value::Null).await.status,
        200
    );
    app.gate.add_permits(10);
    let graded = ada.get(&format!("{}?wait=10", running[1])).await.json();
    assert_eq!(graded["status"], "graded");
    let stays = ada.get(&running[0]).await.json();
    assert_eq!(
        stays["status"], "failed",
        "the grader's late answer does not count"
    );
}

#[tokio::test]
async fn a_newer_one_supersedes_what_waits_for_the_same_lab() {
    let app = TestApp::gated("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let mut made = Vec::new();
    for n in 0..5_u8 {
        made.push(id(&ada.submit("", &[MODULE, &[n]].concat()).await));
        // Two graders take the first two.
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let last = id(&ada.submit("?supersede=true", b"\0asm last").await);
    app.gate.add_permits(10);
    let mut ends = Vec::new();
    for id in made.iter().chain([&last]) {
        let document = ada
            .get(&format!("/api/v1/submissions/{id}?wait=10"))
            .await
            .json();
        ends.push(document["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        ends,
        ["graded", "graded", "failed", "failed", "failed", "graded"]
    );
}

#[tokio::test]
async fn a_post_that_waits_answers_with_the_grade() {
    let app = TestApp::start("").await;
    let answer = app.submit(&[], MODULE).await;
    assert_eq!(answer.status, 202);
    let path = "/api/v1/labs/rate_limiter@1/submissions?wait=10";
    let kind = [("content-type", "application/wasm")];
    let waited = request(app.address, "POST", path, &kind, b"\0asm w").await;
    assert_eq!(
        (waited.status, &waited.json()["status"]),
        (202, &json!("graded"))
    );
    for (path, status, problem) in [
        (
            "/api/v1/labs/rate_limiter@2/submissions",
            404,
            "lab-version-gone",
        ),
        (
            "/api/v1/labs/rate_limiter@01/submissions",
            404,
            "lab-version-gone",
        ),
        ("/api/v1/labs/nothing@1/submissions", 404, "lab-not-found"),
        (
            "/api/v1/labs/rate_limiter/submissions?wait=31",
            400,
            "request-invalid",
        ),
        (
            "/api/v1/labs/rate_limiter/submissions?w=1",
            400,
            "request-invalid",
        ),
    ] {
        let answer = request(app.address, "POST", path, &kind, MODULE).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.json()["type"], format!("/problems/{problem}"));
    }
}

#[tokio::test]
async fn events_follow_a_submission_to_its_end_and_resume() {
    let app = TestApp::gated("").await;
    let accepted = app.submit(&[], MODULE).await;
    let path = format!("/api/v1/submissions/{}/events", id(&accepted));
    let release = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.gate.add_permits(1);
    };
    let (stream, ()) = tokio::join!(app.get(&path), release);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let text = stream.text();
    let running = text.find("event: running").unwrap();
    let graded = text.find("event: graded").unwrap();
    assert!(running < graded, "{text}");
    assert!(
        text.contains("\"digest\":\"d1\"") && text.contains("id: 3"),
        "{text}"
    );
    let rest = app
        .send("GET", &path, &[("last-event-id", "2")])
        .await
        .text();
    assert!(
        rest.contains("graded") && !rest.contains("running"),
        "{rest}"
    );
    let none = app
        .send("GET", &path, &[("last-event-id", "3")])
        .await
        .text();
    assert!(!none.contains("event:"), "{none}");
    let foreign = app.send("GET", &path, &[("last-event-id", "x")]).await;
    assert!(foreign.text().contains("event: graded"));
}
