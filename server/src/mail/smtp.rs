//! SMTP, step by step (RFC 5321), so that it is known how far a message came when something goes
//! wrong: whether it may be sent again, must not be, or whether nobody knows.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use crate::config::{MailConfig, MailTls};

const MINUTE: Duration = Duration::from_secs(60);
/// How long each step may take (RFC 5321 §4.5.3.2).
const GREETING: Duration = MINUTE.saturating_mul(5);
const MAIL: Duration = MINUTE.saturating_mul(5);
const RCPT: Duration = MINUTE.saturating_mul(5);
const DATA: Duration = MINUTE.saturating_mul(2);
/// The text and the answer to it; short of ten minutes a message may arrive twice (§4.5.3.2.6).
const TEXT: Duration = MINUTE.saturating_mul(10);
/// Messages over one connection; many servers end it there.
const MESSAGES_MAX: u32 = 100;
/// Connections that wait for the next message.
const IDLE_MAX: usize = 64;
/// The server ends the conversation (RFC 5321 §3.8).
const CLOSING: u16 = 421;

/// How far a message came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The server has taken it, with these words.
    Sent(String),
    /// The server may take it another time.
    Later(String),
    /// The server does not take it.
    Refused(String),
    /// No conversation came about: this says nothing of the message.
    Unreached(String),
    /// The text was handed over and no answer came: it may have arrived.
    Unknown(String),
}

impl Report {
    /// Its name where it is counted.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Later(_) => "later",
            Self::Refused(_) => "refused",
            Self::Unreached(_) => "unreached",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// How a conversation with a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// By TLS, with a certificate for the server's name that an authority vouches for.
    Tls,
    /// Not at all, as the settings ask.
    Clear {
        /// Whether the server would.
        offers_starttls: bool,
    },
}

/// A mail server, with the connections to it.
pub struct Smtp {
    host: String,
    port: u16,
    tls: MailTls,
    parameters: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    /// No step may take longer than this.
    cap: Duration,
    idle: Mutex<Vec<Line>>,
}

/// A connection, and how many messages it has carried.
struct Line {
    connection: AsyncSmtpConnection,
    carried: u32,
}

/// Why a step did not succeed.
enum Trouble {
    /// The server said so.
    Said(u16, String),
    /// The connection is of no use any more.
    Broken(String),
}

impl Trouble {
    fn report(self) -> Report {
        match self {
            Self::Said(code, text) if code >= 500 => Report::Refused(text),
            Self::Said(_, text) => Report::Later(text),
            Self::Broken(text) => Report::Later(text),
        }
    }

    /// Whether the connection can carry the next message.
    const fn spares_the_line(&self) -> bool {
        matches!(self, Self::Said(code, _) if *code != CLOSING)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let text = clipped(&chain(&error));
        match error.status() {
            Some(code) => Self::Said(u16::from(code), text),
            None => Self::Broken(text),
        }
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(clipped(&error.to_string()))
    }
}

impl Smtp {
    /// The server, as breakers know it.
    pub fn address(&self) -> String {
        format!("smtp://{}:{}", self.host, self.port)
    }

