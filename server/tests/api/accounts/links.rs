//! Mailed links: what they open, how often and how long.

use headroom::store::{modules, users};

use super::{ADA, PASSWORD, UNCAPPED, account, mails, signed_in, token};
use crate::test_app::TestApp;

#[tokio::test]
async fn an_account_is_made_by_opening_the_link() {
    let app = TestApp::start("").await;
    let mut browser = app.browser();
    let answer = browser
        .post("/sign-up", &[("email", " Ada@Example.org")])
        .await;
    assert_eq!(answer.status, 200);
    let token = token(&app, 1).await;
    let mut tx = app.state.db.read().await.unwrap();
    assert_eq!(users::count(&mut tx).await.unwrap(), 0);
    drop(tx);

    let path = format!("/link?token={token}");
    for _ in 0..2 {
        // Mail programs look, too.
        let seen = browser.get(&path).await;
        assert_eq!(seen.status, 200);
        assert_eq!(seen.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(seen.header("cache-control"), Some("private, no-store"));
    }
    let weak = [("token", token.as_str()), ("password", "password1")];
    let answer = browser.post("/link", &weak).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains("guessed at once"),
        "{}",
        answer.text()
    );
    let strong = [("token", token.as_str()), ("password", PASSWORD)];
    let answer = browser.post("/link", &strong).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some("/me"))
    );
    let me = browser.get("/api/v1/me").await.json();
    assert_eq!(
        (me["email"].as_str(), me["verified"].as_bool()),
        (Some(ADA), Some(true))
    );

    let out = browser.post("/sign-out", &[]).await;
    assert_eq!((out.status, browser.cookies.len()), (303, 0));
    signed_in(&app, ADA).await;
}

#[tokio::test]
async fn without_a_password_one_signs_in_by_link() {
    let app = TestApp::start(UNCAPPED).await;
    let mut browser = app.browser();
    browser.post("/sign-up", &[("email", ADA)]).await;
    let first = token(&app, 1).await;
    let answer = browser
        .post("/link", &[("token", &first), ("password", "")])
        .await;
    assert_eq!(answer.status, 303);
    for guess in ["", "x", "$argon2id$"] {
        let form = [("email", ADA), ("password", guess)];
        assert_eq!(app.browser().post("/sign-in", &form).await.status, 422);
    }
    let mut phone = app.browser();
    phone.post("/sign-in/link", &[("email", ADA)]).await;
    let second = token(&app, 2).await;
    assert_eq!(phone.post("/link", &[("token", &second)]).await.status, 303);
    assert_eq!(phone.get("/account").await.status, 200);
}

#[tokio::test]
async fn of_fifty_who_open_a_link_at_once_one_gets_in() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    app.browser().post("/sign-in/link", &[("email", ADA)]).await;
    let token = token(&app, 1).await;
    let tries = (0..50).map(|_| {
        let (mut browser, token) = (app.browser(), token.clone());
        async move { browser.post("/link", &[("token", &token)]).await.status }
    });
    let statuses = futures_util::future::join_all(tries).await;
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(303), count(410)), (1, 49), "{statuses:?}");
}

#[tokio::test]
async fn a_link_dies_of_age_and_of_its_successor() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let mut browser = app.browser();
    browser.post("/reset", &[("email", ADA)]).await;
    let old = token(&app, 1).await;
    app.clock.advance_ms(10 * 60_000 - 1);
    assert_eq!(browser.get(&format!("/link?token={old}")).await.status, 200);
    app.clock.advance_ms(1);
    assert_eq!(browser.get(&format!("/link?token={old}")).await.status, 410);
    let form = [
        ("token", old.as_str()),
        ("password", "another good passphrase"),
    ];
    assert_eq!(browser.post("/link", &form).await.status, 410);

    // Once a password is chosen, links that were on their way are void.
    browser.post("/sign-in/link", &[("email", ADA)]).await;
    let stray = token(&app, 2).await;
    browser.post("/reset", &[("email", ADA)]).await;
    let reset = token(&app, 3).await;
    let form = [
        ("token", reset.as_str()),
        ("password", "another good passphrase"),
    ];
    assert_eq!(browser.post("/link", &form).await.status, 303);
    assert_eq!(
        app.browser()
            .post("/link", &[("token", &stray)])
            .await
            .status,
        410
    );
    let mails = mails(&app, 4).await;
    assert!(mails[3].contains("password was changed"), "{}", mails[3]);
}

#[tokio::test]
async fn the_database_holds_no_secret() {
    let app = TestApp::start("").await;
    account(&app, ADA).await;
    let mut browser = signed_in(&app, ADA).await;
    browser.post("/sign-in/link", &[("email", ADA)]).await;
    let token = token(&app, 1).await;
    let mut bytes = Vec::new();
    for name in ["headroom.db", "headroom.db-wal"] {
        let path = app.state.config.data.dir.join(name);
        bytes.extend(std::fs::read(path).unwrap_or_default());
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(
        holds(&modules::digest(token.as_bytes())),
        "the digest is there"
    );
    assert!(!holds(&token), "the secret of a link");
    assert!(!holds(PASSWORD), "a password");
    assert!(!holds(browser.session().unwrap()), "the id of a session");
}

#[tokio::test]
async fn a_mail_says_who_sent_it_and_that_no_person_did() {
    let app = TestApp::start("").await;
    app.browser().post("/sign-up", &[("email", ADA)]).await;
    let mail = mails(&app, 1).await.remove(0);
    for part in [
        "From: Headroom <headroom@localhost>",
        "To: ada@example.org",
        "Auto-Submitted: auto-generated",
        "Message-ID: <",
        "multipart/alternative",
        "text/plain; charset=utf-8",
        "text/html; charset=utf-8",
    ] {
        assert!(mail.contains(part), "{part}:\n{mail}");
    }
}
