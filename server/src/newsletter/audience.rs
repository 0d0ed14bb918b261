//! For whom an issue is, of those who want its topic: everybody, or those who do, did or never did
//! something on the site. It is known of accounts that have the address of the subscription; that a
//! mail or a page was looked at is not measured.

use serde::{Deserialize, Serialize};

/// Who has done nothing for so long is away, milliseconds: 30 days.
pub const AWAY_MS: i64 = 30 * 86_400_000;

/// For whom an issue is. The last three have nobody in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Everybody.
    #[default]
    Everyone,
    /// Who read, answered or handed something in within the last [`AWAY_MS`].
    Practising,
    /// Who did before that, and not since.
    Away,
    /// Who never did, or has no account.
    Reading,
}

impl Audience {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Everyone, Self::Practising, Self::Away, Self::Reading];

    /// Its name, also in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Practising => "practising",
            Self::Away => "away",
            Self::Reading => "reading",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Whether it is not everybody.
    #[must_use]
    pub fn is_limited(self) -> bool {
        self != Self::Everyone
    }

    /// Whether somebody is meant who is in the audience of this name.
    #[must_use]
    pub fn takes(self, reader: &str) -> bool {
        !self.is_limited() || self.as_str() == reader
    }
}
