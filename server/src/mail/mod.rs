//! Mail: how it leaves, and what it says.

pub mod account;
pub mod newsletter;
mod transport;

pub use transport::{MailError, Mailer};

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

/// What is to be sent, to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Left part of the Message-ID. The same letter sent twice has the same one (RFC 5322 §3.6.4),
    /// so that mail programs can tell.
    pub id: String,
    /// Subject.
    pub subject: String,
    /// The text, complete without the HTML.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl Letter {
    /// The message as it is sent. It says that no person wrote it (RFC 3834 §5), so that absence
    /// notes do not answer it.
    fn message(self, from: &Mailbox, to: &str) -> Result<Message, MailError> {
        let to: lettre::Address = to.parse().map_err(MailError::message)?;
        let id = format!("<{}@{}>", self.id, from.email.domain());
        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(id))
            .subject(self.subject)
            .multipart(MultiPart::alternative_plain_html(self.text, self.html))
            .map_err(MailError::message)?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let value = HeaderValue::new(automatic, "auto-generated".to_owned());
        message.headers_mut().insert_raw(value);
        Ok(message)
    }
}
