//! How mail leaves: by SMTP, or into files. A fresh installation writes files, so that it mails
//! nobody by accident.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lettre::message::Mailbox;
use lettre::{Address, Message};

use super::dkim::Signer;
use super::smtp::{Protection, Report, Smtp};
use super::{Bulk, Letter};
use crate::breaker::Breakers;
use crate::clock::Clock;
use crate::config::{Config, MailTransport};
use crate::metrics::Metrics;

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Another try may work.
    #[error("the mail could not be handed over: {0}")]
    Passing(String),
    /// The server refused it for good, or it cannot be put into words.
    #[error("the mail was refused: {0}")]
    Refused(String),
}

impl MailError {
    pub(super) fn message(error: impl std::fmt::Display) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Sends letters. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
    signer: Option<Arc<Signer>>,
    clock: Clock,
    metrics: Metrics,
    breakers: Option<Breakers>,
}

#[derive(Clone, Debug)]
enum Way {
    Outbox(PathBuf),
    Smtp(Arc<Smtp>),
}

impl Mailer {
    /// The way out that the settings name.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let mail = &config.mail;
        let from = mail.from.parse().map_err(|error| {
            anyhow::anyhow!("mail.from = {:?} is no address: {error}", mail.from)
        })?;
        let way = match mail.transport {
            MailTransport::Outbox => Way::Outbox(outbox(&config.data.dir)),
            MailTransport::Smtp => Way::Smtp(Arc::new(Smtp::new(mail)?)),
        };
        let signer = Signer::new(mail)?.map(Arc::new);
        Ok(Self {
            from,
            way,
            signer,
            clock,
            metrics: Metrics::default(),
            breakers: None,
        })
    }

    /// The same mailer, which is counted, and leaves a mail server alone that cannot be reached.
    #[must_use]
    pub fn watched(mut self, metrics: Metrics, breakers: Breakers) -> Self {
        self.metrics = metrics;
        self.breakers = Some(breakers);
        self
    }

    /// Whether mail could leave now: begins a conversation with the server as for a message, and
    /// sends none.
    ///
    /// # Errors
    /// Why not.
    pub async fn reach(&self) -> Result<(), String> {
        match &self.way {
            Way::Outbox(_) => Ok(()),
            Way::Smtp(smtp) => smtp.reach().await,
        }
    }

    /// How a conversation with the mail server is protected: begins one, and does not sign in.
    ///
    /// # Errors
    /// Why there was none.
    pub async fn protection(&self) -> Result<Protection, String> {
        match &self.way {
            Way::Outbox(_) => Err("mail is written to the outbox".into()),
            Way::Smtp(smtp) => smtp.protection().await,
        }
    }

    /// Sends a letter to an address.
    ///
    /// # Errors
    /// When it did not leave, or nobody knows whether it did.
    pub async fn send(&self, letter: Letter, to: &str) -> Result<(), MailError> {
        let to: Address = to.parse().map_err(MailError::message)?;
        let id = letter.id.clone();
        let mut message = letter.message(&self.from, &to, self.clock.system_time())?;
        match self
            .hand_over(&mut message, &id, &self.from.email, &to)
            .await
        {
            Report::Sent(_) => Ok(()),
            Report::Refused(why) => Err(MailError::Refused(why)),
            Report::Later(why) | Report::Unreached(why) | Report::Unknown(why) => {
                Err(MailError::Passing(why))
            }
        }
    }

    /// Sends one copy of what goes to many, and says how far it came.
    pub async fn post(&self, bulk: Bulk<'_>) -> Report {
        let to: Address = match bulk.to.parse() {
            Ok(to) => to,
            Err(error) => return Report::Refused(format!("{:?}: {error}", bulk.to)),
        };
        let id = bulk.id.clone();
        let from = bulk.return_path.clone();
        let from = from.unwrap_or_else(|| self.from.email.clone());
        let mut message = match bulk.message(&self.from, &to, self.clock.system_time()) {
            Ok(message) => message,
            Err(error) => return Report::Refused(error.to_string()),
        };
        self.hand_over(&mut message, &id, &from, &to).await
    }

    async fn hand_over(
        &self,
        message: &mut Message,
        id: &str,
        from: &Address,
        to: &Address,
    ) -> Report {
        if let Some(signer) = &self.signer {
            signer.sign(message);
        }
        let text = message.formatted();
        let report = match &self.way {
            Way::Outbox(folder) => match write(folder, id, &text).await {
                Ok(()) => Report::Sent("written to the outbox".into()),
                Err(error) => Report::Unreached(format!("{}: {error}", folder.display())),
            },
            Way::Smtp(smtp) => self.deliver(smtp, (from, to), &text).await,
        };
        self.metrics.mailed(report.name());
        report
    }

    async fn deliver(&self, smtp: &Smtp, (from, to): (&Address, &Address), text: &[u8]) -> Report {
        let Some(breakers) = &self.breakers else {
            return smtp.deliver(from, to, text).await;
        };
        let host = smtp.address();
        let Some(call) = breakers.call(&host) else {
            return Report::Unreached(format!(
                "{host} could not be reached again and again: it is left alone for a while"
            ));
        };
        let report = smtp.deliver(from, to, text).await;
        call.ended(!matches!(report, Report::Unreached(_)));
        report
    }
}

/// The folder where mail stays that is not sent.
#[must_use]
pub fn outbox(data: &Path) -> PathBuf {
    data.join("outbox")
}

/// The same letter twice is one file.
async fn write(folder: &Path, id: &str, text: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    tokio::fs::write(folder.join(format!("{id}.eml")), text).await
}
