//! What can be done with an issue, each in the caller's transaction: the command line, the pages
//! for administrators and the clock all do it by these.

use super::compose::Draft;
use super::edition::Part;
use crate::ids::Ids;
use crate::jobs::send_issue::SendIssue;
use crate::store::issues::{self, Announcement, Issue, State};
use crate::store::mailings::Counts;
use crate::store::{StoreError, Tx, mailings};

/// Why something cannot be done with an issue.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// There is none with this number.
    #[error("there is no issue {0}")]
    None(i64),
    /// It stands where this cannot be done.
    #[error("issue {0} is {1}: {2}")]
    Standing(i64, &'static str, &'static str),
    /// There is one of this name.
    #[error("there is an issue with the address {0:?} already; give this one another slug")]
    Taken(String),
    /// Something in it must be mended before it is sent.
    #[error("something in issue {0} must be mended before it can be sent")]
    Unsound(i64),
    /// The time cannot be read.
    #[error("say when it is to be sent")]
    When,
    /// Nobody knows what is meant.
    #[error("there is nothing of that name to do")]
    What,
    /// The database does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps a new issue. Answers its number.
///
/// # Errors
/// When there is one of its name.
pub async fn draft(tx: &mut Tx, draft: &Draft, now_ms: i64) -> Result<i64, OfficeError> {
    let number = issues::next_number(tx).await?;
    let issue = draft.issue(number, now_ms);
    if !issues::insert(tx, &issue).await? {
        return Err(OfficeError::Taken(issue.slug));
    }
    Ok(number)
}

/// Changes the text of an issue that has not been sent.
///
/// # Errors
/// When it has been, or another has its name.
pub async fn redraft(tx: &mut Tx, number: i64, draft: &Draft) -> Result<(), OfficeError> {
    let issue = found(tx, number).await?;
    let new = draft.issue(number, issue.created_at);
    match issues::update_text(tx, &new).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(standing(&issue, "its text can no longer be changed")),
        Err(StoreError::Conflict(_)) => Err(OfficeError::Taken(new.slug)),
        Err(error) => Err(error.into()),
    }
}

/// Begins to send an issue now.
///
/// # Errors
/// When it has been sent, or is being sent.
pub async fn send(tx: &mut Tx, ids: &Ids, number: i64, now_ms: i64) -> Result<(), OfficeError> {
    let issue = found(tx, number).await?;
    let open = [State::Draft, State::Scheduled, State::Missed];
    if !issues::update_state(tx, number, &open, State::Collecting).await? {
        return Err(standing(&issue, "it cannot be sent again"));
    }
    issues::update_started(tx, number, now_ms).await?;
    if !issue.is_digest {
        let parts: Vec<Part> = serde_json::from_str(&issue.parts).map_err(StoreError::corrupt)?;
        let topic = parts.first().map_or("articles", |part| part.topic.as_str());
        let audience = parts.first().map(|part| part.audience).unwrap_or_default();
        let texts: Vec<&str> = parts.iter().map(|part| part.markdown.as_str()).collect();
        let told = Announcement {
            path: format!("/newsletter/issues/{}", issue.slug),
            topic: topic.to_owned(),
            audience: audience.as_str().to_owned(),
            title: issue.subject.clone(),
            markdown: texts.join("\n\n"),
            at: now_ms,
        };
        issues::insert_announcement(tx, &told).await?;
    }
    SendIssue::collect(tx, ids, number, now_ms).await?;
    Ok(())
}

/// Plans to send an issue at `send_at`, and no more than `late_ms` later (milliseconds).
///
/// # Errors
/// When it has been sent, or is being sent.
pub async fn schedule(
    tx: &mut Tx,
    number: i64,
    (send_at, late_ms): (i64, i64),
) -> Result<(), OfficeError> {
    let issue = found(tx, number).await?;
    match issues::update_schedule(tx, number, (send_at, late_ms)).await? {
        true => Ok(()),
        false => Err(standing(&issue, "it can no longer be planned")),
    }
}

/// Holds an issue up. What is in flight lands.
///
/// # Errors
/// When it is not being sent.
pub async fn pause(tx: &mut Tx, number: i64) -> Result<(), OfficeError> {
    let issue = found(tx, number).await?;
    match issues::update_state(tx, number, &[State::Sending], State::Paused).await? {
        true => Ok(()),
        false => Err(standing(&issue, "only what is being sent can be paused")),
    }
}

/// Goes on with an issue that was paused.
///
/// # Errors
/// When it was not.
pub async fn resume(tx: &mut Tx, ids: &Ids, number: i64, now_ms: i64) -> Result<(), OfficeError> {
    let issue = found(tx, number).await?;
    if !issues::update_state(tx, number, &[State::Paused], State::Sending).await? {
        return Err(standing(&issue, "only what is paused can be resumed"));
    }
    SendIssue::lanes(tx, ids, number, now_ms).await?;
    Ok(())
}

/// Gives an issue up. Who has it has it; nobody else gets it.
///
/// # Errors
/// When everybody has it.
pub async fn cancel(tx: &mut Tx, number: i64, now_ms: i64) -> Result<(), OfficeError> {
    let issue = found(tx, number).await?;
    let from = [
        State::Draft,
        State::Scheduled,
        State::Missed,
        State::Collecting,
        State::Sending,
        State::Paused,
    ];
    if !issues::update_state(tx, number, &from, State::Cancelled).await? {
        return Err(standing(&issue, "there is nothing left to cancel"));
    }
    issues::update_finished(tx, number, now_ms).await?;
    Ok(())
}

/// An issue with its counts, for whoever looks at it.
///
/// # Errors
/// When there is none with this number.
pub async fn look(tx: &mut Tx, number: i64) -> Result<(Issue, Counts), OfficeError> {
    let issue = found(tx, number).await?;
    let counts = mailings::count(tx, number).await?;
    Ok((issue, counts))
}

/// The newest issues with their counts, the newest first, in two statements however many.
///
/// # Errors
/// When they cannot be read.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<(Issue, Counts)>, StoreError> {
    let all = issues::list(tx, limit).await?;
    let oldest = all.last().map_or(0, |issue| issue.number);
    let mut counts = mailings::count_since(tx, oldest).await?;
    let all = all.into_iter().map(|issue| {
        let counts = counts.remove(&issue.number).unwrap_or_default();
        (issue, counts)
    });
    Ok(all.collect())
}

async fn found(tx: &mut Tx, number: i64) -> Result<Issue, OfficeError> {
    let issue = issues::by_number(tx, number).await?;
    issue.ok_or(OfficeError::None(number))
}

fn standing(issue: &Issue, why: &'static str) -> OfficeError {
    OfficeError::Standing(issue.number, issue.state.as_str(), why)
}
