use super::*;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::random::Random;

/// 2026-11-30 09:00 UTC, a Monday.
const NOW: i64 = 1_796_029_200_000;

fn course(names: &[&str]) -> Vec<Lesson> {
    let lesson = |name: &&str| Lesson {
        path: format!("/lessons/a/{name}"),
        title: (*name).to_owned(),
        ..Lesson::default()
    };
    names.iter().map(lesson).collect()
}

fn had(names: &[&str]) -> HashSet<String> {
    names
        .iter()
        .map(|name| format!("/lessons/a/{name}"))
        .collect()
}

fn reader(unanswered: i64) -> Reader {
    Reader {
        subscriber: Ids::new(Clock::manual(NOW), Random::seeded(1)).next(),
        state: State::Reading,
        unanswered,
        lesson: None,
        due_at: NOW,
    }
}

fn ended(names: &[&str], before: &[&str], unanswered: i64) -> Option<(usize, Ending, State, i64)> {
    let turn = turn(&course(names), &had(before), &reader(unanswered), NOW)?;
    let reader = turn.reader;
    Some((turn.place, turn.ending, reader.state, reader.unanswered))
}

#[test]
fn lessons_come_in_order_and_the_third_without_a_word_says_that_it_pauses() {
    let all = ["one", "two", "three", "four", "five"];
    let goes_on = (Ending::GoesOn, State::Reading);
    let expected = [
        (0, goes_on.0, goes_on.1, 1),
        (1, goes_on.0, goes_on.1, 2),
        (2, Ending::Pauses, State::Silent, 3),
    ];
    for (sent, expected) in expected.into_iter().enumerate() {
        let unanswered = i64::try_from(sent).unwrap();
        assert_eq!(ended(&all, &all[..sent], unanswered), Some(expected));
    }
    // A word in between begins the count again.
    assert_eq!(
        ended(&all, &all[..2], 0),
        Some((2, goes_on.0, goes_on.1, 1))
    );
}

#[test]
fn the_last_lesson_says_so_and_does_not_pause() {
    let finished = Some((1, Ending::Ends, State::Finished, 3));
    assert_eq!(ended(&["one", "two"], &["one"], 2), finished);
    assert_eq!(ended(&["one"], &["one"], 0), None);
    assert_eq!(ended(&[], &[], 0), None);
}

#[test]
fn lessons_that_go_come_or_move_are_neither_sent_twice_nor_missed() {
    // "two" was next and is gone; "zero" has appeared before everything.
    assert_eq!(ended(&["one", "three"], &["one"], 0).unwrap().0, 1);
    assert_eq!(ended(&["zero", "one", "two"], &["one"], 0).unwrap().0, 0);
    assert_eq!(ended(&["two", "one"], &["one", "gone"], 0).unwrap().0, 0);
}

#[test]
fn a_week_lies_between_two_lessons_but_for_the_first() {
    let first = turn(&course(&["one", "two"]), &had(&[]), &reader(0), NOW).unwrap();
    // The first came on a Monday: the second comes on the Tuesday after the next.
    assert_eq!(
        calendar::moment(first.reader.due_at),
        "2026-12-08T07:00:00Z"
    );
    assert_eq!(first.reader.lesson.as_deref(), Some("/lessons/a/one"));
    let second = calendar::next_lesson(first.reader.due_at + 50_000);
    assert_eq!(calendar::moment(second), "2026-12-15T07:00:00Z");
}
