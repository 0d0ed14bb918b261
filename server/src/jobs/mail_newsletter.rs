//! Mails about subscriptions. Only here is looked up whether an address subscribes: what its owner
//! reads differs, what anybody sees does not.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::queue::{Ctx, Enqueue, Finished, Job, JobError, Limits, enqueue};
use crate::ids::{Id, Ids};
use crate::mail::Mailer;
use crate::mail::newsletter::{Telling, letter};
use crate::newsletter::CONFIRM_MS;
use crate::random::Random;
use crate::store::subscribers::{self, Status, Subscriber};
use crate::store::{StoreError, Tx, modules};

/// Mails about subscriptions.
pub struct MailNewsletter {
    mailer: Mailer,
    random: Random,
    site: String,
}

/// What to mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// Somebody asked to subscribe.
    Asked {
        /// Id of the letter.
        letter: Id,
        /// The address.
        email: String,
        /// Names of topics, with spaces between them.
        topics: String,
        /// How often.
        frequency: String,
    },
}

impl MailNewsletter {
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

    /// The link to mail: what confirms, or, to somebody who subscribes, the preferences.
    async fn link(
        &self,
        ctx: &Ctx,
        email: &str,
        (topics, frequency): (&str, &str),
    ) -> Result<(bool, String), JobError> {
        let mut tx = ctx.db.write().await?;
        let known = subscribers::by_email(&mut tx, email).await?;
        if let Some(known) = known.filter(|known| known.status == Status::Confirmed) {
            let url = format!("{}/newsletter/preferences?key={}", self.site, known.key);
            return Ok((true, url));
        }
        let now_ms = ctx.clock.now_ms();
        let new = Subscriber {
            id: ctx.ids.next(),
            email: email.to_owned(),
            status: Status::Pending,
            topics: topics.to_owned(),
            frequency: frequency.to_owned(),
            key: self.random.secret(),
            created_at: now_ms,
            suppressed: None,
        };
        let token = self.random.secret();
        let digest = modules::digest(token.as_bytes());
        // Before it is mailed: a link that arrives works.
        subscribers::upsert_asked(&mut tx, &new, (&digest, now_ms + CONFIRM_MS)).await?;
        tx.commit().await?;
        let url = format!("{}/newsletter/confirm?token={token}", self.site);
        Ok((false, url))
    }
}

#[async_trait]
impl Job for MailNewsletter {
    const KIND: &'static str = "mail-newsletter";
    const LIMITS: Limits = Limits {
        max_failures: 8,
        lease_ms: 90_000,
        backoff_ms: 2_000,
        backoff_max_ms: 300_000,
    };
    type Payload = Payload;

    async fn run(&self, ctx: &Ctx, payload: &Payload) -> Result<Finished, JobError> {
        let Payload::Asked {
            letter: id,
            email,
            topics,
            frequency,
        } = payload;
        let (subscribes, url) = self.link(ctx, email, (topics, frequency)).await?;
        let telling = match subscribes {
            true => Telling::Already(&url),
            false => Telling::Confirm(&url),
        };
        let letter = letter(&id.to_string(), telling, &self.site);
        self.mailer.send(letter, email).await?;
        ctx.finish().await?.commit().await
    }
}
