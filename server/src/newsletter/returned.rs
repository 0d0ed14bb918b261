//! What to do with mail that comes back.

use super::return_path;
use super::sending::verdict;
use crate::mail::bounce::{self, Returned};
use crate::store::subscribers::{self, Subscriber};
use crate::store::{StoreError, Tx, course_readers, mailings};

/// Bytes of a message that comes back; reports are far shorter.
pub const MAX_BYTES: usize = 1 << 20;
/// Why nothing is sent to somebody who called a message spam.
const COMPLAINT: &str = "the reader called a message spam";

/// What was done with a message that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It named none of our deliveries, or not by its true name.
    Unknown,
    /// Whose it is is known, and it says nothing that matters: a delay, an absence note.
    Nothing,
    /// The delivery is marked as bounced.
    Bounced,
    /// The reader complained and gets no more.
    Complaint,
}

impl Outcome {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unknown => "it belongs to no delivery",
            Self::Nothing => "noted: it asks for nothing",
            Self::Bounced => "the delivery is marked as bounced",
            Self::Complaint => "a complaint: the reader gets no more",
        }
    }
}

/// Takes a raw message that came back; `to` is where it arrived, if that is known.
///
/// # Errors
/// When the database does not take it.
pub async fn take(tx: &mut Tx, raw: &[u8], to: &str, now_ms: i64) -> Result<Outcome, StoreError> {
    let text = format!("{to}\n{}", String::from_utf8_lossy(raw));
    let Some((delivery, subscriber)) = whose(tx, &text).await? else {
        return Ok(Outcome::Unknown);
    };
    match bounce::read(raw) {
        Returned::Failed(why) => {
            let most = verdict::bounces_max(&why);
            if mailings::update_returned(tx, delivery, &why, now_ms).await? {
                subscribers::update_bounced(tx, subscriber.id, (most, &why), now_ms).await?;
            }
            Ok(Outcome::Bounced)
        }
        Returned::Complaint => {
            subscribers::update_suppressed(tx, subscriber.id, COMPLAINT, now_ms).await?;
            subscribers::update_ended(tx, subscriber.id, now_ms).await?;
            course_readers::delete(tx, subscriber.id).await?;
            Ok(Outcome::Complaint)
        }
        Returned::Delayed | Returned::Other => Ok(Outcome::Nothing),
    }
}

/// The delivery that a text names, and its reader.
async fn whose(tx: &mut Tx, text: &str) -> Result<Option<((i64, i64), Subscriber)>, StoreError> {
    // A message names one delivery, at the top and in what it quotes; a hostile one names many.
    for (issue, position, tag) in return_path::find(text).into_iter().take(8) {
        let delivery = (issue, position);
        let Some(id) = mailings::subscriber(tx, delivery).await? else {
            continue;
        };
        if let Some(subscriber) = subscribers::by_id(tx, id).await?
            && return_path::is_true(&tag, &subscriber.key, delivery)
        {
            return Ok(Some((delivery, subscriber)));
        }
    }
    Ok(None)
}
