//! Mails about accounts. Only here is looked up whether an address has one: what its owner reads
//! differs, what anybody sees does not.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::queue::{Ctx, Enqueue, Finished, Job, JobError, Limits, enqueue};
use crate::ids::{Id, Ids};
use crate::mail::Mailer;
use crate::mail::account::{Telling, letter};
use crate::random::Random;
use crate::store::links::{self, Link, Purpose};
use crate::store::{StoreError, Tx, modules, users};

/// Mails links and news of accounts.
pub struct MailAccount {
    mailer: Mailer,
    random: Random,
    site: String,
}

/// What to mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// A link that was asked for. Its secret is made when it is mailed, and never kept.
    Link {
        /// Id of the link.
        link: Id,
    },
    /// The password is another now.
    PasswordChanged {
        /// Id of the letter.
        letter: Id,
        /// Whose.
        email: String,
    },
    /// The address is another now.
    AddressChanged {
        /// Id of the letter.
        letter: Id,
        /// The former address.
        email: String,
    },
}

impl MailAccount {
    /// The job, sending by `mailer`, for the site at `site` (no slash at its end).
    #[must_use]
    pub fn new(mailer: Mailer, random: Random, site: String) -> Self {
        Self {
            mailer,
            random,
            site,
        }
    }

    /// Queues a mail, in the caller's transaction.
    pub async fn enqueue(
        tx: &mut Tx,
        ids: &Ids,
        payload: &Payload,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        enqueue::<Self>(tx, payload, Enqueue::at_once(ids.next(), now_ms)).await
    }

    async fn mail_link(&self, ctx: &Ctx, id: Id) -> Result<(), JobError> {
        let now_ms = ctx.clock.now_ms();
        let mut tx = ctx.db.read().await?;
        let link = links::by_id(&mut tx, id).await?;
        let Some(link) = link.filter(|link| link.used_at.is_none() && link.expires_at > now_ms)
        else {
            return Ok(());
        };
        let known = users::by_email(&mut tx, &link.email).await?.is_some();
        drop(tx);
        let id = link.id.to_string();
        match (link.purpose, known) {
            (Purpose::SignUp, true) | (Purpose::Email, true) => {
                self.send(&id, Telling::HasAccount, &link.email).await
            }
            (Purpose::SignIn | Purpose::Reset, false) => {
                self.send(&id, Telling::HasNone, &link.email).await
            }
            _ => self.send_link(ctx, &link).await,
        }
    }

    async fn send_link(&self, ctx: &Ctx, link: &Link) -> Result<(), JobError> {
        let token = self.random.secret();
        // Before it is mailed: a link that arrives works.
        let mut tx = ctx.db.write().await?;
        links::update_token(&mut tx, link.id, &modules::digest(token.as_bytes())).await?;
        tx.commit().await?;
        let url = format!("{}/link?token={token}", self.site);
        let telling = Telling::Link(link.purpose, &url);
        self.send(&link.id.to_string(), telling, &link.email).await
    }

    async fn send(&self, id: &str, telling: Telling<'_>, email: &str) -> Result<(), JobError> {
        let letter = letter(id, telling, &self.site);
        Ok(self.mailer.send(letter, email).await?)
    }
}

#[async_trait]
impl Job for MailAccount {
    const KIND: &'static str = "mail-account";
    const LIMITS: Limits = Limits {
        max_failures: 8,
        lease_ms: 90_000,
        backoff_ms: 2_000,
        backoff_max_ms: 300_000,
    };
    type Payload = Payload;

    async fn run(&self, ctx: &Ctx, payload: &Payload) -> Result<Finished, JobError> {
        match payload {
            Payload::Link { link } => self.mail_link(ctx, *link).await?,
            Payload::PasswordChanged { letter, email } => {
                let id = letter.to_string();
                self.send(&id, Telling::PasswordChanged, email).await?;
            }
            Payload::AddressChanged { letter, email } => {
                let id = letter.to_string();
                self.send(&id, Telling::AddressChanged, email).await?;
            }
        }
        ctx.finish().await?.commit().await
    }
}
