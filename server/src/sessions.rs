//! Sessions of tower-sessions in our store. A stolen copy of the database opens no session: only
//! SHA-256 of each id is kept, and an id has 128 random bits.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use crate::clock::Clock;
use crate::state::AppState;
use crate::store::{Db, StoreError, limits, links, modules, sessions};

/// How often expired sessions are forgotten, nanoseconds.
const SWEEP_EVERY_NS: u64 = 3_600_000_000_000;
/// The member of a session that says whose it is: the id of an account.
pub const USER: &str = "user";
/// The name of the cookie where the site is https; elsewhere it is without the prefix.
pub const COOKIE: &str = "__Host-headroom";
/// How often to look at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Gives requests their session. A cookie appears only once something is kept in it.
#[must_use]
pub fn layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    let https = state.config.is_https();
    SessionManagerLayer::new(Sessions::new(state.db.clone(), state.parts.clock.clone()))
        .with_name(if https { COOKIE } else { "headroom" })
        .with_secure(https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::days(30)))
}

/// Keeps sessions in the database.
#[derive(Debug, Clone)]
pub struct Sessions {
    db: Db,
    clock: Clock,
}

impl Sessions {
    /// Sessions in this database, expiring by this clock.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Forgets expired sessions and mailed links, and who owes nothing under a cap any more.
    /// Answers how many there were.
    pub async fn delete_expired(&self) -> std::result::Result<u64, StoreError> {
        let mut tx = self.db.write().await?;
        let now_ms = self.clock.now_ms();
        let deleted = sessions::delete_expired(&mut tx, now_ms).await?
            + links::delete_expired(&mut tx, now_ms).await?
            + limits::delete_rested(&mut tx, now_ms.saturating_mul(1_000_000)).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// Forgets expired sessions once an hour, until `stop`.
    pub async fn sweep(self, stop: CancellationToken) {
        let mut due_ns = 0;
        while !stop.is_cancelled() {
            let now_ns = self.clock.monotonic_ns();
            if now_ns >= due_ns {
                due_ns = now_ns + SWEEP_EVERY_NS;
                if let Err(error) = self.delete_expired().await {
                    tracing::warn!(%error, "cannot forget expired sessions: {error}");
                }
            }
            tokio::select! { () = stop.cancelled() => {} () = tokio::time::sleep(LOOK_EVERY) => {} }
        }
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut session = encode(record)?;
        let mut tx = self.db.write().await.map_err(backend)?;
        while !sessions::insert(&mut tx, &session).await.map_err(backend)? {
            record.id = Id::default();
            session.id_sha256 = key(&record.id);
        }
        tx.commit().await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let session = encode(record)?;
        let mut tx = self.db.write().await.map_err(backend)?;
        sessions::update(&mut tx, &session).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let mut tx = self.db.read().await.map_err(backend)?;
        let found = sessions::by_id(&mut tx, &key(id)).await;
        drop(tx);
        let Some(session) = found.map_err(backend)? else {
            return Ok(None);
        };
        if session.expires_at <= self.clock.now_ms() {
            // Forgotten at once: it must not live again where the clock is set back.
            self.delete(id).await?;
            return Ok(None);
        }
        Ok(Some(Record {
            id: *id,
            data: decode(&session.data_json)?,
            expiry_date: date(session.expires_at)?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut tx = self.db.write().await.map_err(backend)?;
        sessions::delete(&mut tx, &key(id)).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

/// The name under which the session with this id is kept.
#[must_use]
pub fn key(id: &Id) -> String {
    modules::digest(&id.0.to_le_bytes())
}

fn encode(record: &Record) -> Result<sessions::Session> {
    // In order, so that the same data is the same text.
    let ordered: BTreeMap<_, _> = record.data.iter().collect();
    let data_json = serde_json::to_string(&ordered).map_err(|e| Error::Encode(e.to_string()))?;
    let expires_at = i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1_000_000);
    let user_id = record.data.get(USER).and_then(Value::as_str);
    Ok(sessions::Session {
        id_sha256: key(&record.id),
        user_id: user_id.map(str::to_owned),
        data_json,
        expires_at: expires_at.map_err(|e| Error::Encode(e.to_string()))?,
    })
}

fn decode(data: &str) -> Result<HashMap<String, Value>> {
    serde_json::from_str(data).map_err(|e| Error::Decode(e.to_string()))
}

fn date(ms: i64) -> Result<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .map_err(|e| Error::Decode(e.to_string()))
}

fn backend(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}
