//! Real conversations with a mail server that misbehaves in every way there is. Each reader's
//! message ends as it should, and nobody else's is touched.

use std::time::Duration;

use headroom::newsletter::office;
use headroom::store::issues::State;
use headroom::store::mailings::Line;

use super::press::Press;
use super::scripted::{Fault, Taken, Verb};

const DAY_MS: i64 = 24 * 3_600_000;

/// Sends to ada and eve while one fault meets ada once; answers her line.
async fn with(verb: Verb, whose: &'static str, fault: Fault) -> (Press, Line) {
    let press = Press::start("").await;
    press.server.fails(verb, whose, fault, 1);
    press.subscribe(&["ada", "eve"]).await;
    let issue = press.send("News").await;
    press.until(issue, State::Sent, 600_000).await;
    let eve = press.line(issue, "eve").await;
    assert_eq!(
        (eve.state.as_str(), press.to("eve").len()),
        ("sent", 1),
        "{verb:?} {fault:?}"
    );
    let ada = press.line(issue, "ada").await;
    (press, ada)
}

fn message_id(taken: &Taken) -> &str {
    let mut lines = taken.text.lines();
    lines.find(|line| line.starts_with("Message-ID:")).unwrap()
}

#[tokio::test]
async fn everybody_gets_one_copy_of_their_own() {
    let press = Press::start("bounces = \"bounces@course.example\"").await;
    press.subscribe(&["ada", "bob", "eve"]).await;
    let issue = press.send("A lab on queues, für alle").await;
    press.until(issue, State::Sent, 0).await;
    let lines = press.lines(issue).await;
    assert!(
        lines
            .iter()
            .all(|line| line.state == "sent" && line.uncertain == 0)
    );
    assert!(
        lines
            .iter()
            .all(|line| line.reply.as_deref() == Some("2.0.0 Ok: queued as 1"))
    );
    let taken = press.server.taken();
    assert_eq!(taken.len(), 3, "{taken:#?} {lines:?}");
    for name in ["ada", "bob", "eve"] {
        let [one] = press.to(name).try_into().unwrap();
        assert!(
            one.from.starts_with(&format!("bounces+{issue}-")),
            "{}",
            one.from
        );
        let key = format!("https://course.example/newsletter/unsubscribe?key=key-of-{name}");
        assert!(one.text.contains(&format!("List-Unsubscribe: <{key}>\r\n")));
        assert!(
            one.text
                .contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
        );
        assert!(
            one.text
                .contains("List-Id: <newsletter.course.example>\r\n")
        );
        assert!(!one.text.contains("\r\n.dot") && one.text.contains("..dot"));
        let others = taken
            .iter()
            .filter(|other| message_id(other) == message_id(&one));
        assert_eq!(others.count(), 1);
    }
}

