//! The first administrator: made once, by whoever has the code, and then never again.

use futures_util::future::join_all;
use headroom::accounts::first;
use headroom::store::{setup, users};

use crate::accounts::{ADA, PASSWORD, UNCAPPED, account, signed_in};
use crate::client::Answer;
use crate::test_app::TestApp;

const NEXT: &str = "/admin/health?done=setup";

fn form<'a>(code: &'a str, email: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [("code", code), ("email", email), ("password", password)]
}

async fn code(app: &TestApp) -> String {
    let code = first::invitation(&app.state).await.unwrap();
    code.expect("nobody administers it").shown()
}

async fn admins(app: &TestApp) -> usize {
    let mut tx = app.state.db.read().await.unwrap();
    let all = users::list(&mut tx, "", 100).await.unwrap();
    all.iter().filter(|user| user.is_admin).count()
}

fn is_hushed(answer: &Answer) -> bool {
    answer.header("referrer-policy") == Some("no-referrer")
        && answer.header("cache-control") == Some("private, no-store")
}

#[tokio::test]
async fn the_code_makes_one_administrator_who_is_signed_in_and_then_there_is_no_such_page() {
    let app = TestApp::start(UNCAPPED).await;
    let code = code(&app).await;
    let mut ada = app.browser();
    let page = ada.get("/setup").await;
    assert_eq!(page.status, 200);
    assert!(is_hushed(&page) && !page.text().contains(&code), "{page:?}");

    let made = ada.post("/setup", &form(&code, ADA, PASSWORD)).await;
    assert_eq!((made.status, made.header("location")), (303, Some(NEXT)));
    let health = ada.get(NEXT).await;
    assert_eq!(health.status, 200);
    for about in ["database", "mail", "graders", "is_new: true"] {
        assert!(health.text().contains(about), "{about}: {}", health.text());
    }
    assert_eq!(ada.get("/api/v1/instance").await.status, 200);
    signed_in(&app, ADA).await;

    let mut other = app.browser();
    for browser in [&mut ada, &mut other] {
        assert_eq!(browser.get("/setup").await.status, 404);
        let again = form(&code, "eve@example.org", PASSWORD);
        assert_eq!(browser.post("/setup", &again).await.status, 404);
    }
    assert_eq!(admins(&app).await, 1);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_makes_nobody() {
    let app = TestApp::start(UNCAPPED).await;
    let code = code(&app).await;
    let mut eve = app.browser();
    let wrong = format!("{}A", &code[..code.len() - 1]);
    let other = format!("{}B", &code[..code.len() - 1]);
    let wrong = if wrong == code { other } else { wrong };
    for (form, said) in [
        (form("", ADA, PASSWORD), "not the code"),
        (form(&wrong, ADA, PASSWORD), "not the code"),
        // Who does not have the code hears of nothing else.
        (form(&wrong, "no address", "short"), "not the code"),
        (form(&code, "no address", PASSWORD), "no e-mail address"),
        (form(&code, ADA, "short"), "at least 8 characters"),
        (form(&code, ADA, "password1"), "guessed at once"),
    ] {
        let answer = eve.post("/setup", &form).await;
        assert_eq!(answer.status, 422, "{form:?}");
        assert!(answer.text().contains(said), "{form:?}: {}", answer.text());
        assert_eq!(answer.text().contains(&code), form[0].1 == code);
        assert!(is_hushed(&answer) && eve.session().is_none());
    }
    assert_eq!(admins(&app).await, 0);

    account(&app, ADA).await;
    let taken = eve.post("/setup", &form(&code, ADA, PASSWORD)).await;
    assert_eq!(taken.status, 422);
    assert!(taken.text().contains("headroom user grant"), "{taken:?}");
    let typed = code.to_lowercase().replace('-', " ");
    let right = form(&typed, "eve@example.org", PASSWORD);
    let made = eve.post("/setup", &right).await;
    assert_eq!(made.status, 303, "still open, and spelled otherwise");
}

#[tokio::test]
async fn tries_are_counted() {
    let app = TestApp::start("").await;
    let code = code(&app).await;
    let mut eve = app.browser();
    let mut refused = 0;
    for _ in 0..25 {
        let answer = eve.post("/setup", &form("AAAA", ADA, PASSWORD)).await;
        refused += usize::from(answer.status == 429);
    }
    assert_eq!(refused, 5, "20 at once");
    let late = eve.post("/setup", &form(&code, ADA, PASSWORD)).await;
    assert_eq!(late.status, 429, "whatever the code is");
    assert_eq!(admins(&app).await, 0);
}

#[tokio::test]
async fn of_many_at_once_one_becomes_administrator() {
    let app = TestApp::start(UNCAPPED).await;
    let code = code(&app).await;
    let tries = (0..8).map(|i| {
        let (mut browser, code) = (app.browser(), code.clone());
        async move {
            let email = format!("one{i}@example.org");
            let answer = browser.post("/setup", &form(&code, &email, PASSWORD)).await;
            answer.status
        }
    });
    let mut answers = join_all(tries).await;
    answers.sort_unstable();
    assert_eq!(answers, [303, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(admins(&app).await, 1);
}

#[tokio::test]
async fn an_instance_that_had_an_administrator_stays_closed() {
    let app = TestApp::start(UNCAPPED).await;
    let id = account(&app, ADA).await;
    for (is_admin, is_open) in [(false, true), (true, false), (false, true)] {
        let mut tx = app.state.db.write().await.unwrap();
        users::update_admin(&mut tx, id, is_admin).await.unwrap();
        tx.commit().await.unwrap();
        let status = app.get("/setup").await.status;
        assert_eq!(status == 200, is_open, "{is_admin} {status}");
    }
    // What `headroom user grant` says besides.
    let mut tx = app.state.db.write().await.unwrap();
    assert!(setup::close(&mut tx, 1).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(app.get("/setup").await.status, 404);
    assert!(first::invitation(&app.state).await.unwrap().is_none());
}
