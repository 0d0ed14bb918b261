//! An account as its owner sees it.

use app::{Account, KeyRow, SessionRow};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::format_description;
use tower_sessions::Session;

use crate::accounts::visitor::{self, AGENT, SEEN_AT, SIGNED_IN_AT};
use crate::error::Error;
use crate::state::AppState;
use crate::store::keys::{self, Key};
use crate::store::sessions;
use crate::store::users::User;

pub async fn view(state: &AppState, user: &User, session: &Session) -> Result<Account, Error> {
    let this = visitor::key(session);
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.read().await?;
    let kept = sessions::list_by_user(&mut tx, user.id, now_ms).await?;
    let keys = keys::list_by_user(&mut tx, user.id).await?;
    drop(tx);
    let mut rows: Vec<(i64, SessionRow)> = kept.iter().map(|kept| row(kept, &this)).collect();
    rows.sort_by_key(|(seen, row)| (!row.is_this, -seen));
    Ok(Account {
        email: user.email.clone(),
        has_password: user.password_hash.is_some(),
        is_admin: user.is_admin,
        made_on: day(user.created_at),
        sessions: rows.into_iter().map(|(_, row)| row).collect(),
        keys: keys.iter().map(|key| key_row(key, now_ms)).collect(),
        new_key: None,
        done: None,
        problem: None,
    })
}

/// What the address says was done.
pub fn done(name: &str) -> Option<&'static str> {
    match name {
        "password" => Some("Your password is changed, and every other browser is signed out."),
        "address" => Some("Your account has its new address."),
        "key" => Some("Done: that key opens nothing any more."),
        "sessions" => Some("Done: what you ended is signed out."),
        _ => None,
    }
}

fn row(kept: &sessions::Session, this: &str) -> (i64, SessionRow) {
    let data: Value = serde_json::from_str(&kept.data_json).unwrap_or_default();
    let time = |name: &str| data.get(name).and_then(Value::as_i64).unwrap_or(0);
    let agent = data.get(AGENT).and_then(Value::as_str).unwrap_or("");
    let row = SessionRow {
        key: kept.id_sha256.clone(),
        agent: agent.to_owned(),
        began: hour(time(SIGNED_IN_AT)),
        seen: hour(time(SEEN_AT)),
        is_this: kept.id_sha256 == this,
    };
    (time(SEEN_AT), row)
}

fn key_row(key: &Key, now_ms: i64) -> KeyRow {
    KeyRow {
        id: key.id.to_string(),
        name: key.name.clone(),
        scopes: key.scopes.replace(' ', ", "),
        ends: day(key.expires_at),
        ended: key.expires_at <= now_ms,
        used: key.last_used_at.map(day),
    }
}

fn day(ms: i64) -> String {
    let form = format_description!("[day padding:none] [month repr:long] [year]");
    moment(ms).format(form).unwrap_or_default()
}

fn hour(ms: i64) -> String {
    let form = format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute]");
    let text = moment(ms).format(form).unwrap_or_default();
    format!("{text} UTC")
}

fn moment(ms: i64) -> OffsetDateTime {
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000);
    moment.unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
