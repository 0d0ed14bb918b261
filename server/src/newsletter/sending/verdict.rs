//! What a report means for the ledger.

use crate::jobs::Limits;
use crate::mail::Report;
use crate::random::Random;
use crate::store::mailings::{Entry, State, Waiting};

/// Who is put off is tried again for this long, milliseconds; then the message bounces.
pub const PATIENCE_MS: i64 = 24 * 3_600_000;
/// The tries of one who is put off: full jitter, from a minute to four hours.
const AGAIN: Limits = Limits {
    max_failures: i64::MAX,
    lease_ms: 0,
    backoff_ms: 120_000,
    backoff_max_ms: 4 * 3_600_000,
};
/// After this many issues that an address refused, whatever the reason, it gets no more.
const BOUNCES_MAX: i64 = 3;
/// A message that nobody knows the end of is sent once more.
const UNKNOWN_MAX: i64 = 2;

/// What to write about a delivery; nothing where the report says nothing of it, and it stays where
/// it was.
#[must_use]
pub fn entry(of: &Waiting, report: Report, now_ms: i64, random: &Random) -> Entry {
    let attempts = of.attempts + 1;
    let first_at = of.first_at.unwrap_or(now_ms);
    let made = |state, reply: String| Entry {
        position: of.position,
        state,
        attempts,
        uncertain: of.uncertain,
        due_at: 0,
        first_at: Some(first_at),
        at: now_ms,
        reply,
    };
    let later = |reply: String, uncertain: i64| {
        let wait = AGAIN.backoff_ms / 2 + AGAIN.delay_ms(attempts, random);
        Entry {
            uncertain,
            due_at: now_ms + wait,
            ..made(State::Deferred, reply)
        }
    };
    match report {
        Report::Sent(reply) => made(State::Sent, reply),
        Report::Refused(reply) => made(State::Bounced, reply),
        Report::Later(reply) if now_ms - first_at >= PATIENCE_MS => {
            made(State::Bounced, format!("put off for a day: {reply}"))
        }
        Report::Later(reply) => later(reply, of.uncertain),
        Report::Unknown(reply) if of.uncertain + 1 >= UNKNOWN_MAX => Entry {
            uncertain: of.uncertain + 1,
            ..made(State::Uncertain, reply)
        },
        Report::Unknown(reply) => later(reply, of.uncertain + 1),
        Report::Unreached(reply) => Entry {
            attempts: of.attempts,
            ..made(State::Queued, reply)
        },
    }
}

/// What to write about somebody who left before their turn.
#[must_use]
pub fn gone(of: &Waiting, now_ms: i64) -> Entry {
    Entry {
        position: of.position,
        state: State::Dropped,
        attempts: of.attempts,
        uncertain: of.uncertain,
        due_at: 0,
        first_at: Some(of.first_at.unwrap_or(now_ms)),
        at: now_ms,
        reply: "no longer subscribed".into(),
    }
}

/// What to write about somebody who was written as in flight and has not flown.
#[must_use]
pub fn turned_back(of: &Waiting, now_ms: i64) -> Entry {
    Entry {
        position: of.position,
        state: State::Queued,
        attempts: of.attempts,
        uncertain: of.uncertain,
        due_at: 0,
        first_at: of.first_at,
        at: now_ms,
        reply: String::new(),
    }
}

/// With how many bounces in a row an address gets no more, given what was said of the last: at once
/// where the mailbox is not there.
#[must_use]
pub fn bounces_max(reply: &str) -> i64 {
    match is_dead_mailbox(reply) {
        true => 1,
        false => BOUNCES_MAX,
    }
}

/// Whether a refusal is about the mailbox itself (RFC 3463: 5.1.x, and 5.2.1, a mailbox that is
/// disabled), so that nothing will ever arrive there.
fn is_dead_mailbox(reply: &str) -> bool {
    let mut words = reply.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    words.any(|word| {
        let mut parts = word.split('.');
        matches!(
            (parts.next(), parts.next(), parts.next(), parts.next()),
            (
                Some("5"),
                Some("1"),
                Some("1" | "2" | "3" | "6" | "10"),
                None
            ) | (Some("5"), Some("2"), Some("1"), None)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(attempts: i64, uncertain: i64, first_at: Option<i64>) -> Waiting {
        Waiting {
            position: 3,
            attempts,
            uncertain,
            first_at,
            email: Some("ada@example.org".into()),
            key: None,
            topics: None,
            audience: "everyone".into(),
        }
    }

    #[test]
    fn who_is_put_off_is_tried_for_a_day_and_ever_more_seldom() {
        let random = Random::seeded(1);
        let (mut now, mut of, mut tries) = (0, waiting(0, 0, None), 0);
        loop {
            let entry = entry(&of, Report::Later("451 4.3.0 busy".into()), now, &random);
            tries += 1;
            if entry.state == State::Bounced {
                assert!(entry.reply.contains("451 4.3.0 busy"));
                break;
            }
            assert_eq!(entry.state, State::Deferred);
            let wait = entry.due_at - now;
            assert!((60_000..=14_460_000).contains(&wait), "{wait}");
            of = waiting(entry.attempts, entry.uncertain, entry.first_at);
            now = entry.due_at;
        }
        assert!((24 * 3_600_000..29 * 3_600_000).contains(&now), "{now}");
        assert!((10..60).contains(&tries), "{tries}");
    }

    #[test]
    fn what_nobody_knows_is_sent_once_more_and_then_left() {
        let random = Random::seeded(1);
        let first = entry(
            &waiting(0, 0, None),
            Report::Unknown("reset".into()),
            5,
            &random,
        );
        assert_eq!((first.state, first.uncertain), (State::Deferred, 1));
        let second = waiting(1, 1, Some(5));
        let second = entry(&second, Report::Unknown("reset".into()), 9, &random);
        assert_eq!((second.state, second.uncertain), (State::Uncertain, 2));
    }

    #[test]
    fn a_conversation_that_never_began_counts_as_no_try() {
        let random = Random::seeded(1);
        let back = entry(
            &waiting(2, 0, Some(1)),
            Report::Unreached("no".into()),
            9,
            &random,
        );
        assert_eq!(
            (back.state, back.attempts, back.due_at),
            (State::Queued, 2, 0)
        );
    }

    #[test]
    fn only_words_about_the_mailbox_condemn_it() {
        assert!(is_dead_mailbox("550 5.1.1 <ada@example.org>: no such user"));
        assert!(is_dead_mailbox("5.2.1 mailbox disabled"));
        assert!(!is_dead_mailbox("550 5.7.1 rejected as spam"));
        assert!(!is_dead_mailbox("554 message from 15.1.1.2 refused"));
        assert!(!is_dead_mailbox("552 5.2.2 mailbox full"));
    }
}
