//! The newsletter's way in and out, as people, programs and link scanners take it.

use headroom::store::{modules, subscribers};
use serde_json::json;

use crate::accounts::{ADA, UNCAPPED, mails};
use crate::browser::Browser;
use crate::client::{Answer, request};
use crate::test_app::TestApp;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn ask(app: &TestApp, email: &str) -> Answer {
    let form = [("email", email), ("short", "yes"), ("source", "/labs")];
    app.browser().post("/newsletter", &form).await
}

/// What follows `start` in the last of `count` mails.
async fn linked(app: &TestApp, count: usize, start: &str) -> String {
    let mail = mails(app, count).await.pop().unwrap();
    let (_, rest) = mail.split_once(start).unwrap();
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    rest.chars().take_while(fits).collect()
}

async fn token(app: &TestApp, count: usize) -> String {
    linked(app, count, "/newsletter/confirm?token=").await
}

async fn status(app: &TestApp, email: &str) -> String {
    let mut tx = app.state.db.read().await.unwrap();
    let found = subscribers::by_email(&mut tx, email).await.unwrap();
    found.map_or("none".into(), |found| found.status.as_str().to_owned())
}

/// The key in the address of the preferences.
fn key(answer: &Answer) -> String {
    let to = answer.header("location").unwrap();
    let (_, rest) = to.split_once("key=").unwrap();
    rest.split('&').next().unwrap().to_owned()
}

async fn subscribed(app: &TestApp) -> (Browser, String) {
    ask(app, ADA).await;
    let mut ada = app.browser();
    let token = token(app, 1).await;
    let done = ada.post("/newsletter/confirm", &[("token", &token)]).await;
    assert_eq!(done.status, 303);
    (ada, key(&done))
}

#[tokio::test]
async fn nobody_subscribes_before_they_press_the_button() {
    let app = TestApp::start(UNCAPPED).await;
    assert_eq!(ask(&app, " Ada@Example.ORG ").await.status, 200);
    let token = token(&app, 1).await;
    assert_eq!(status(&app, ADA).await, "pending");
    let path = format!("/newsletter/confirm?token={token}");
    // A scanner looks at every link, twice, and runs no form.
    for _ in 0..2 {
        let looked = app.get(&path).await;
        assert_eq!(looked.status, 200);
        assert_eq!(looked.header("referrer-policy"), Some("no-referrer"));
        assert!(looked.header("cache-control").unwrap().contains("no-store"));
    }
    assert_eq!(status(&app, ADA).await, "pending");
    let mut ada = app.browser();
    for _ in 0..2 {
        let done = ada.post("/newsletter/confirm", &[("token", &token)]).await;
        assert!(
            done.header("location")
                .unwrap()
                .ends_with("&done=confirmed")
        );
        assert_eq!(status(&app, ADA).await, "confirmed");
    }
    let mut tx = app.state.db.read().await.unwrap();
    let digest = modules::digest(ADA.as_bytes());
    let proof = subscribers::list_consents(&mut tx, &digest).await.unwrap();
    let events: Vec<_> = proof
        .iter()
        .map(|(event, _, source)| (event.as_str(), source.as_str()))
        .collect();
    assert_eq!(events, [("asked", "/labs"), ("confirmed", "confirm page")]);
    assert!(
        proof
            .iter()
            .all(|(_, words, _)| words.contains("one click"))
    );
}

#[tokio::test]
async fn a_link_that_confirms_dies_of_age_and_of_its_successor() {
    let app = TestApp::start(UNCAPPED).await;
    ask(&app, ADA).await;
    let first = token(&app, 1).await;
    ask(&app, ADA).await;
    let second = token(&app, 2).await;
    let look = async |token: &str| {
        app.get(&format!("/newsletter/confirm?token={token}"))
            .await
            .status
    };
    assert_eq!((look(&first).await, look(&second).await), (410, 200));
    app.clock.advance_ms(7 * 24 * 3_600_000);
    assert_eq!(look(&second).await, 410);
    assert_eq!(look("").await, 410);
}

#[tokio::test]
async fn every_address_is_answered_alike_and_only_its_owner_learns_more() {
    let app = TestApp::start(UNCAPPED).await;
    let (_, key) = subscribed(&app).await;
    let known = ask(&app, ADA).await;
    let unknown = ask(&app, "eve@example.org").await;
    let plain = |answer: &Answer, email: &str| answer.text().replace(email, "");
    assert_eq!(known.status, unknown.status);
    assert_eq!(plain(&known, ADA), plain(&unknown, "eve@example.org"));
    let all = mails(&app, 3).await;
    let told = all
        .iter()
        .find(|mail| mail.contains("You subscribe already"))
        .unwrap();
    assert!(
        told.contains(&format!("/newsletter/preferences?key={key}")),
        "{told}"
    );
    assert_eq!(status(&app, ADA).await, "confirmed");
}

