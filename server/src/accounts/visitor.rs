//! Who is behind a request: a session says so, for as long as it lives.

use time::OffsetDateTime;
use tower_sessions::{Expiry, Session};

use crate::error::Error;
use crate::ids::Id;
use crate::sessions::{self, USER};
use crate::state::AppState;
use crate::store::users::{self, User};

/// When the session began, Unix milliseconds.
pub const SIGNED_IN_AT: &str = "signed_in_at";
/// When it was last used, Unix milliseconds, to the hour.
pub const SEEN_AT: &str = "seen_at";
/// The browser it was made with.
pub const AGENT: &str = "agent";

const HOUR_MS: i64 = 3_600_000;
/// A session that is not used for this long ends.
const IDLE_MS: i64 = 30 * 24 * HOUR_MS;
/// After this long somebody signs in again, however busy the session was.
pub(super) const LONGEST_MS: i64 = 90 * 24 * HOUR_MS;

/// Who asks, where an address serves anybody; a request extension.
#[derive(Clone, Debug)]
pub struct Visitor(pub Option<User>);

/// Who asks, where an address serves only people who have signed in; a request extension.
#[derive(Clone, Debug)]
pub struct Person(pub User);

/// Whose session it is, if it is one of somebody and has not ended.
///
/// # Errors
/// When the database cannot be asked.
pub async fn of(state: &AppState, session: &Session) -> Result<Option<User>, Error> {
    let Some(id) = session.get::<Id>(USER).await.map_err(broken)? else {
        return Ok(None);
    };
    let now_ms = state.parts.clock.now_ms();
    let began = time(session, SIGNED_IN_AT).await?;
    let user = users::by_id(&mut state.db.read().await?, id).await?;
    if now_ms - began > LONGEST_MS || user.is_none() {
        session.flush().await.map_err(broken)?;
        return Ok(None);
    }
    // A change keeps the session from ending for want of use; once an hour is often enough.
    if now_ms - time(session, SEEN_AT).await? >= HOUR_MS {
        session.insert(SEEN_AT, now_ms).await.map_err(broken)?;
        extend(session, now_ms);
    }
    Ok(user)
}

/// Makes the session one of `user`, under a new id: an id that somebody else may have planted in
/// the browser is worth nothing (ASVS 7.2.4).
///
/// # Errors
/// When the session cannot be kept.
pub async fn sign_in(
    state: &AppState,
    session: &Session,
    user: &User,
    agent: &str,
) -> Result<(), Error> {
    let now_ms = state.parts.clock.now_ms();
    session.clear().await;
    session.cycle_id().await.map_err(broken)?;
    session.insert(USER, user.id).await.map_err(broken)?;
    session.insert(SIGNED_IN_AT, now_ms).await.map_err(broken)?;
    session.insert(SEEN_AT, now_ms).await.map_err(broken)?;
    session.insert(AGENT, agent).await.map_err(broken)?;
    extend(session, now_ms);
    session.save().await.map_err(broken)?;
    tracing::info!(user.id = %user.id, "signed in");
    Ok(())
}

/// Gives the session a new id: the old one, wherever it went, opens nothing any more.
///
/// # Errors
/// When the session cannot be kept.
pub async fn renew(state: &AppState, session: &Session) -> Result<(), Error> {
    extend(session, state.parts.clock.now_ms());
    session.cycle_id().await.map_err(broken)
}

/// Ends the session, here and in the database.
///
/// # Errors
/// When the database cannot be asked.
pub async fn sign_out(session: &Session) -> Result<(), Error> {
    session.flush().await.map_err(broken)
}

/// The name under which this session is kept; empty for one that is not.
#[must_use]
pub fn key(session: &Session) -> String {
    session
        .id()
        .map_or_else(String::new, |id| sessions::key(&id))
}

/// Lets the session live for a while from now.
fn extend(session: &Session, now_ms: i64) {
    let end = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now_ms + IDLE_MS) * 1_000_000);
    session.set_expiry(end.ok().map(Expiry::AtDateTime));
}

async fn time(session: &Session, name: &str) -> Result<i64, Error> {
    Ok(session.get(name).await.map_err(broken)?.unwrap_or(0))
}

fn broken(error: tower_sessions::session::Error) -> Error {
    Error::Unavailable(error.into())
}
