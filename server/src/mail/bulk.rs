//! One copy of what goes to many.

use std::time::SystemTime;

use lettre::message::Mailbox;
use lettre::message::header::MIME_VERSION_1_0;
use lettre::{Address, Message};

use super::stencil::Filled;
use super::{MailError, insert};

/// One copy of what goes to many, for one of them.
#[derive(Clone, Debug)]
pub struct Bulk<'a> {
    /// Left part of the Message-ID: the same for the same issue and reader, however often it is
    /// sent (RFC 5322 §3.6.4).
    pub id: String,
    /// Who reads it.
    pub to: &'a str,
    /// Where the mail system sends it back to, if it cannot be delivered.
    pub return_path: Option<Address>,
    /// Subject.
    pub subject: &'a str,
    /// Text and HTML.
    pub body: Filled,
    /// The name of the list (RFC 2919), such as `newsletter.example.org`.
    pub list: &'a str,
    /// The address whose POST ends the subscription (RFC 8058).
    pub unsubscribe: String,
    /// Where past issues are (RFC 2369 §3.6).
    pub archive: &'a str,
}

impl Bulk<'_> {
    pub(super) fn message(
        self,
        from: &Mailbox,
        to: &Address,
        date: SystemTime,
    ) -> Result<Message, MailError> {
        let id = format!("<{}@{}>", self.id, from.email.domain());
        let mut builder = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .message_id(Some(id))
            .date(date)
            .subject(self.subject)
            .header(MIME_VERSION_1_0);
        if let Some(kind) = self.body.content_type {
            builder = builder.header(kind);
        }
        let mut message = builder.body(self.body.body).map_err(MailError::message)?;
        let headers = [
            ("List-Id", format!("<{}>", self.list)),
            ("List-Unsubscribe", format!("<{}>", self.unsubscribe)),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()),
            ("List-Archive", format!("<{}>", self.archive)),
            // Absence notes do not answer it (RFC 3834 §5).
            ("Auto-Submitted", "auto-generated".into()),
        ];
        for (name, value) in headers {
            insert(&mut message, name, value);
        }
        Ok(message)
    }
}
