//! Sessions: how they begin and end.

use super::{ADA, PASSWORD, UNCAPPED, account, mails, signed_in};
use crate::test_app::TestApp;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

#[tokio::test]
async fn signing_in_begins_a_session_with_a_new_id() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    account(&app, "eve@example.org").await;
    // Eve plants her session in Ada's browser.
    let mut eve = signed_in(&app, "eve@example.org").await;
    let mut browser = app.browser();
    browser.cookies = eve.cookies.clone();
    let form = [("email", ADA), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &form).await;
    let cookie = answer
        .headers
        .iter()
        .find(|(name, value)| name == "set-cookie" && value.starts_with("headroom="));
    let cookie = &cookie.unwrap().1;
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_ne!(browser.session(), eve.session());
    assert_eq!(browser.get("/api/v1/me").await.json()["email"], ADA);
    assert_eq!(
        eve.get("/api/v1/me").await.status,
        401,
        "her own session has ended"
    );

    let mut made_up = app.browser();
    let id = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    made_up.cookies.insert("headroom".into(), id.clone());
    made_up.post("/sign-in", &form).await;
    assert_ne!(made_up.session(), Some(id.as_str()));
}

#[tokio::test]
async fn cookies_are_bound_to_https_where_there_is_https() {
    let app = TestApp::start("[server]\npublic_url = 'https://course.example'").await;
    account(&app, ADA).await;
    let mut browser = app.browser();
    browser
        .post("/sign-in", &[("email", ADA), ("password", PASSWORD)])
        .await;
    assert!(
        browser.cookies.contains_key("__Host-headroom"),
        "{:?}",
        browser.cookies
    );
}

#[tokio::test]
async fn reading_makes_no_session() {
    let app = TestApp::start("").await;
    let mut browser = app.browser();
    for path in [
        "/",
        "/sign-in",
        "/sign-up",
        "/reset",
        "/link?token=x",
        "/search?q=x",
    ] {
        browser.get(path).await;
    }
    browser.post("/sign-out", &[]).await;
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

#[tokio::test]
async fn another_password_ends_the_other_sessions() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let (mut here, mut there) = (signed_in(&app, ADA).await, signed_in(&app, ADA).await);
    let before = here.clone();
    let wrong = [
        ("current", "wrong"),
        ("password", "a very fine new password"),
    ];
    assert_eq!(here.post("/account/password", &wrong).await.status, 422);
    let weak = [("current", PASSWORD), ("password", "ada@example")];
    assert_eq!(here.post("/account/password", &weak).await.status, 422);
    let form = [
        ("current", PASSWORD),
        ("password", "a very fine new password"),
    ];
    assert_eq!(here.post("/account/password", &form).await.status, 303);
    assert_ne!(
        here.session(),
        before.session(),
        "this session has a new id"
    );
    assert_eq!(here.get("/account").await.status, 200);
    assert_eq!(before.clone().get("/account").await.status, 303);
    assert_eq!(there.get("/account").await.status, 303);
    let old = [("email", ADA), ("password", PASSWORD)];
    assert_eq!(app.browser().post("/sign-in", &old).await.status, 422);
    assert!(mails(&app, 1).await[0].contains("password was changed"));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    account(&app, "eve@example.org").await;
    let (mut here, mut there) = (signed_in(&app, ADA).await, signed_in(&app, ADA).await);
    let mut eve = signed_in(&app, "eve@example.org").await;
    let page = here.get("/account").await.text();
    assert_eq!(page.matches("Firefox on Linux").count(), 2, "{page}");
    let key = other(&page);
    eve.post("/account/sessions/revoke", &[("session", &key)])
        .await;
    assert_eq!(there.get("/account").await.status, 200, "not Eve's to end");
    here.post("/account/sessions/revoke", &[("session", &key)])
        .await;
    assert_eq!(there.get("/account").await.status, 303);
    let mut third = signed_in(&app, ADA).await;
    here.post("/account/sessions/revoke", &[]).await;
    assert_eq!(third.get("/account").await.status, 303);
    assert_eq!(here.get("/account").await.status, 200);
}

/// The key of the session that is not the reader's own.
fn other(page: &str) -> String {
    let rows = page.split("SessionRow").skip(1);
    let row = rows
        .into_iter()
        .find(|row| row.contains("is_this: false"))
        .unwrap();
    row.split('"').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_session_ends_after_a_month_unused_and_after_ninety_days() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let mut idle = signed_in(&app, ADA).await;
    let mut busy = signed_in(&app, ADA).await;
    app.clock.advance_ms(29 * DAY_MS);
    assert_eq!(busy.get("/api/v1/me").await.status, 200);
    app.clock.advance_ms(2 * DAY_MS);
    assert_eq!(idle.get("/api/v1/me").await.status, 401, "31 days unused");
    assert_eq!(busy.get("/api/v1/me").await.status, 200);
    for _ in 0..2 {
        app.clock.advance_ms(29 * DAY_MS);
        assert_eq!(busy.get("/api/v1/me").await.status, 200);
    }
    app.clock.advance_ms(2 * DAY_MS);
    let last = busy.get("/account").await;
    assert_eq!(
        (last.status, last.header("location")),
        (303, Some("/sign-in?next=%2Faccount"))
    );
    assert!(
        !busy.cookies.contains_key("headroom-signed-in"),
        "{:?}",
        busy.cookies
    );
}

#[tokio::test]
async fn after_signing_in_one_goes_on() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    for (next, goes) in [
        ("/lessons/a/b", "/lessons/a/b"),
        ("//evil.example", "/me"),
        ("https://evil.example", "/me"),
        ("", "/me"),
    ] {
        let form = [("email", ADA), ("password", PASSWORD), ("next", next)];
        let answer = app.browser().post("/sign-in", &form).await;
        assert_eq!(answer.header("location"), Some(goes), "{next}");
    }
    let again = signed_in(&app, ADA)
        .await
        .get("/sign-in?next=/account")
        .await;
    assert_eq!(
        (again.status, again.header("location")),
        (303, Some("/account"))
    );
}
