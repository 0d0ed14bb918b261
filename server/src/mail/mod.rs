//! Mail: how it leaves, and what it says.

pub mod account;
pub mod bounce;
mod bulk;
pub mod dkim;
pub mod newsletter;
mod smtp;
pub mod stencil;
mod transport;

pub use bulk::Bulk;
pub use smtp::{Protection, Report};
pub use transport::{MailError, Mailer, outbox};

use std::time::SystemTime;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

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
    fn message(self, from: &Mailbox, to: &Address, date: SystemTime) -> Result<Message, MailError> {
        let id = format!("<{}@{}>", self.id, from.email.domain());
        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .message_id(Some(id))
            .date(date)
            .subject(self.subject)
            .multipart(MultiPart::alternative_plain_html(self.text, self.html))
            .map_err(MailError::message)?;
        insert(&mut message, "Auto-Submitted", "auto-generated".to_owned());
        Ok(message)
    }
}

/// Sets a header whose value is made here, of visible ASCII: it is neither encoded nor folded.
fn insert(message: &mut Message, name: &'static str, value: String) {
    let name = HeaderName::new_from_ascii_str(name);
    let value = HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value);
    message.headers_mut().insert_raw(value);
}
