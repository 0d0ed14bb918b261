//! What has appeared, once a week or once a month, for those who want that.

use headroom::newsletter::wishes::Topic;
use headroom::store::issues::{self, Announcement, State};
use headroom::store::subscribers;

use super::press::Press;

const DAY_MS: i64 = 24 * 3_600_000;

#[tokio::test]
async fn what_was_there_at_first_is_not_news_and_what_comes_is_told_once() {
    let press = Press::start("").await;
    let state = &press.app.state;
    press.subscribe(&["ada", "bob", "eve"]).await;
    let mut tx = state.db.write().await.unwrap();
    for (name, topics, frequency) in [
        ("ada", "labs", "weekly"),
        ("bob", "lessons articles", "weekly"),
        ("eve", "labs lessons", "monthly"),
    ] {
        let email = format!("{name}@{name}.example");
        let found = subscribers::by_email(&mut tx, &email)
            .await
            .unwrap()
            .unwrap();
        subscribers::update_wishes(&mut tx, found.id, (topics, frequency))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    // The clock has run at least once by now; the site has labs, and nobody is told of them.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let mut tx = state.db.write().await.unwrap();
    assert!(issues::list(&mut tx, 10).await.unwrap().is_empty());
    for (topic, path) in [
        (Topic::Labs, "/labs/new"),
        (Topic::Lessons, "/lessons/a/new"),
    ] {
        let new = Announcement {
            path: path.into(),
            topic: topic.as_str().into(),
            audience: "everyone".into(),
            title: format!("New in {}", topic.as_str()),
            markdown: format!("## New in {}\n\nRead.\n\n[Open it]({path})", topic.as_str()),
            at: state.parts.clock.now_ms(),
        };
        assert!(issues::insert_announcement(&mut tx, &new).await.unwrap());
    }
    tx.commit().await.unwrap();
    // From Friday to Monday.
    press.app.clock.advance_ms(4 * DAY_MS);
    press.until(1, State::Sent, 0).await;
    let weekly = press.server.taken();
    let to: Vec<&str> = weekly.iter().map(|taken| taken.to.as_str()).collect();
    assert_eq!(weekly.len(), 2, "{to:?}");
    for taken in &weekly {
        let has = |topic: &str| taken.text.contains(&format!("New in {topic}\r\n-"));
        assert_eq!(
            (has("labs"), has("lessons")),
            match taken.to.as_str() {
                "ada@ada.example" => (true, false),
                _ => (false, true),
            }
        );
        assert!(taken.text.contains("This week: 2 new things"));
    }
    // Nothing more has appeared: the next Monday brings nothing, the first of February the month.
    press.app.clock.advance_ms(7 * DAY_MS);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(press.server.taken().len(), 2);
    press.app.clock.advance_ms(7 * DAY_MS);
    press.until(2, State::Sent, 0).await;
    let monthly = press.server.taken().pop().unwrap();
    assert_eq!(monthly.to, "eve@eve.example");
    assert!(monthly.text.contains("This month: 2 new things"));
}
