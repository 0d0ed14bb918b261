//! `[mail]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// How mail leaves.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct MailConfig {
    /// The way out.
    pub transport: MailTransport,
    /// Who mails come from, as `Name <address>`.
    pub from: String,
    /// Name of the SMTP server.
    pub smtp_host: String,
    /// Its port.
    pub smtp_port: u16,
    /// How the connection is encrypted.
    pub smtp_tls: MailTls,
    /// Whom to sign in as, if the server wants that.
    pub smtp_user: Option<String>,
    /// With which password.
    pub smtp_password: Secret,
    /// A file that holds the password.
    pub smtp_password_file: Option<PathBuf>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            transport: MailTransport::default(),
            from: "Headroom <headroom@localhost>".into(),
            smtp_host: "localhost".into(),
            smtp_port: 587,
            smtp_tls: MailTls::default(),
            smtp_user: None,
            smtp_password: Secret::default(),
            smtp_password_file: None,
        }
    }
}

/// The way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// Messages become files in the data folder.
    #[default]
    Outbox,
    /// Messages go to an SMTP server.
    Smtp,
}

/// How the connection to the SMTP server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// By STARTTLS, or not at all: a server that does not offer it gets no mail.
    #[default]
    Starttls,
    /// From the first byte, as on port 465.
    Tls,
    /// Not: for a relay on this machine.
    None,
}
