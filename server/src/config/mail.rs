//! `[mail]`.

use std::net::SocketAddr;
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
    /// No step of a conversation with the server may take longer than this, seconds. RFC 5321
    /// gives each step its own time, ten minutes at most.
    pub smtp_patience_s: u32,
    /// Messages that may be on their way to the server at once.
    pub connections: u16,
    /// Messages that may be on their way to one recipient domain at once.
    pub connections_per_domain: u16,
    /// Messages of the newsletter in a second; 0 is without a cap.
    pub per_second: u32,
    /// The address that messages of the newsletter come back to, such as `bounces@example.org`;
    /// what stands before the @ gets `+` and the name of the delivery appended.
    pub bounces: Option<String>,
    /// Name of the DKIM key in DNS: `NAME._domainkey.DOMAIN`. Without it nothing is signed.
    pub dkim_selector: Option<String>,
    /// The domain that signs; the one in `from` if left away.
    pub dkim_domain: Option<String>,
    /// A file that holds the key: RSA as PEM (PKCS#1), Ed25519 as 32 bytes in base64.
    pub dkim_key_file: Option<PathBuf>,
    /// What kind of key it is.
    pub dkim_algorithm: DkimAlgorithm,
    /// The DNS server that is asked what the world sees of the domain in `from`; the machine's own
    /// if left away.
    pub resolver: Option<SocketAddr>,
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
            smtp_patience_s: 600,
            connections: 16,
            connections_per_domain: 8,
            per_second: 0,
            bounces: None,
            dkim_selector: None,
            dkim_domain: None,
            dkim_key_file: None,
            dkim_algorithm: DkimAlgorithm::default(),
            resolver: None,
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

/// What kind of key signs messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DkimAlgorithm {
    /// RSA, 2,048 bits: every verifier knows it.
    #[default]
    Rsa,
    /// Ed25519: short, and not known everywhere.
    Ed25519,
}
