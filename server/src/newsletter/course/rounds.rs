//! Sends the lessons that are due. A reader's turn and its row in the ledger are one commit: a
//! lesson is neither lost nor written down twice; from there on it is an issue like any other.

use std::collections::BTreeMap;

use super::letter::letter;
use super::{Ending, Lesson, Turn, had, turn};
use crate::ids::{Id, Ids};
use crate::jobs::send_issue::SendIssue;
use crate::newsletter::calendar;
use crate::newsletter::compose::LATE_MS;
use crate::newsletter::wishes::Frequency;
use crate::store::course_readers::{self, Reader, State};
use crate::store::issues::{self, Issue};
use crate::store::{StoreError, Tx};

/// Readers whose turn is taken in one transaction.
const ROUND: i64 = 500;

/// Begins to send what is due, in the caller's transaction: readers who get the same lesson with
/// the same ending share an issue. Answers whether more readers may wait.
///
/// # Errors
/// When the database does not take it.
pub async fn send_due(
    tx: &mut Tx,
    ids: &Ids,
    course: &[Lesson],
    now_ms: i64,
) -> Result<bool, StoreError> {
    // A course without lessons is one that could not be read, or has none yet: nobody finishes it.
    if course.is_empty() {
        return Ok(false);
    }
    let due = course_readers::list_due(tx, now_ms, ROUND).await?;
    let is_full = i64::try_from(due.len()).is_ok_and(|count| count == ROUND);
    let mut batches: BTreeMap<(usize, &'static str), (Ending, Vec<Id>)> = BTreeMap::new();
    for reader in due {
        let had = had(tx, reader.subscriber).await?;
        let Some(turn) = turn(course, &had, &reader, now_ms) else {
            let state = State::Finished;
            let next = Reader {
                state,
                ..reader.clone()
            };
            course_readers::update_turn(tx, &reader, &next).await?;
            continue;
        };
        // Who paused or left meanwhile keeps their place.
        if course_readers::update_turn(tx, &reader, &turn.reader).await? {
            let Turn { place, ending, .. } = turn;
            let key = (place, turn.reader.state.as_str());
            let batch = batches.entry(key).or_insert_with(|| (ending, Vec::new()));
            batch.1.push(reader.subscriber);
        }
    }
    for ((place, _), (ending, subscribers)) in batches {
        if let Some(lesson) = course.get(place) {
            let number = issues::next_number(tx).await?;
            let issue = issue(lesson, (place, course.len()), ending, (number, now_ms))?;
            if !issues::insert(tx, &issue).await? {
                // Somebody drafted an issue at the same moment; nothing of this is kept.
                return Err(StoreError::Conflict(issue.slug));
            }
            issues::update_started(tx, number, now_ms).await?;
            course_readers::insert_mailings(tx, number, &subscribers).await?;
            SendIssue::lanes(tx, ids, number, now_ms).await?;
        }
    }
    Ok(is_full)
}

fn issue(
    lesson: &Lesson,
    (place, lessons): (usize, usize),
    ending: Ending,
    (number, now_ms): (i64, i64),
) -> Result<Issue, StoreError> {
    let next = calendar::weekday(calendar::next_lesson(now_ms));
    let letter = letter(lesson, (place, lessons), (ending, &next));
    Ok(Issue {
        number,
        // No issue that somebody drafts has such a name: it would hold the lessons up.
        slug: format!("lesson-{number}-{now_ms}"),
        is_digest: true,
        lesson: Some(lesson.path.clone()),
        frequency: Frequency::Each.as_str().to_owned(),
        subject: letter.subject,
        summary: letter.summary,
        parts: serde_json::to_string(&[letter.part]).map_err(StoreError::corrupt)?,
        // The list of recipients is complete with it.
        state: issues::State::Sending,
        send_at: None,
        late_ms: LATE_MS,
        // The hour, like the digest of it: a release that knows no lessons takes it for one, and
        // then misses nothing.
        created_at: calendar::last_due(Frequency::Each, now_ms),
        started_at: None,
        finished_at: None,
    })
}
