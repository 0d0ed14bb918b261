//! What somebody's own is: address, data, submissions, and the end of it all.

use std::time::Duration;

use headroom::store::{links, sessions, submissions, users};

use super::{ADA, PASSWORD, UNCAPPED, account, mails, signed_in, token};
use crate::browser::Browser;
use crate::test_app::{MODULE, TestApp};

async fn submit(browser: &mut Browser, module: &[u8]) -> String {
    let path = "/api/v1/labs/rate_limiter/submissions";
    let kind = [("content-type", "application/wasm")];
    let answer = browser.send("POST", path, &kind, module).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn submissions_belong_to_whoever_had_signed_in() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    let first = submit(&mut ada, MODULE).await;
    submit(&mut app.browser(), MODULE).await;
    app.clock.advance_ms(1_000);
    let second = submit(&mut ada, b"\0asm\x01\0\0\0\0").await;
    let done = format!("/api/v1/submissions/{second}?wait=10");
    assert_eq!(ada.get(&done).await.json()["status"], "graded");
    let list = ada.get("/api/v1/submissions?lab=rate_limiter").await.json();
    let ids: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert_eq!(ids, [&second, &first]);
    assert_eq!(list["items"][0]["stars"], 3);
    let none = ada.get("/api/v1/submissions?lab=retry").await.json();
    assert_eq!(none["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn an_address_changes_once_the_new_one_answers() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    account(&app, "eve@example.org").await;
    let mut ada = signed_in(&app, ADA).await;
    let wrong = [("current", "wrong"), ("email", "countess@example.org")];
    assert_eq!(ada.post("/account/email", &wrong).await.status, 422);
    let form = [("current", PASSWORD), ("email", "Countess@example.org")];
    assert_eq!(ada.post("/account/email", &form).await.status, 200);
    let secret = token(&app, 1).await;
    assert_eq!(ada.get("/api/v1/me").await.json()["email"], ADA);
    let opened = ada.post("/link", &[("token", &secret)]).await;
    assert_eq!(opened.header("location"), Some("/account?done=address"));
    assert_eq!(
        ada.get("/api/v1/me").await.json()["email"],
        "countess@example.org"
    );
    let told = mails(&app, 2).await;
    assert!(told[1].contains("To: ada@example.org"), "{}", told[1]);
    // An address that has an account is not to be had, and the answer does not say so.
    let taken = [("current", PASSWORD), ("email", "eve@example.org")];
    assert_eq!(ada.post("/account/email", &taken).await.status, 200);
    assert!(mails(&app, 3).await[2].contains("have an account already"));
}

#[tokio::test]
async fn everything_can_be_taken_along_and_deleted() {
    let app = TestApp::start(UNCAPPED).await;
    let id = account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    submit(&mut ada, MODULE).await;
    let shared = submit(&mut app.browser(), b"\0asm\x01\0\0\0\0").await;
    let progress = br#"{"version":1,"read":{"a/b":1},"questions":{}}"#;
    let first = [("if-match", "\"0\"")];
    ada.send("PUT", "/api/v1/me/progress", &first, progress)
        .await;
    ada.post("/sign-in/link", &[("email", ADA)]).await;
    mails(&app, 1).await;

    let export = ada.get("/account/export").await;
    assert!(
        export
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let data = export.json();
    assert_eq!(data["account"]["email"], ADA);
    assert_eq!(data["progress"]["read"]["a/b"], 1);
    assert_eq!(data["submissions"][0]["lab"], "rate_limiter");
    assert_eq!(data["sessions"][0]["agent"], "Firefox on Linux");
    assert!(!export.text().contains("argon2"), "{}", export.text());

    let unsure = [("current", PASSWORD)];
    assert_eq!(ada.post("/account/delete", &unsure).await.status, 422);
    let wrong = [("current", "wrong"), ("sure", "yes")];
    assert_eq!(ada.post("/account/delete", &wrong).await.status, 422);
    let sure = [("current", PASSWORD), ("sure", "yes")];
    assert_eq!(ada.post("/account/delete", &sure).await.status, 303);
    assert!(ada.cookies.is_empty(), "{:?}", ada.cookies);

    let mut tx = app.state.db.read().await.unwrap();
    assert_eq!(users::by_id(&mut tx, id).await.unwrap(), None);
    assert!(
        sessions::list_by_user(&mut tx, id, 0)
            .await
            .unwrap()
            .is_empty()
    );
    let all = submissions::Range {
        lab: "",
        before: "",
        limit: 9,
    };
    assert!(
        submissions::list_by_user(&mut tx, id, all)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(links::delete_expired(&mut tx, 0).await.unwrap_or(0), 0);
    drop(tx);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let others = app
        .get(&format!("/api/v1/submissions/{shared}?wait=10"))
        .await;
    assert_eq!(others.json()["status"], "graded", "not Ada's, so it stays");
    let form = [("email", ADA), ("password", PASSWORD)];
    assert_eq!(app.browser().post("/sign-in", &form).await.status, 422);
}
