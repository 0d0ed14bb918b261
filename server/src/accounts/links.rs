//! Opening mailed links.

use crate::error::Error;
use crate::ids::Ids;
use crate::jobs::mail_account::{MailAccount, Payload};
use crate::state::AppState;
use crate::store::links::{self, Link, Purpose};
use crate::store::users::{self, User};
use crate::store::{Tx, modules, sessions};

/// What came of opening a link.
#[derive(Debug)]
pub enum Opened {
    /// Whose account it opened.
    SignsIn(User),
    /// It did what it was for.
    Done,
    /// Somebody was faster, or what it was for is gone.
    Dead,
}

/// The link with this secret, if it still works.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(state: &AppState, token: &str) -> Result<Option<Link>, Error> {
    let digest = modules::digest(token.as_bytes());
    let now_ms = state.parts.clock.now_ms();
    Ok(links::by_token(&mut state.db.read().await?, &digest, now_ms).await?)
}

/// Uses a link up and does what it is for, whole or not at all. `password_hash` is the PHC string
/// of the password that was chosen with it.
///
/// # Errors
/// When the database does not take it; then the link still works.
pub async fn use_up(
    state: &AppState,
    link: &Link,
    password_hash: Option<String>,
) -> Result<Opened, Error> {
    let now_ms = state.parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    if !links::update_used(&mut tx, link.id, now_ms).await? {
        return Ok(Opened::Dead);
    }
    let opened = match link.purpose {
        Purpose::SignUp => sign_up(&mut tx, &state.ids, link, password_hash, now_ms).await?,
        Purpose::SignIn => known(users::by_email(&mut tx, &link.email).await?),
        Purpose::Reset => reset(&mut tx, &state.ids, link, password_hash, now_ms).await?,
        Purpose::Email => move_to(&mut tx, &state.ids, link, now_ms).await?,
    };
    tx.commit().await?;
    Ok(opened)
}

fn known(user: Option<User>) -> Opened {
    user.map_or(Opened::Dead, Opened::SignsIn)
}

/// Somebody who opens a second link of this kind has an account already, and owns it.
async fn sign_up(
    tx: &mut Tx,
    ids: &Ids,
    link: &Link,
    password_hash: Option<String>,
    now_ms: i64,
) -> Result<Opened, Error> {
    let user = User {
        id: ids.next(),
        email: link.email.clone(),
        password_hash,
        is_admin: false,
        submissions_per_minute: None,
        created_at: now_ms,
    };
    users::insert(tx, &user).await?;
    Ok(known(users::by_email(tx, &link.email).await?))
}

async fn reset(
    tx: &mut Tx,
    ids: &Ids,
    link: &Link,
    password_hash: Option<String>,
    now_ms: i64,
) -> Result<Opened, Error> {
    let user = users::by_email(tx, &link.email).await?;
    let (Some(mut user), Some(hash)) = (user, password_hash) else {
        return Ok(Opened::Dead);
    };
    change_password(tx, ids, &user, &hash, ("", now_ms)).await?;
    user.password_hash = Some(hash);
    Ok(Opened::SignsIn(user))
}

/// Gives an account another password. Whoever had got in by the old one is out: every session
/// but the one `kept` ends, every link that is under way is void, and the owner is told.
///
/// # Errors
/// When the database does not take it.
pub async fn change_password(
    tx: &mut Tx,
    ids: &Ids,
    user: &User,
    hash: &str,
    (kept, now_ms): (&str, i64),
) -> Result<(), Error> {
    users::update_password(tx, user.id, hash).await?;
    sessions::delete_by_user(tx, user.id, kept).await?;
    links::delete_by_email(tx, &user.email).await?;
    links::delete_by_user(tx, user.id).await?;
    let news = Payload::PasswordChanged {
        letter: ids.next(),
        email: user.email.clone(),
    };
    MailAccount::enqueue(tx, ids, &news, now_ms).await?;
    Ok(())
}

/// Gives the account the address that the link was sent to, unless that has got one meanwhile.
async fn move_to(tx: &mut Tx, ids: &Ids, link: &Link, now_ms: i64) -> Result<Opened, Error> {
    let Some(id) = link.user_id else {
        return Ok(Opened::Dead);
    };
    let Some(user) = users::by_id(tx, id).await? else {
        return Ok(Opened::Dead);
    };
    if !users::update_email(tx, id, &link.email).await? {
        return Ok(Opened::Dead);
    }
    links::delete_by_email(tx, &user.email).await?;
    let news = Payload::AddressChanged {
        letter: ids.next(),
        email: user.email,
    };
    MailAccount::enqueue(tx, ids, &news, now_ms).await?;
    Ok(Opened::Done)
}
