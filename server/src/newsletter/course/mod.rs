//! The course by mail: a lesson a week, in the order of the course map, until it is finished or its
//! reader stops. Whether anybody reads is not measured; what is known is what readers say, by a
//! button that every lesson leads to. After [`UNANSWERED_MAX`] lessons without a word it pauses.
//!
//! Which lesson is next is read from the ledger: the first of the course that the reader was never
//! sent. So lessons may come, go and change places while people are in the middle of the course.

mod letter;
mod opening;
mod rounds;

use std::collections::HashSet;

use super::calendar;
use super::wishes::Topic;
use crate::ids::Id;
use crate::store::course_readers::{self, Reader, State};
use crate::store::{StoreError, Tx};

pub use opening::opening;
pub use rounds::send_due;

/// Lessons that are sent without a word from the reader; the last of them says that it pauses.
pub const UNANSWERED_MAX: i64 = 3;

/// A lesson as the course by mail needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lesson {
    /// Where it is, a path of this site.
    pub path: String,
    /// Its name.
    pub title: String,
    /// What the learner gains.
    pub promise: String,
    /// Time to read it, minutes.
    pub minutes: u32,
    /// What the learner can do afterwards.
    pub outcomes: Vec<String>,
    /// How it begins, markdown as mails show it.
    pub opening: String,
}

/// What a lesson's mail says at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The next one comes in a week.
    GoesOn,
    /// It pauses here until the reader says to go on.
    Pauses,
    /// That was the last one.
    Ends,
}

/// What somebody whose turn it is gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Which lesson of the course, from 0.
    pub place: usize,
    /// How its mail ends.
    pub ending: Ending,
    /// Where the reader stands then.
    pub reader: Reader,
}

/// Whether the course is among topics, names with spaces between them.
#[must_use]
pub fn is_wanted(topics: &str) -> bool {
    topics
        .split(' ')
        .any(|topic| topic == Topic::Course.as_str())
}

/// The place of the first lesson that is not among those that somebody has had.
#[must_use]
pub fn next(course: &[Lesson], had: &HashSet<String>) -> Option<usize> {
    course.iter().position(|lesson| !had.contains(&lesson.path))
}

/// What a reader whose turn it is gets; nothing where they have had everything.
#[must_use]
pub fn turn(
    course: &[Lesson],
    had: &HashSet<String>,
    reader: &Reader,
    now_ms: i64,
) -> Option<Turn> {
    let place = next(course, had)?;
    let path = &course.get(place)?.path;
    let unanswered = reader.unanswered + 1;
    let is_last = !course
        .iter()
        .any(|lesson| lesson.path != *path && !had.contains(&lesson.path));
    let (ending, state) = match (is_last, unanswered >= UNANSWERED_MAX) {
        (true, _) => (Ending::Ends, State::Finished),
        (false, true) => (Ending::Pauses, State::Silent),
        (false, false) => (Ending::GoesOn, State::Reading),
    };
    let reader = Reader {
        subscriber: reader.subscriber,
        state,
        unanswered,
        lesson: Some(path.clone()),
        due_at: calendar::next_lesson(now_ms),
    };
    Some(Turn {
        place,
        ending,
        reader,
    })
}

/// Where somebody stands, for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where the ledger has them; one whose every lesson was sent is finished.
    pub state: State,
    /// The lesson that comes next, its number from 1, and when, Unix milliseconds.
    pub next: Option<(usize, Lesson, i64)>,
    /// How many lessons the course has.
    pub lessons: usize,
}

/// Where a subscriber stands; nothing where they do not get the course.
///
/// # Errors
/// When it cannot be read.
pub async fn standing(
    tx: &mut Tx,
    course: &[Lesson],
    subscriber: Id,
) -> Result<Option<Standing>, StoreError> {
    let Some(reader) = course_readers::by_subscriber(tx, subscriber).await? else {
        return Ok(None);
    };
    let had = had(tx, subscriber).await?;
    let found = next(course, &had).and_then(|place| course.get(place).map(|it| (place, it)));
    let state = match (&found, reader.state) {
        (None, _) => State::Finished,
        // A lesson has appeared since: it is there for who wants it.
        (Some(_), State::Finished) => State::Paused,
        (Some(_), state) => state,
    };
    Ok(Some(Standing {
        state,
        next: found.map(|(place, lesson)| (place + 1, lesson.clone(), reader.due_at)),
        lessons: course.len(),
    }))
}

async fn had(tx: &mut Tx, subscriber: Id) -> Result<HashSet<String>, StoreError> {
    let had = course_readers::list_had(tx, subscriber).await?;
    Ok(had.into_iter().collect())
}

#[cfg(test)]
mod tests;
