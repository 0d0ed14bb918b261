//! The course by mail, week after week: how it comes, pauses, goes on and ends.

use headroom::backend::Pages;
use headroom::newsletter::calendar;
use headroom::newsletter::course::Lesson;
use headroom::state::Site as _;
use headroom::store::course_readers::{self, State};
use headroom::store::subscribers;

use super::press::Press;
use super::scripted::{Fault, Verb};
use crate::accounts::UNCAPPED;
use crate::client::Answer;

fn lessons(names: &[&str]) -> Vec<Lesson> {
    let lesson = |name: &&str| Lesson {
        path: format!("/lessons/a/{name}"),
        title: format!("About {name}"),
        promise: format!("You will know {name}."),
        minutes: 12,
        outcomes: vec![format!("Use {name}")],
        opening: format!("## The claim of {name}\n\nIt holds."),
    };
    names.iter().map(lesson).collect()
}

async fn course(names: &[&str]) -> Press {
    let press = Press::start(UNCAPPED).await;
    press.publish(names);
    press
}

impl Press {
    fn publish(&self, names: &[&str]) {
        *self.app.site.lessons.lock().unwrap() = lessons(names);
    }

    /// Ticks the course on the page of preferences, as somebody who subscribes.
    async fn join(&self, name: &str) {
        self.subscribe(&[name]).await;
        let key = format!("key-of-{name}");
        let form = [
            ("key", key.as_str()),
            ("topic", "course"),
            ("frequency", "each"),
        ];
        let done = self.post("/newsletter/preferences", &form).await;
        assert_eq!(done.status, 303);
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.app.browser().post(path, form).await
    }

    async fn press(&self, name: &str, what: &str) -> String {
        let key = format!("key-of-{name}");
        let form = [("key", key.as_str()), ("do", what)];
        let done = self.post("/newsletter/course", &form).await;
        done.header("location").unwrap().to_owned()
    }

    async fn look(&self, name: &str) -> String {
        let page = format!("/newsletter/course?key=key-of-{name}");
        self.app.get(&page).await.text()
    }

    /// To the next Tuesday, and half a minute: the clock's job has looked by then.
    fn week(&self) {
        let now_ms = self.app.clock.now_ms();
        let next = calendar::next_lesson(now_ms);
        self.app.clock.advance_ms(next - now_ms + 30_000);
    }

