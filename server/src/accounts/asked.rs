//! Asking for a mailed link. The answer does not depend on whether the address has an account:
//! nobody looks before the job that mails it.

use super::Address;
use crate::error::Error;
use crate::ids::Id;
use crate::jobs::mail_account::{MailAccount, Payload};
use crate::state::AppState;
use crate::store::links::{self, Link, Purpose};

/// Has a link mailed; `user` is whose address is to change.
///
/// # Errors
/// When the database does not take it; then nothing is mailed.
pub async fn ask(
    state: &AppState,
    purpose: Purpose,
    address: &Address,
    user: Option<Id>,
) -> Result<(), Error> {
    let now_ms = state.parts.clock.now_ms();
    let link = Link {
        id: state.ids.next(),
        purpose,
        email: address.as_str().to_owned(),
        user_id: user,
        created_at: now_ms,
        expires_at: now_ms + purpose.lives_ms(),
        used_at: None,
    };
    let mut tx = state.db.write().await?;
    links::insert(&mut tx, &link).await?;
    MailAccount::enqueue(
        &mut tx,
        &state.ids,
        &Payload::Link { link: link.id },
        now_ms,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Tells somebody that something about their account has changed.
///
/// # Errors
/// When the database does not take it.
pub async fn notify(state: &AppState, payload: Payload) -> Result<(), Error> {
    let mut tx = state.db.write().await?;
    let now_ms = state.parts.clock.now_ms();
    MailAccount::enqueue(&mut tx, &state.ids, &payload, now_ms).await?;
    tx.commit().await?;
    Ok(())
}
