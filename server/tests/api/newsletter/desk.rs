//! What administrators do, what the archive shows, and what mail that comes back does.

use headroom::store::issues::State;
use headroom::store::subscribers::{self, Status};
use headroom::store::{mailings, users};

use super::press::Press;
use crate::accounts::{ADA, account, signed_in};
use crate::browser::Browser;
use crate::client::request;

async fn administrator(press: &Press) -> Browser {
    let app = &press.app;
    let id = account(app, ADA).await;
    let mut tx = app.state.db.write().await.unwrap();
    users::update_admin(&mut tx, id, true).await.unwrap();
    tx.commit().await.unwrap();
    signed_in(app, ADA).await
}

const ISSUE: [(&str, &str); 5] = [
    ("subject", "What <three> labs showed"),
    ("summary", "Three numbers."),
    ("slug", ""),
    ("topic", "labs"),
    (
        "markdown",
        "See [labs](/labs).\r\n\r\n<script>alert(1)</script>",
    ),
];

#[tokio::test]
async fn an_issue_is_written_looked_at_sent_and_read() {
    let press = Press::start("").await;
    press.subscribe(&["bob", "eve"]).await;
    let mut ada = administrator(&press).await;
    let made = ada.post("/admin/newsletter", &ISSUE).await;
    let place = made.header("location").unwrap().to_owned();
    let page = ada.get(&place).await;
    assert!(page.text().contains("audience: 2"), "{}", page.text());
    let slug = "/newsletter/issues/what-three-labs-showed";
    assert_eq!(press.app.get(slug).await.status, 404);

    let mail = ada.get(&format!("{place}/mail")).await;
    assert!(
        mail.header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
    assert!(mail.text().contains("What &lt;three&gt; labs showed"));
    assert!(!mail.text().contains("<script"));
    let text = ada.get(&format!("{place}/mail?form=text")).await;
    assert!(
        text.text()
            .contains("See labs <https://course.example/labs>.")
    );

    let tried = ada
        .post(&place, &[("do", "test"), ("to", "joe@joe.example")])
        .await;
    assert!(
        tried.text().contains("on its way to joe@joe.example"),
        "{}",
        tried.text()
    );
    let odd = ada.post(&place, &[("do", "pause")]).await;
    assert!(odd.text().contains("only what is being sent can be paused"));
    assert_eq!(press.server.taken().len(), 1);

    assert_eq!(ada.post(&place, &[("do", "send")]).await.status, 303);
    press.until(1, State::Sent, 0).await;
    assert_eq!(press.server.taken().len(), 3);
    let read = press.app.get(slug).await;
    assert_eq!(read.status, 200);
    assert!(
        press
            .app
            .get("/newsletter/issues")
            .await
            .text()
            .contains("what-three-labs")
    );
    let feed = press.app.get("/newsletter/feed.xml").await;
    assert!(
        feed.text()
            .contains("<title>What &lt;three&gt; labs showed</title>")
    );
    assert!(feed.text().contains("&amp;lt;script&amp;gt;"));
    let events = ada.get(&format!("{place}/events")).await;
    assert!(
        events.text().contains("\"state\":\"sent\""),
        "{}",
        events.text()
    );
    let who = ada.get(&format!("{place}/recipients?state=sent")).await;
    assert!(who.text().contains("bob@bob.example"));
    let again = ada
        .post(
            &place,
            &[("do", "save"), ("subject", "x"), ("markdown", "y")],
        )
        .await;
    assert!(again.text().contains("can no longer be changed"));
}

#[tokio::test]
async fn an_issue_with_a_broken_link_is_not_sent() {
    let press = Press::start("").await;
    press.subscribe(&["bob"]).await;
    let mut ada = administrator(&press).await;
    let mut issue = ISSUE;
    issue[4].1 = "See [this](/nowhere).";
    let made = ada.post("/admin/newsletter", &issue).await;
    let place = made.header("location").unwrap().to_owned();
    assert!(
        ada.get(&place)
            .await
            .text()
            .contains("there is no such page here")
    );
    let refused = ada.post(&place, &[("do", "send")]).await;
    assert!(refused.text().contains("must be mended"));
    let twice = ada.post("/admin/newsletter", &issue).await;
    assert!(twice.text().contains("give this one another slug"));
}

#[tokio::test]
async fn an_issue_leaves_at_its_time_and_not_hours_after() {
    let press = Press::start("").await;
    press.subscribe(&["bob"]).await;
    let mut ada = administrator(&press).await;
    // The clock stands at 2027-01-15T08:00:00Z.
    for (slug, at) in [("soon", "2027-01-15T09:00"), ("late", "2027-01-15T08:30")] {
        let mut issue = ISSUE;
        issue[2].1 = slug;
        let made = ada.post("/admin/newsletter", &issue).await;
        let place = made.header("location").unwrap().to_owned();
        let late = if slug == "late" { "0" } else { "4" };
        let plan = [("do", "schedule"), ("at", at), ("late", late)];
        assert_eq!(ada.post(&place, &plan).await.status, 303);
    }
    press.app.clock.advance_ms(59 * 60_000);
    press.until(2, State::Missed, 0).await;
    assert!(press.server.taken().is_empty());
    press.app.clock.advance_ms(2 * 60_000);
    press.until(1, State::Sent, 0).await;
    assert_eq!(press.server.taken().len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_set_sends_nothing_early_or_twice_and_stops_nothing() {
    const HOUR_MS: i64 = 3_600_000;
    let press = Press::start("").await;
    press.subscribe(&["bob"]).await;
    let mut ada = administrator(&press).await;
    let clock = press.app.clock.clone();
    // The clock stands at 2027-01-15T08:00:00Z.
    plan(&mut ada, "right", "2027-01-15T09:00").await;
    clock.set_ms(-24 * HOUR_MS);
    // What is planned on the day that comes again leaves on it: the newsletter's clock goes.
    plan(&mut ada, "again", "2027-01-14T09:00").await;
    clock.advance_ms(HOUR_MS + 60_000);
    press.until(2, State::Sent, 0).await;
    press.until(1, State::Scheduled, 0).await;
    clock.set_ms(24 * HOUR_MS);
    press.until(1, State::Sent, 0).await;
    let sent = press.server.taken().len();
    for set_ms in [-2 * HOUR_MS, 2 * HOUR_MS] {
        clock.set_ms(set_ms);
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(press.server.taken().len(), sent);
    }
    // What was missed by more than may be is not sent, whichever way it was missed.
    plan(&mut ada, "missed", "2027-01-15T10:00").await;
    clock.set_ms(24 * HOUR_MS);
    press.until(3, State::Missed, 0).await;
    assert_eq!(press.server.taken().len(), sent);
}

/// Makes an issue that is to leave at a time, four hours late at most.
async fn plan(ada: &mut Browser, slug: &'static str, at: &str) {
    let mut issue = ISSUE;
    issue[2].1 = slug;
    let made = ada.post("/admin/newsletter", &issue).await;
    let place = made.header("location").unwrap().to_owned();
    let plan = [("do", "schedule"), ("at", at), ("late", "4")];
    assert_eq!(ada.post(&place, &plan).await.status, 303);
}

#[tokio::test]
async fn a_subscriber_is_found_and_erased() {
    let press = Press::start("").await;
    press.subscribe(&["bob", "eve"]).await;
    let issue = press.send("News").await;
    press.until(issue, State::Sent, 0).await;
    let mut ada = administrator(&press).await;
    let list = ada.get("/admin/subscribers?q=EVE").await.text();
    assert!(list.contains("eve@eve.example") && !list.contains("bob@bob.example"));
    let mut tx = press.app.state.db.read().await.unwrap();
    let eve = subscribers::by_email(&mut tx, "eve@eve.example")
        .await
        .unwrap()
        .unwrap();
    drop(tx);
    let place = format!("/admin/subscribers/{}", eve.id);
    assert!(ada.get(&place).await.text().contains("2.0.0 Ok"));
    assert_eq!(ada.post(&place, &[("do", "forget")]).await.status, 303);
    assert_eq!(ada.get(&place).await.status, 404);
    let left: Vec<_> = press
        .lines(issue)
        .await
        .into_iter()
        .map(|line| line.email)
        .collect();
    assert_eq!(left, [Some("bob@bob.example".to_owned()), None]);
}

fn report(path: &str, body: &str, kind: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: {path}\r\nSubject: Undelivered\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; \
         boundary=\"b\"\r\n\r\n--b\r\nContent-Type: message/{kind}\r\n\r\n{body}\r\n--b--\r\n"
    )
    .into_bytes()
}

#[tokio::test]
async fn what_comes_back_is_held_against_its_reader_and_nobody_can_forge_it() {
    let press = Press::start("bounces = \"bounces@course.example\"").await;
    press.subscribe(&["bob", "eve"]).await;
    let issue = press.send("News").await;
    press.until(issue, State::Sent, 0).await;
    let path = |name: &str| {
        let taken = press.server.taken().into_iter();
        let mut of = taken.filter(|taken| taken.to.starts_with(name));
        of.next().unwrap().from
    };
    let send = async |raw: Vec<u8>| {
        let kind = [("content-type", "message/rfc822")];
        request(
            press.app.address,
            "POST",
            "/newsletter/bounces",
            &kind,
            &raw,
        )
        .await
        .text()
    };
    let gone = "Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\nStatus: 5.1.1\r\n";
    // Bob's name with Eve's tag, and a tag that nobody made.
    let tag = |path: &str| path.split(['-', '@']).nth(2).unwrap().to_owned();
    let forged = path("bob").replace(&tag(&path("bob")), &tag(&path("eve")));
    let told = send(report(&forged, gone, "delivery-status")).await;
    assert!(told.contains("no delivery"), "{told}");
    let told = send(report(&path("bob"), gone, "delivery-status")).await;
    assert!(told.contains("marked as bounced"), "{told}");
    let told = send(report(
        &path("eve"),
        "Feedback-Type: abuse\r\n",
        "feedback-report",
    ))
    .await;
    assert!(told.contains("complaint"), "{told}");
    let mut tx = press.app.state.db.read().await.unwrap();
    let bob = subscribers::by_email(&mut tx, "bob@bob.example")
        .await
        .unwrap()
        .unwrap();
    assert!(bob.suppressed.unwrap().starts_with("5.1.1"));
    let eve = subscribers::by_email(&mut tx, "eve@eve.example")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(eve.status, Status::Ended);
    let lines = mailings::list_of(&mut tx, bob.id, 10).await.unwrap();
    assert_eq!(lines[0].state, "bounced");
    drop(tx);
    let second = press.send("More news").await;
    press.until(second, State::Sent, 0).await;
    assert!(press.lines(second).await.is_empty());
}