    /// The server that the settings name.
    ///
    /// # Errors
    /// When its name cannot stand in a certificate.
    pub fn new(mail: &MailConfig) -> anyhow::Result<Self> {
        let credentials = mail.smtp_user.as_ref().map(|user| {
            let password = mail.smtp_password.reveal().unwrap_or_default();
            Credentials::new(user.clone(), password.to_owned())
        });
        Ok(Self {
            host: mail.smtp_host.clone(),
            port: mail.smtp_port,
            tls: mail.smtp_tls,
            parameters: TlsParameters::new(mail.smtp_host.clone())?,
            credentials,
            hello: ClientId::default(),
            cap: Duration::from_secs(u64::from(mail.smtp_patience_s)),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Connects, secures and signs in as for a message, and takes its leave.
    pub async fn reach(&self) -> Result<(), String> {
        let mut connection = self.connect().await?;
        let _said_goodbye = self.step(DATA, connection.quit()).await;
        Ok(())
    }

    /// Hands a message over.
    pub async fn deliver(&self, from: &Address, to: &Address, text: &[u8]) -> Report {
        if let Some(line) = self.take_idle() {
            // The server may have closed it long ago: then the next one is fresh.
            match self.converse(line, from, to, text).await {
                Ok(report) => return report,
                Err(_stale) => {}
            }
        }
        let line = match self.connect().await {
            Ok(connection) => Line {
                connection,
                carried: 0,
            },
            Err(why) => return Report::Unreached(why),
        };
        match self.converse(line, from, to, text).await {
            Ok(report) => report,
            Err(why) => Report::Unreached(why),
        }
    }

    /// One message; an error if the connection turns out to be dead before it is put to use.
    async fn converse(
        &self,
        mut line: Line,
        from: &Address,
        to: &Address,
        text: &[u8],
    ) -> Result<Report, String> {
        let mut parameters = Vec::new();
        if !text.is_ascii() {
            if !supports(&line, Extension::EightBitMime) {
                self.put_back(line).await;
                let text = "the server takes seven-bit text only (RFC 6152)";
                return Ok(Report::Refused(text.into()));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let connection = &mut line.connection;
        let begun = self
            .step(
                MAIL,
                connection.command(Mail::new(Some(from.clone()), parameters)),
            )
            .await;
        match begun {
            Ok(_) => {}
            Err(Trouble::Broken(why)) => return Err(why),
            Err(Trouble::Said(CLOSING, why)) => return Err(why),
            Err(trouble) => return Ok(self.give_up(line, trouble).await),
        }
        let named = self
            .step(RCPT, connection.command(Rcpt::new(to.clone(), Vec::new())))
            .await;
        if let Err(trouble) = named {
            return Ok(self.give_up(line, trouble).await);
        }
        if let Err(trouble) = self.step(DATA, connection.command(Data)).await {
            return Ok(self.give_up(line, trouble).await);
        }
        match self.step(TEXT, connection.message(text)).await {
            Ok(reply) => {
                line.carried += 1;
                self.put_back(line).await;
                Ok(Report::Sent(reply))
            }
            // From here on the server may have it.
            Err(Trouble::Broken(why)) => Ok(Report::Unknown(why)),
            Err(trouble) => Ok(self.give_up(line, trouble).await),
        }
    }

    /// Ends the transaction, and keeps the connection if it can be kept.
    async fn give_up(&self, mut line: Line, trouble: Trouble) -> Report {
        if trouble.spares_the_line() && self.step(DATA, line.connection.command(Rset)).await.is_ok()
        {
            self.put_back(line).await;
        }
        trouble.report()
    }

    /// Connects and secures as for a message, and takes its leave.
    pub async fn protection(&self) -> Result<Protection, String> {
        let mut connection = self.secure().await?;
        let protection = match self.tls {
            MailTls::Starttls | MailTls::Tls => Protection::Tls,
            MailTls::None => Protection::Clear {
                offers_starttls: connection.can_starttls(),
            },
        };
        let _said_goodbye = self.step(DATA, connection.quit()).await;
        Ok(protection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let mut connection = self.secure().await?;
        if let Some(credentials) = &self.credentials {
            let known = connection.auth(DEFAULT_MECHANISMS, credentials);
            self.within(GREETING, known).await.map_err(said)?;
        }
        Ok(connection)
    }

    async fn secure(&self) -> Result<AsyncSmtpConnection, String> {
        let mut connection = self.greet().await.map_err(said)?;
        if matches!(self.tls, MailTls::Starttls) {
            if !connection.can_starttls() {
                return Err(
                    "the server offers no STARTTLS, and mail is not sent in the clear".into(),
                );
            }
            let secured = connection.starttls(self.parameters.clone(), &self.hello);
            self.within(GREETING, secured).await.map_err(said)?;
        }
        Ok(connection)
    }

    /// Opens a connection and hears the greeting.
    async fn greet(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let address = (self.host.as_str(), self.port);
        if matches!(self.tls, MailTls::Tls) {
            let wrapped = Some(self.parameters.clone());
            let opened =
                AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, wrapped, None);
            return self.within(GREETING, opened).await;
        }
        let stream = self.within(GREETING, TcpStream::connect(address)).await?;
        // A message is written in pieces. Nagle's algorithm (RFC 896) would hold each small one
        // back until the server has acknowledged the one before, which it may put off for 40 ms.
        stream.set_nodelay(true)?;
        let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello);
        self.within(GREETING, greeted).await
    }

    async fn step(
        &self,
        patience: Duration,
        doing: impl Future<Output = Result<Response, Error>>,
    ) -> Result<String, Trouble> {
        let response = self.within(patience, doing).await?;
        Ok(clipped(&response.message().collect::<Vec<_>>().join(" ")))
    }

    async fn within<T, E: Into<Trouble>>(
        &self,
        patience: Duration,
        doing: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Trouble> {
        let patience = patience.min(self.cap);
        match tokio::time::timeout(patience, doing).await {
            Ok(done) => done.map_err(Into::into),
            Err(_elapsed) => Err(Trouble::Broken(format!(
                "no answer within {} s",
                patience.as_secs()
            ))),
        }
    }

    fn take_idle(&self) -> Option<Line> {
        self.idle().pop()
    }

    async fn put_back(&self, mut line: Line) {
        if line.carried < MESSAGES_MAX {
            let mut idle = self.idle();
            if idle.len() < IDLE_MAX {
                idle.push(line);
                return;
            }
        }
        let _said_goodbye = self.step(DATA, line.connection.quit()).await;
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Line>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

fn supports(line: &Line, extension: Extension) -> bool {
    line.connection.server_info().supports_feature(extension)
}

fn said(trouble: Trouble) -> String {
    match trouble {
        Trouble::Said(_, text) | Trouble::Broken(text) => text,
    }
}

/// An error with what caused it.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text = format!("{text}: {next_text}");
        }
        cause = next.source();
    }
    text
}

/// What a server says is kept, but not at any length and on one line.
fn clipped(text: &str) -> String {
    const MOST: usize = 300;
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(MOST).collect()
}
