//! Telling a webhook what happened.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{Ctx, Enqueue, Finished, Job, JobError, Limits, Step, enqueue};
use crate::breaker::Breakers;
use crate::ids::{Id, Ids};
use crate::store::webhooks;
use crate::store::{StoreError, Tx};
use crate::webhooks::sender::{Letter, Received, Sender};

/// Characters of an answer that are kept.
const ANSWER_CHARS: usize = 200;

/// The job; see the module.
pub struct DeliverWebhook {
    sender: Sender,
    breakers: Breakers,
}

/// Which delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Id of the delivery.
    pub delivery: Id,
}

impl DeliverWebhook {
    /// The job, with this sender, which leaves hosts alone that fail.
    #[must_use]
    pub fn new(sender: Sender, breakers: Breakers) -> Self {
        Self { sender, breakers }
    }

    /// Queues a delivery, in the transaction that writes it down.
    pub async fn enqueue(
        tx: &mut Tx,
        ids: &Ids,
        delivery: Id,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let how = Enqueue {
            unique_key: Some(format!("webhook:{delivery}")),
            ..Enqueue::at_once(ids.next(), now_ms)
        };
        enqueue::<Self>(tx, &Payload { delivery }, how).await
    }

    async fn send(&self, letter: Letter) -> Result<Received, JobError> {
        let url: http::Uri = match letter.url.parse() {
            Ok(url) => url,
            Err(error) => return Ok(Received::Refused(format!("{}: {error}", letter.url))),
        };
        let host = server(&url);
        let Some(call) = self.breakers.call(&host) else {
            let reason = format!("{host} failed again and again: it is left alone for a while");
            return Ok(Received::Failed(reason));
        };
        let sender = self.sender.clone();
        let sent = tokio::task::spawn_blocking(move || sender.send(&letter)).await;
        call.ended(!matches!(sent, Ok(Received::Failed(_)) | Err(_)));
        sent.map_err(|error| JobError::Retry(error.to_string()))
    }
}

/// The server, as breakers know it, without what a URL may say of whoever asks.
fn server(url: &http::Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("https");
    let usual = if scheme == "http" { 80 } else { 443 };
    let host = url.host().unwrap_or_default().to_ascii_lowercase();
    format!("{scheme}://{host}:{}", url.port_u16().unwrap_or(usual))
}

#[async_trait]
impl Job for DeliverWebhook {
    const KIND: &'static str = "deliver-webhook";
    // Eight tries, the last about an hour after the first: a receiver may be restarted meanwhile.
    const LIMITS: Limits = Limits {
        max_failures: 8,
        lease_ms: 60_000,
        backoff_ms: 10_000,
        backoff_max_ms: 1_800_000,
    };
    type Payload = Payload;

    async fn run(&self, ctx: &Ctx, payload: &Payload) -> Result<Finished, JobError> {
        let id = payload.delivery;
        let mut tx = ctx.db.read().await?;
        let delivery = webhooks::delivery_by_id(&mut tx, id).await?;
        let delivery = delivery.filter(|delivery| delivery.status == "queued");
        let Some(delivery) = delivery else {
            drop(tx);
            return ctx.finish().await?.commit().await;
        };
        let webhook: Id = delivery
            .webhook_id
            .parse()
            .map_err(|_| JobError::Dead("a webhook without an id".into()))?;
        let webhook = webhooks::by_id(&mut tx, webhook).await?;
        drop(tx);
        let Some(webhook) = webhook else {
            return ctx.finish().await?.commit().await;
        };
        let letter = Letter {
            url: webhook.url,
            secret: webhook.secret,
            event: delivery.event,
            id: delivery.id,
            body: delivery.body,
            unix_s: ctx.clock.now_ms() / 1_000,
        };
        match self.send(letter).await? {
            Received::Taken(status) => {
                let mut tx = ctx.finish().await?;
                let now_ms = ctx.clock.now_ms();
                let answer = status.to_string();
                webhooks::update_tried(&mut tx, id, ("delivered", &answer), now_ms).await?;
                tx.commit().await
            }
            Received::Refused(reason) | Received::Failed(reason) => {
                let reason: String = reason.chars().take(ANSWER_CHARS).collect();
                let mut tx = ctx.db.write().await?;
                webhooks::update_tried(&mut tx, id, ("queued", &reason), 0).await?;
                tx.commit().await?;
                Err(JobError::Retry(reason))
            }
        }
    }

    async fn moved(
        &self,
        tx: &mut Tx,
        payload: &Payload,
        step: Step<'_>,
        (_, now_ms): (&Ids, i64),
    ) -> Result<(), StoreError> {
        match step {
            Step::Claimed | Step::Queued => Ok(()),
            Step::Dead(_) => webhooks::update_given_up(tx, payload.delivery, now_ms).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::server;

    #[test]
    fn one_server_has_one_breaker_however_its_url_is_written() {
        for url in [
            "https://A.example/hook?x=1",
            "https://a.example:443/other",
            "https://user:secret@a.example",
        ] {
            assert_eq!(server(&url.parse().unwrap()), "https://a.example:443");
        }
        let plain = server(&"http://10.0.0.1/".parse().unwrap());
        assert_eq!(plain, "http://10.0.0.1:80");
    }
}