    /// Waits until somebody has so many messages, and looks that no more come.
    async fn got(&self, name: &str, count: usize) -> Vec<String> {
        for _ in 0..200 {
            if self.to(name).len() >= count {
                break;
            }
            self.app.clock.advance_ms(3_000);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
        let taken = self.to(name).into_iter();
        let subjects = taken.filter_map(|taken| {
            let line = taken
                .text
                .lines()
                .find(|line| line.starts_with("Subject: "))?;
            Some(line.trim_start_matches("Subject: ").to_owned())
        });
        let subjects: Vec<String> = subjects.collect();
        assert_eq!(subjects.len(), count, "{subjects:?}");
        subjects
    }

    async fn state(&self, name: &str) -> Option<State> {
        let mut tx = self.app.state.db.read().await.unwrap();
        let email = format!("{name}@{name}.example");
        let found = subscribers::by_email(&mut tx, &email).await.unwrap();
        let id = found.unwrap().id;
        let reader = course_readers::by_subscriber(&mut tx, id).await.unwrap();
        reader.map(|reader| reader.state)
    }
}

#[test]
fn every_lesson_of_the_course_can_be_mailed() {
    let pages = Pages::load(None, "https://course.example".into()).unwrap();
    let lessons = pages.lessons();
    assert!(!lessons.is_empty());
    for lesson in lessons {
        let (path, opening) = (&lesson.path, &lesson.opening);
        assert!(opening.starts_with("## "), "{path}: {opening}");
        assert!(opening.split_whitespace().count() > 30, "{path}: {opening}");
        for odd in ["{{", "{#", "```quiz", "](lesson:", "](lab:", "[^", "$"] {
            assert!(!opening.contains(odd), "{path} has {odd}: {opening}");
        }
    }
}

#[tokio::test]
async fn a_lesson_comes_each_week_pauses_without_a_word_and_goes_on_from_there() {
    let press = course(&["one", "two", "three", "four", "five"]).await;
    press.join("ada").await;
    assert_eq!(press.got("ada", 1).await, ["Lesson 1: About one"]);
    let first = press.to("ada").remove(0).text.replace("=\r\n", "");
    for part in [
        "Lesson 1 of 5",
        "You will know one.",
        "The claim of one",
        "Use one",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert!(first.contains("https://course.example/newsletter/course?key"));
    assert!(first.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    // Whoever looks at the link changes nothing.
    assert!(press.look("ada").await.contains("number: 2"));
    press.week();
    press.got("ada", 2).await;
    press.look("ada").await;
    press.week();
    press.got("ada", 3).await;
    let third = press.to("ada").pop().unwrap().text.replace("=\r\n", "");
    assert!(third.contains("course pauses here"), "{third}");
    assert_eq!(press.state("ada").await, Some(State::Silent));
    press.week();
    press.got("ada", 3).await;
    assert!(press.look("ada").await.contains("Silent"));
    // Weeks later; the lesson that was next is gone by then.
    press.publish(&["one", "two", "three", "five"]);
    let to = press.press("ada", "next").await;
    assert!(to.ends_with("key=key-of-ada&done=next"), "{to}");
    assert_eq!(press.got("ada", 4).await[3], "Lesson 4: About five");
    let last = press.to("ada").pop().unwrap().text.replace("=\r\n", "");
    assert!(last.contains("That was the last lesson"), "{last}");
    assert_eq!(press.state("ada").await, Some(State::Finished));
    press.press("ada", "next").await;
    press.week();
    press.got("ada", 4).await;
    assert!(press.look("ada").await.contains("Finished"));
}

#[tokio::test]
async fn a_pause_keeps_the_place_and_whoever_unsubscribes_hears_no_more() {
    let press = course(&["one", "two", "three", "four"]).await;
    for name in ["ada", "bob"] {
        press.join(name).await;
    }
    press.got("ada", 1).await;
    press.got("bob", 1).await;
    press.press("ada", "pause").await;
    assert!(press.look("ada").await.contains("Paused"));
    press.week();
    assert_eq!(press.got("bob", 2).await[1], "Lesson 2: About two");
    let one_click = [("List-Unsubscribe", "One-Click")];
    press
        .post("/newsletter/unsubscribe?key=key-of-bob", &one_click)
        .await;
    assert_eq!(press.state("bob").await, None);
    press.week();
    press.got("bob", 2).await;
    press.got("ada", 1).await;
    press.press("ada", "next").await;
    assert_eq!(press.got("ada", 2).await[1], "Lesson 2: About two");
    assert_eq!(press.state("ada").await, Some(State::Reading));
    // Of those who get no course there is nothing to say.
    let to = press.press("bob", "next").await;
    assert!(to.ends_with("&done="), "{to}");
    assert!(press.look("nobody").await.contains("Dead"));
}

#[tokio::test]
async fn a_restart_and_a_line_that_breaks_lose_no_lesson_and_repeat_only_what_is_in_doubt() {
    let mut press = course(&["one", "two", "three"]).await;
    press
        .server
        .fails(Verb::Text, "ada", Fault::TakesAndResets, 1);
    for name in ["ada", "bob"] {
        press.join(name).await;
    }
    press.got("bob", 1).await;
    // The server stops while Ada's copy, which may have arrived, waits for its second try.
    press.app = press.app.restart().await;
    press.app.clock.advance_ms(3 * 3_600_000);
    press.got("ada", 2).await;
    let ids: Vec<String> = press
        .to("ada")
        .iter()
        .filter_map(|taken| {
            let mut lines = taken.text.lines();
            lines
                .find(|line| line.starts_with("Message-ID"))
                .map(str::to_owned)
        })
        .collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    press.got("bob", 1).await;
    press.week();
    press.got("ada", 3).await;
    assert_eq!(press.got("bob", 2).await[1], "Lesson 2: About two");
}
