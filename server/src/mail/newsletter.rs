//! What mails about a subscription say; the issues themselves are something else.

use super::Letter;
use super::account::{Parts, written};

/// What a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling<'a> {
    /// Asks back whether the owner of the address wants it; with the link that confirms.
    Confirm(&'a str),
    /// Somebody asked, and the address subscribes already; with the link to its preferences.
    Already(&'a str),
}

/// The letter, on the site at `site` (no slash at its end).
#[must_use]
pub fn letter(id: &str, telling: Telling<'_>, site: &str) -> Letter {
    let parts = match telling {
        Telling::Confirm(url) => Parts {
            subject: "Confirm your subscription",
            lines: vec![
                "Somebody, probably you, asked for Headroom's newsletter at this address. One \
                 click and it comes; the link works for a week."
                    .into(),
            ],
            button: Some(("Confirm", url.to_owned())),
            after: "If that was not you, do nothing: then nothing comes, and nobody asks again.",
        },
        Telling::Already(url) => Parts {
            subject: "You subscribe already",
            lines: vec![
                "Somebody, probably you, asked for Headroom's newsletter at this address. It \
                 comes here already; nothing has changed."
                    .into(),
            ],
            button: Some(("Change what comes, or end it", url.to_owned())),
            after: "If that was not you, do nothing.",
        },
    };
    written(id, &parts, site)
}
