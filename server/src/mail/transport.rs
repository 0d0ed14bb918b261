//! How mail leaves: by SMTP, or into files. A fresh installation writes files, so that it mails
//! nobody by accident.

use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::Letter;
use crate::config::{Config, MailConfig, MailTls, MailTransport};

/// A server that has not answered a command by then is taken for dead.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// Sends letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Outbox(PathBuf),
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

impl Mailer {
    /// The way out that the settings name.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let mail = &config.mail;
        let from = mail.from.parse().map_err(|error| {
            anyhow::anyhow!("mail.from = {:?} is no address: {error}", mail.from)
        })?;
        let way = match mail.transport {
            MailTransport::Outbox => Way::Outbox(config.data.dir.join("outbox")),
            MailTransport::Smtp => Way::Smtp(Box::new(smtp(mail)?)),
        };
        Ok(Self { from, way })
    }

    /// Sends a letter to an address.
    ///
    /// # Errors
    /// When it did not leave, or nobody knows whether it did.
    pub async fn send(&self, letter: Letter, to: &str) -> Result<(), MailError> {
        let message = letter.message(&self.from, to)?;
        match &self.way {
            Way::Outbox(folder) => {
                let passing = |error: &dyn std::fmt::Display| MailError::Passing(error.to_string());
                std::fs::create_dir_all(folder).map_err(|error| passing(&error))?;
                let transport = AsyncFileTransport::<Tokio1Executor>::new(folder);
                let sent = transport.send(message).await;
                sent.map(drop).map_err(|error| passing(&error))
            }
            Way::Smtp(transport) => {
                let sent = transport.send(message).await;
                sent.map(drop).map_err(|error| match error.is_permanent() {
                    true => MailError::Refused(error.to_string()),
                    false => MailError::Passing(error.to_string()),
                })
            }
        }
    }
}

fn smtp(mail: &MailConfig) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let host = mail.smtp_host.as_str();
    let parameters = || TlsParameters::new(host.to_owned());
    let tls = match mail.smtp_tls {
        MailTls::Starttls => Tls::Required(parameters()?),
        MailTls::Tls => Tls::Wrapper(parameters()?),
        MailTls::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(mail.smtp_port)
        .tls(tls)
        .timeout(Some(PATIENCE));
    if let Some(user) = &mail.smtp_user {
        let password = mail.smtp_password.reveal().unwrap_or_default();
        builder = builder.credentials(Credentials::new(user.clone(), password.to_owned()));
    }
    Ok(builder.build())
}
