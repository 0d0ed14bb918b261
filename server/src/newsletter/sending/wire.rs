//! The wire to the mail server: makes each reader's copy and hands it over.

use std::sync::Arc;

use async_trait::async_trait;

use super::Wire;
use crate::mail::{Bulk, Mailer, Report};
use crate::newsletter::edition::Edition;
use crate::newsletter::return_path;
use crate::store::mailings::Waiting;

/// An issue on its way through the mailer.
pub struct MailWire {
    /// What sends.
    pub mailer: Mailer,
    /// What is sent.
    pub edition: Arc<Edition>,
    /// Where what cannot be delivered comes back to, if anywhere.
    pub bounces: Option<String>,
}

#[async_trait]
impl Wire for MailWire {
    async fn send(&self, to: &Waiting) -> Report {
        let (Some(email), Some(key)) = (&to.email, &to.key) else {
            return Report::Refused("nobody to send to".into());
        };
        let edition = &self.edition;
        let copy = edition.copy(
            key,
            (to.topics.as_deref().unwrap_or_default(), &to.audience),
        );
        let return_path = self.bounces.as_deref().and_then(|bounces| {
            return_path::make(bounces, key, (edition.issue, to.position))
                .parse()
                .ok()
        });
        let bulk = Bulk {
            id: format!("{}.{}.{}", edition.issue, to.position, edition.created_at),
            to: email,
            return_path,
            subject: &edition.subject,
            body: copy.body,
            list: &edition.list,
            unsubscribe: copy.unsubscribe,
            archive: &edition.archive,
        };
        self.mailer.post(bulk).await
    }
}
