//! What strangers can find out, and how often they may try.

use std::time::Instant;

use futures_util::{StreamExt as _, stream};

use super::{ADA, PASSWORD, UNCAPPED, account, mails};
use crate::client::{Answer, request};
use crate::test_app::TestApp;

const NOBODY: &str = "eve@example.org";

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_alike() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let wrong = [("password", "wrong"), ("next", "")];
    for (path, more) in [
        ("/sign-in", &wrong[..]),
        ("/sign-in/link", &[]),
        ("/sign-up", &[]),
        ("/reset", &[]),
    ] {
        let mut answers = Vec::new();
        for email in [ADA, NOBODY] {
            let mut form = vec![("email", email)];
            form.extend_from_slice(more);
            let answer = app.browser().post(path, &form).await;
            answers.push(without_chance(&answer, email));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
    // What differs goes by mail: three letters to each.
    let letters = mails(&app, 6).await;
    let to = |who: &str, what: &str| {
        let said = |mail: &&String| mail.contains(&format!("To: {who}")) && mail.contains(what);
        letters.iter().filter(said).count()
    };
    assert_eq!(
        (
            to(ADA, "have an account already"),
            to(NOBODY, "No account for")
        ),
        (1, 2)
    );
    assert_eq!(
        (to(ADA, "/link?token="), to(NOBODY, "/link?token=")),
        (2, 1)
    );
}

/// An answer as a stranger compares it.
fn without_chance(answer: &Answer, email: &str) -> (u16, Vec<String>, String) {
    let names = answer
        .headers
        .iter()
        .filter(|(name, _)| name != "content-length");
    let names = names.map(|(name, _)| name.clone()).collect();
    (answer.status, names, answer.text().replace(email, "EMAIL"))
}

/// Within 5 ms, or a quarter where the machine is slower than that: a missing hash would take all
/// of the time away, tens of milliseconds. Other tests run beside this one, so each known address
/// is compared with an unknown one of the same moment, and who goes first changes.
#[tokio::test]
async fn known_and_unknown_addresses_take_as_long() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let (mut known, mut later) = (Vec::new(), Vec::new());
    for round in 0..61 {
        let mut took = [0.0; 2];
        for turn in 0..2 {
            let who = (round + turn) % 2;
            let form = [("email", [ADA, NOBODY][who]), ("password", "wrong")];
            let mut browser = app.browser();
            let began = Instant::now();
            assert_eq!(browser.post("/sign-in", &form).await.status, 422);
            took[who] = began.elapsed().as_secs_f64() * 1_000.0;
        }
        known.push(took[0]);
        later.push(took[1] - took[0]);
    }
    let (known, later) = (median(known), median(later));
    assert!(known > 5.0, "no hash was compared: {known} ms");
    assert!(
        later.abs() <= f64::max(5.0, known / 4.0),
        "{known} ms, and {later} ms more for an address without an account"
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
#[tokio::test]
async fn of_ten_thousand_guesses_ten_are_compared() {
    let app = TestApp::start("[server]\ntrusted_proxies = ['127.0.0.1']").await;
    account(&app, ADA).await;
    let guesses = stream::iter(0..10_000_u32).map(|guess| {
        let address = app.address;
        async move {
            // From a network of a thousand addresses.
            let from = format!("10.0.{}.{}", guess % 4, guess % 250);
            let kind = "application/x-www-form-urlencoded";
            let headers = [("x-forwarded-for", from.as_str()), ("content-type", kind)];
            let body = format!("email=ada%40example.org&password=guess{guess}");
            request(address, "POST", "/sign-in", &headers, body.as_bytes()).await
        }
    });
    let answers: Vec<Answer> = guesses.buffer_unordered(64).collect().await;
    let count = |wanted| {
        answers
            .iter()
            .filter(|answer| answer.status == wanted)
            .count()
    };
    assert_eq!((count(422), count(429)), (10, 9_990));
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert!(refused.header("retry-after").is_some());
    // The owner is not locked out: a mailed link still opens the account.
    let owner = app.browser().post("/sign-in/link", &[("email", ADA)]).await;
    assert_eq!(owner.status, 200);
    app.clock.advance_ms(3_600_000);
    let form = [("email", ADA), ("password", PASSWORD)];
    assert_eq!(app.browser().post("/sign-in", &form).await.status, 303);
}

#[tokio::test]
async fn nobody_can_flood_a_mailbox() {
    let app = TestApp::start("").await;
    let mut statuses = Vec::new();
    for path in ["/sign-up", "/reset", "/sign-in/link", "/sign-up", "/reset"] {
        statuses.push(app.browser().post(path, &[("email", NOBODY)]).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
}

#[tokio::test]
async fn bad_forms_are_refused_in_words() {
    let app = TestApp::start("").await;
    let mut browser = app.browser();
    let answer = browser
        .post("/sign-up", &[("email", "ada at example")])
        .await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains("no e-mail address"),
        "{}",
        answer.text()
    );
    assert_eq!(
        browser.post("/sign-in", &[("email", ADA)]).await.status,
        400
    );
    let long = "x".repeat(17_000);
    assert_eq!(
        browser.post("/sign-up", &[("email", &long)]).await.status,
        413
    );
    let json = [("content-type", "application/json")];
    assert_eq!(
        browser.send("POST", "/sign-in", &json, b"{}").await.status,
        415
    );
    let elsewhere = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "cross-site"),
    ];
    let body = b"email=ada%40example.org&password=x";
    assert_eq!(
        browser
            .send("POST", "/sign-in", &elsewhere, body)
            .await
            .status,
        403
    );
}