#[tokio::test]
async fn what_the_server_puts_off_is_tried_again() {
    let later = "451 4.3.0 Try again later";
    let greylisted = "450 4.2.0 Greylisted";
    let closing = Fault::SaysAndCloses("421 4.4.2 Closing");
    for (verb, fault) in [
        (Verb::Rcpt, Fault::Says(greylisted)),
        (Verb::Data, Fault::Says(later)),
        (Verb::Text, Fault::Says(later)),
        (Verb::Rcpt, closing),
        (Verb::Data, closing),
        (Verb::Text, closing),
        (Verb::Rcpt, Fault::Resets),
        (Verb::Rcpt, Fault::Hangs),
        (Verb::Data, Fault::Hangs),
    ] {
        let (press, ada) = with(verb, "ada", fault).await;
        assert_eq!(
            (ada.state.as_str(), ada.attempts),
            ("sent", 2),
            "{verb:?} {fault:?}"
        );
        assert_eq!(
            (ada.uncertain, press.to("ada").len()),
            (0, 1),
            "{verb:?} {fault:?}"
        );
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_not_tried_again() {
    for verb in [Verb::Rcpt, Verb::Data, Verb::Text] {
        let fault = Fault::Says("550 5.7.1 Refused by policy");
        let (press, ada) = with(verb, "ada", fault).await;
        assert_eq!(
            (ada.state.as_str(), ada.attempts),
            ("bounced", 1),
            "{verb:?}"
        );
        assert_eq!(
            ada.reply.as_deref(),
            Some("permanent error (550): 5.7.1 Refused by policy")
        );
        assert!(press.to("ada").is_empty());
    }
}

#[tokio::test]
async fn a_conversation_that_does_not_begin_is_nobodys_failure() {
    for (verb, fault) in [
        (Verb::Banner, Fault::Hangs),
        (Verb::Banner, Fault::SaysAndCloses("421 4.3.2 Too busy")),
        (Verb::Banner, Fault::Says("554 5.3.2 No mail here today")),
        (Verb::Ehlo, Fault::Resets),
        (Verb::Mail, Fault::Resets),
        (Verb::Mail, Fault::SaysAndCloses("421 4.3.2 Too busy")),
    ] {
        let (press, ada) = with(verb, "", fault).await;
        assert_eq!(
            (ada.state.as_str(), ada.attempts),
            ("sent", 1),
            "{verb:?} {fault:?}"
        );
        assert_eq!(
            (ada.uncertain, press.to("ada").len()),
            (0, 1),
            "{verb:?} {fault:?}"
        );
    }
}

#[tokio::test]
async fn what_nobody_knows_the_end_of_is_sent_once_more_under_the_same_id() {
    let (press, ada) = with(Verb::Text, "ada", Fault::TakesAndResets).await;
    assert_eq!((ada.state.as_str(), ada.uncertain), ("sent", 1));
    let [first, second] = press.to("ada").try_into().unwrap();
    assert_eq!(message_id(&first), message_id(&second));

    let press = Press::start("").await;
    press
        .server
        .fails(Verb::Text, "ada", Fault::TakesAndResets, 9);
    press.subscribe(&["ada", "eve"]).await;
    let issue = press.send("News").await;
    press.until(issue, State::Sent, 600_000).await;
    let ada = press.line(issue, "ada").await;
    assert_eq!((ada.state.as_str(), ada.uncertain), ("uncertain", 2));
    assert_eq!(press.to("ada").len(), 2);
}

#[tokio::test]
async fn a_server_that_hangs_after_the_text_holds_up_nobody_else() {
    let press = Press::start("connections = 4\nconnections_per_domain = 4").await;
    press.server.fails(Verb::Text, "ada", Fault::Hangs, 1);
    let names: Vec<String> = (0..40).map(|n| format!("p{n}")).collect();
    let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
    all.push("ada");
    press.subscribe(&all).await;
    let issue = press.send("News").await;
    press.until(issue, State::Sent, 600_000).await;
    let ada = press.line(issue, "ada").await;
    assert_eq!(
        (ada.state.as_str(), ada.uncertain, ada.attempts),
        ("sent", 1, 2)
    );
    let others = press
        .server
        .taken()
        .into_iter()
        .filter(|taken| taken.to.starts_with('p'));
    assert_eq!(others.count(), 40);
}

#[tokio::test]
async fn who_is_put_off_for_a_day_bounces_and_a_mailbox_that_is_not_there_gets_no_more() {
    let press = Press::start("").await;
    press
        .server
        .fails(Verb::Rcpt, "ada", Fault::Says("451 4.2.1 Busy"), 1_000);
    press.server.fails(
        Verb::Rcpt,
        "eve",
        Fault::Says("550 5.1.1 No such user"),
        1_000,
    );
    press.subscribe(&["ada", "bob", "eve"]).await;
    let first = press.send("One").await;
    press.until(first, State::Sent, 3_600_000).await;
    let ada = press.line(first, "ada").await;
    assert_eq!(ada.state, "bounced");
    assert!(ada.reply.unwrap().starts_with("put off for a day"));
    assert!(ada.attempts >= 3, "{}", ada.attempts);
    assert_eq!(press.line(first, "eve").await.state, "bounced");
    press.app.clock.advance_ms(DAY_MS);
    let second = press.send("Two").await;
    press.until(second, State::Sent, 3_600_000).await;
    let names: Vec<_> = press
        .lines(second)
        .await
        .into_iter()
        .filter_map(|l| l.email)
        .collect();
    assert_eq!(names, ["ada@ada.example", "bob@bob.example"]);
}

#[tokio::test]
async fn mail_is_not_sent_in_the_clear_where_tls_is_asked_for() {
    let press = Press::start("").await;
    let config = &press.app.state.config;
    let mut config = config.clone();
    config.mail.smtp_tls = headroom::config::MailTls::Starttls;
    let mailer = headroom::mail::Mailer::new(&config, press.app.clock.clone()).unwrap();
    let letter = headroom::mail::newsletter::letter(
        "id",
        headroom::mail::newsletter::Telling::Already("https://course.example"),
        "https://course.example",
    );
    let refused = mailer.send(letter, "ada@ada.example").await.unwrap_err();
    assert!(refused.to_string().contains("STARTTLS"), "{refused}");
    assert!(press.server.taken().is_empty());
}

#[tokio::test]
async fn a_paused_issue_waits_and_a_cancelled_one_ends() {
    let press = Press::start("connections = 1\nper_second = 20").await;
    let names: Vec<String> = (0..30).map(|n| format!("p{n}")).collect();
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    press.subscribe(&all).await;
    let issue = press.send("News").await;
    let state = &press.app.state;
    while press.server.taken().len() < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut tx = state.db.write().await.unwrap();
    office::pause(&mut tx, issue).await.unwrap();
    tx.commit().await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let at_rest = press.server.taken().len();
    assert!(at_rest < 30);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(press.server.taken().len(), at_rest);
    let lines = press.lines(issue).await;
    assert!(lines.iter().all(|line| line.state != "in_flight"));
    let mut tx = state.db.write().await.unwrap();
    let now_ms = state.parts.clock.now_ms();
    office::resume(&mut tx, &state.ids, issue, now_ms)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    press.until(issue, State::Sent, 0).await;
    assert_eq!(press.server.taken().len(), 30);
    let mut tx = state.db.write().await.unwrap();
    let again = office::send(&mut tx, &state.ids, issue, now_ms)
        .await
        .unwrap_err();
    assert!(
        again.to_string().contains("cannot be sent again"),
        "{again}"
    );
}

#[tokio::test]
async fn who_leaves_before_their_turn_gets_nothing() {
    let press = Press::start("").await;
    press
        .server
        .fails(Verb::Rcpt, "ada", Fault::Says("451 4.2.1 Busy"), 1);
    press.subscribe(&["ada"]).await;
    let issue = press.send("News").await;
    while press
        .lines(issue)
        .await
        .iter()
        .all(|line| line.state != "deferred")
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let left = press
        .app
        .send("POST", "/newsletter/unsubscribe?key=key-of-ada", &[])
        .await;
    assert_ne!(left.status, 500);
    let form = [("key", "key-of-ada")];
    press
        .app
        .browser()
        .post("/newsletter/unsubscribe", &form)
        .await;
    press.until(issue, State::Sent, 600_000).await;
    assert_eq!(press.line(issue, "ada").await.state, "dropped");
    assert!(press.server.taken().is_empty());
}
