//! The newsletter: who reads it and what they want to read. A subscription begins when its owner
//! presses a button on a page that only a mailed link opens, and ends with one click. Looking at a
//! link never changes anything: the programs that look at every link in a mail subscribe nobody and
//! unsubscribe nobody.

pub mod audience;
mod body;
pub mod calendar;
pub mod compose;
pub mod course;
pub mod edition;
pub mod office;
pub mod pictures;
pub mod return_path;
pub mod returned;
pub mod roll;
pub mod sending;
pub mod wishes;

pub use wishes::Wishes;

use serde_json::{Value, json};

use crate::accounts::Address;
use crate::error::Error;
use crate::ids::Ids;
use crate::jobs::mail_newsletter::{MailNewsletter, Payload};
use crate::state::AppState;
use crate::store::subscribers::{self, Consent, Subscriber};
use crate::store::{StoreError, Tx, course_readers, mailings, modules};

/// What somebody agrees to; kept with the proof, word by word.
pub const WORDS: &str =
    "Send me Headroom's newsletter. I can end it with one click in every issue.";
/// What a mail program hears that ends a subscription with one click, whosever the key is.
pub const UNSUBSCRIBED: &str = "You are unsubscribed.\n";
/// How long the link that confirms works, milliseconds.
pub const CONFIRM_MS: i64 = 7 * 24 * 3_600_000;
/// Issues that somebody's history names.
const HISTORY_MAX: i64 = 500;

/// Notes that somebody asked, and has the mail sent that asks back. Whether the address subscribes
/// already is looked up only by the job that mails.
///
/// # Errors
/// When the database does not take it; then nothing is mailed.
pub async fn ask(
    state: &AppState,
    address: &Address,
    wishes: &Wishes,
    source: &str,
) -> Result<(), Error> {
    let now_ms = state.parts.clock.now_ms();
    let payload = Payload::Asked {
        letter: state.ids.next(),
        email: address.as_str().to_owned(),
        topics: wishes.topics(),
        frequency: wishes.frequency.as_str().to_owned(),
    };
    let mut tx = state.db.write().await?;
    let words = (WORDS.to_owned(), source);
    prove(
        &mut tx,
        &state.ids,
        address.as_str(),
        ("asked", words),
        now_ms,
    )
    .await?;
    MailNewsletter::enqueue(&mut tx, &state.ids, &payload, now_ms).await?;
    Ok(tx.commit().await?)
}

/// Begins the subscription. Asked twice, it is the same as asked once.
///
/// # Errors
/// When the database does not take it.
pub async fn confirm(state: &AppState, subscriber: &Subscriber, source: &str) -> Result<(), Error> {
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    if subscribers::update_confirmed(&mut tx, subscriber.id, now_ms).await? {
        let words = (WORDS.to_owned(), source);
        let what = ("confirmed", words);
        prove(&mut tx, &state.ids, &subscriber.email, what, now_ms).await?;
        if course::is_wanted(&subscriber.topics) {
            course_readers::insert(&mut tx, subscriber.id, now_ms).await?;
        }
    }
    Ok(tx.commit().await?)
}

/// Ends the subscription. Asked twice, it is the same as asked once.
///
/// # Errors
/// When the database does not take it.
pub async fn end(state: &AppState, subscriber: &Subscriber, source: &str) -> Result<(), Error> {
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    leave(&mut tx, &state.ids, subscriber, source, now_ms).await?;
    Ok(tx.commit().await?)
}

/// Ends the subscription, in the caller's transaction.
///
/// # Errors
/// When the database does not take it.
pub async fn leave(
    tx: &mut Tx,
    ids: &Ids,
    subscriber: &Subscriber,
    source: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    if subscribers::update_ended(tx, subscriber.id, now_ms).await? {
        let what = ("ended", (String::new(), source));
        prove(tx, ids, &subscriber.email, what, now_ms).await?;
    }
    course_readers::delete(tx, subscriber.id).await
}

/// Everything that is known of a subscriber.
///
/// # Errors
/// When it cannot be read.
pub async fn history(tx: &mut Tx, subscriber: &Subscriber) -> Result<Value, StoreError> {
    let digest = modules::digest(subscriber.email.as_bytes());
    let consents = subscribers::list_consents(tx, &digest).await?;
    let consents = consents
        .into_iter()
        .map(|(event, words, source)| json!({"event": event, "words": words, "source": source}));
    let got = mailings::list_of(tx, subscriber.id, HISTORY_MAX).await?;
    let got = got.into_iter().map(|line| {
        json!({
            "issue": line.issue, "state": line.state, "tries": line.attempts,
            "at": line.at.map(calendar::day), "reply": line.reply,
        })
    });
    let course = course_readers::by_subscriber(tx, subscriber.id).await?;
    let course = course.map(|reader| {
        json!({
            "state": reader.state.as_str(), "last": reader.lesson,
            "next": calendar::day(reader.due_at),
        })
    });
    Ok(json!({
        "email": subscriber.email,
        "status": subscriber.status.as_str(),
        "topics": subscriber.topics,
        "frequency": subscriber.frequency,
        "since": calendar::day(subscriber.created_at),
        "suppressed": subscriber.suppressed,
        "course": course,
        "consents": consents.collect::<Vec<_>>(),
        "issues": got.collect::<Vec<_>>(),
    }))
}

/// Changes what somebody reads; one that had ended begins again, for this was asked on a page that
/// only the key opens.
///
/// # Errors
/// When the database does not take it.
pub async fn change(
    state: &AppState,
    subscriber: &Subscriber,
    wishes: &Wishes,
) -> Result<(), Error> {
    let now_ms = state.parts.clock.now_ms();
    let (topics, frequency) = (wishes.topics(), wishes.frequency.as_str());
    let mut tx = state.db.write().await?;
    subscribers::update_wishes(&mut tx, subscriber.id, (&topics, frequency)).await?;
    let words = (format!("{topics}; {frequency}"), "preferences");
    let what = ("changed", words);
    prove(&mut tx, &state.ids, &subscriber.email, what, now_ms).await?;
    match wishes.wants_course() {
        true => course_readers::insert(&mut tx, subscriber.id, now_ms).await?,
        false => course_readers::delete(&mut tx, subscriber.id).await?,
    }
    if subscribers::update_confirmed(&mut tx, subscriber.id, now_ms).await? {
        let what = ("confirmed", (WORDS.to_owned(), "preferences"));
        prove(&mut tx, &state.ids, &subscriber.email, what, now_ms).await?;
    }
    Ok(tx.commit().await?)
}

async fn prove(
    tx: &mut Tx,
    ids: &Ids,
    email: &str,
    (event, (words, source)): (&'static str, (String, &str)),
    at: i64,
) -> Result<(), StoreError> {
    let consent = Consent {
        id: ids.next(),
        email_sha256: modules::digest(email.as_bytes()),
        event,
        words,
        source,
        at,
    };
    subscribers::insert_consent(tx, &consent).await
}