#[tokio::test]
async fn wishes_are_changed_and_one_that_ended_begins_again() {
    let app = TestApp::start(UNCAPPED).await;
    let (mut ada, key) = subscribed(&app).await;
    let change = [
        ("key", key.as_str()),
        ("topic", "labs"),
        ("frequency", "monthly"),
    ];
    let kept = ada.post("/newsletter/preferences", &change).await;
    assert!(kept.header("location").unwrap().ends_with("done=changed"));
    let page = ada
        .get(&format!("/newsletter/preferences?key={key}"))
        .await
        .text();
    assert!(
        page.contains("topics: [\"labs\"]") && page.contains("\"monthly\""),
        "{page}"
    );
    let none = [("key", key.as_str()), ("frequency", "each")];
    assert_eq!(ada.post("/newsletter/preferences", &none).await.status, 422);
    let ended = ada.post("/newsletter/unsubscribe", &[("key", &key)]).await;
    assert!(ended.header("location").unwrap().ends_with("done=ended"));
    assert_eq!(status(&app, ADA).await, "ended");
    ada.post("/newsletter/preferences", &change).await;
    assert_eq!(status(&app, ADA).await, "confirmed");
    let wrong = ada.get("/newsletter/preferences?key=guess").await;
    assert_eq!(wrong.status, 410);
}

#[tokio::test]
async fn one_click_from_outside_ends_it_and_looking_does_not() {
    let app = TestApp::start(UNCAPPED).await;
    let (_, her_key) = subscribed(&app).await;
    let path = format!("/newsletter/unsubscribe?key={her_key}");
    for _ in 0..2 {
        let looked = app.get(&path).await;
        assert_eq!(looked.status, 303, "{}", looked.text());
    }
    assert_eq!(status(&app, ADA).await, "confirmed");
    // RFC 8058: no cookies, no referrer, the body says what is meant. Twice is as good as once.
    for _ in 0..2 {
        let body = b"List-Unsubscribe=One-Click";
        let answer = request(app.address, "POST", &path, &[FORM], body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(status(&app, ADA).await, "ended");
    }
    let (other, other_key) = {
        ask(&app, "eve@example.org").await;
        let token = token(&app, 2).await;
        let confirm = [("token", token.as_str())];
        let done = app.browser().post("/newsletter/confirm", &confirm).await;
        ("eve@example.org", key(&done))
    };
    let form = [("content-type", "multipart/form-data; boundary=x")];
    let body = b"--x\r\ncontent-disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                 One-Click\r\n--x--\r\n";
    let path = format!("/newsletter/unsubscribe?key={other_key}");
    let answer = request(app.address, "POST", &path, &form, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        status(&app, other).await,
        "ended",
        "RFC 8058 allows either kind of form"
    );
    let gone = request(
        app.address,
        "POST",
        "/newsletter/unsubscribe?key=x",
        &[FORM],
        b"List-Unsubscribe=One-Click",
    )
    .await;
    assert_eq!(
        gone.status, 200,
        "a program need not know whose key is good"
    );
}

#[tokio::test]
async fn a_program_that_fills_in_every_field_is_thanked_and_forgotten() {
    let app = TestApp::start(UNCAPPED).await;
    let form = [
        ("email", "bot@example.org"),
        ("short", "yes"),
        ("website", "http://x"),
    ];
    assert_eq!(app.browser().post("/newsletter", &form).await.status, 200);
    ask(&app, ADA).await;
    let mails = mails(&app, 1).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains(ADA));
    assert_eq!(status(&app, "bot@example.org").await, "none");
}

#[tokio::test]
async fn what_is_no_wish_is_refused_and_floods_are_stopped() {
    let app = TestApp::start("").await;
    let mut ada = app.browser();
    let bad = ada
        .post("/newsletter", &[("email", "no address"), ("short", "yes")])
        .await;
    assert_eq!(bad.status, 422);
    let none = ada
        .post("/newsletter", &[("email", ADA), ("frequency", "each")])
        .await;
    assert_eq!(none.status, 422);
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(ask(&app, ADA).await.status);
    }
    assert_eq!(
        answers,
        [200, 200, 200, 429, 429],
        "a mailbox is not flooded"
    );
}

#[tokio::test]
async fn programs_subscribe_by_the_api() {
    let app = TestApp::start(UNCAPPED).await;
    let post = async |body: serde_json::Value| {
        let kind = [("content-type", "application/json")];
        let path = "/api/v1/newsletter/subscriptions";
        request(
            app.address,
            "POST",
            path,
            &kind,
            body.to_string().as_bytes(),
        )
        .await
    };
    let asked = post(json!({"email": ADA, "topics": ["labs"], "frequency": "each"})).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let token = token(&app, 1).await;
    app.browser()
        .post("/newsletter/confirm", &[("token", &token)])
        .await;
    assert_eq!(status(&app, ADA).await, "confirmed");
    for (wrong, status) in [
        (json!({"email": "x"}), 422),
        (json!({"email": ADA, "topics": []}), 422),
        (json!({"email": ADA, "topics": ["all"]}), 400),
        (json!({}), 400),
    ] {
        assert_eq!(post(wrong.clone()).await.status, status, "{wrong}");
    }
}
