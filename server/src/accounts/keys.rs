//! Keys: programs act for somebody, within scopes, until a day. The secret is shown once; what is
//! kept is its digest, so a copy of the database opens nothing.

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::Error;
use crate::ids::Id;
use crate::random::Random;
use crate::state::AppState;
use crate::store::keys::{self, Key};
use crate::store::modules;
use crate::store::users::{self, User};

/// What secrets begin with, so that scanners of repositories know one when they see it.
const PREFIX: &str = "headroom_";
/// A use is noted once an hour.
const HOUR_MS: i64 = 3_600_000;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Hand in, alone or in batches, and cancel.
    #[serde(rename = "submissions:write")]
    SubmissionsWrite,
    /// List what was handed in.
    #[serde(rename = "submissions:read")]
    SubmissionsRead,
    /// Read progress, notes and who one is.
    #[serde(rename = "progress:read")]
    ProgressRead,
    /// Write progress and notes.
    #[serde(rename = "progress:write")]
    ProgressWrite,
    /// Make, test and delete webhooks.
    #[serde(rename = "webhooks")]
    Webhooks,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 5] = [
        Self::SubmissionsWrite,
        Self::SubmissionsRead,
        Self::ProgressRead,
        Self::ProgressWrite,
        Self::Webhooks,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SubmissionsWrite => "submissions:write",
            Self::SubmissionsRead => "submissions:read",
            Self::ProgressRead => "progress:read",
            Self::ProgressWrite => "progress:write",
            Self::Webhooks => "webhooks",
        }
    }

    /// The scope of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Scopes as they are kept: each once, in order.
#[must_use]
pub fn joined(scopes: &[Scope]) -> String {
    let given = Scope::ALL
        .into_iter()
        .filter(|scope| scopes.contains(scope));
    given.map(Scope::name).collect::<Vec<_>>().join(" ")
}

/// A new secret and the digest that is kept of it.
#[must_use]
pub fn secret(random: &Random) -> (String, String) {
    let secret = format!("{PREFIX}{}", random.secret());
    let digest = modules::digest(secret.as_bytes());
    (secret, digest)
}

/// The secret that a request shows (RFC 6750 §2.1), if it shows one of ours.
#[must_use]
pub fn shown(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// Whose key has this secret, if it may be used for `scope`.
///
/// # Errors
/// [`Error::KeyInvalid`], [`Error::ScopeMissing`], or when the database cannot be asked.
pub async fn holder(state: &AppState, secret: &str, scope: Scope) -> Result<User, Error> {
    let now_ms = state.parts.clock.now_ms();
    let digest = modules::digest(secret.as_bytes());
    let mut tx = state.db.read().await?;
    let key = keys::by_secret(&mut tx, &digest, now_ms).await?;
    let key = key.ok_or(Error::KeyInvalid)?;
    let user = users::by_id(&mut tx, key.user_id).await?;
    drop(tx);
    let user = user.ok_or(Error::KeyInvalid)?;
    if !key.scopes.split(' ').any(|name| name == scope.name()) {
        return Err(Error::ScopeMissing(scope));
    }
    note(state, &key, now_ms).await?;
    Ok(user)
}

async fn note(state: &AppState, key: &Key, now_ms: i64) -> Result<(), Error> {
    if key.last_used_at.is_some_and(|last| now_ms - last < HOUR_MS) {
        return Ok(());
    }
    let mut tx = state.db.write().await?;
    keys::update_used(&mut tx, key.id, now_ms).await?;
    Ok(tx.commit().await?)
}

/// Makes a key for somebody. Answers it with its secret, which nobody can read again.
///
/// # Errors
/// When the database does not take it.
pub async fn make(
    state: &AppState,
    user: Id,
    (name, scopes): (String, &[Scope]),
    lives_ms: i64,
) -> Result<(Key, String), Error> {
    let now_ms = state.parts.clock.now_ms();
    let (secret, digest) = secret(&state.parts.random);
    let key = Key {
        id: state.ids.next(),
        user_id: user,
        name,
        scopes: joined(scopes),
        created_at: now_ms,
        expires_at: now_ms.saturating_add(lives_ms),
        last_used_at: None,
    };
    let mut tx = state.db.write().await?;
    keys::insert(&mut tx, &key, &digest).await?;
    tx.commit().await?;
    Ok((key, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_shows_a_secret() {
        let shown_by = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            shown(&headers).map(str::to_owned)
        };
        assert_eq!(shown_by("Bearer headroom_x"), Some("headroom_x".into()));
        assert_eq!(shown_by("bearer  y "), Some("y".into()));
        for other in ["Basic abc", "Bearer", "Bearer ", "headroom_x"] {
            assert_eq!(shown_by(other), None, "{other}");
        }
    }

    #[test]
    fn scopes_are_kept_once_and_in_order_and_found_by_name() {
        let given = [Scope::Webhooks, Scope::SubmissionsWrite, Scope::Webhooks];
        assert_eq!(joined(&given), "submissions:write webhooks");
        for scope in Scope::ALL {
            assert_eq!(Scope::named(scope.name()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.name());
        }
        assert_eq!(Scope::named("everything"), None);
    }
}
