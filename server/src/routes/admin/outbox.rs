//! `/admin/outbox`: mail that was written down instead of sent.

use std::io::Read as _;
use std::path::Path as FilePath;

use app::admin::{AdminPage, Outbox};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use mail_parser::MessageParser;

use super::shown;
use crate::config::MailTransport;
use crate::error::Error;
use crate::mail::outbox;
use crate::state::AppState;

/// Messages that are listed.
const LISTED: usize = 100;
/// Bytes of a message that are read for its subject.
const HEAD_BYTES: u64 = 16 << 10;

/// `GET /admin/outbox`
pub async fn list(State(state): State<AppState>) -> Result<Response, Error> {
    let folder = outbox(&state.config.data.dir);
    let read = tokio::task::spawn_blocking(move || newest(&folder));
    let (rows, all) = read.await.map_err(|error| Error::Internal(error.into()))?;
    let page = Outbox {
        is_used: state.config.mail.transport == MailTransport::Outbox,
        rows,
        all,
    };
    shown(&state, "/admin/outbox", AdminPage::Outbox(page)).await
}

/// `GET /admin/outbox/{file}`: a message as it is.
pub async fn show(
    State(state): State<AppState>,
    Path(file): Path<String>,
) -> Result<Response, Error> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if !file.bytes().all(plain) || file.starts_with('.') || !file.ends_with(".eml") {
        return Err(Error::NotFound);
    }
    let text = tokio::fs::read(outbox(&state.config.data.dir).join(file)).await;
    let text = text.map_err(|_| Error::NotFound)?;
    Ok(String::from_utf8_lossy(&text).into_owned().into_response())
}

/// The newest messages, by file, subject and recipient, and how many there are.
fn newest(folder: &FilePath) -> (Vec<(String, String, String)>, usize) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return (Vec::new(), 0);
    };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let changed = entry.metadata().and_then(|data| data.modified()).ok()?;
            name.ends_with(".eml").then_some((changed, name))
        })
        .collect();
    files.sort_by(|a, b| b.cmp(a));
    let all = files.len();
    let rows = files.into_iter().take(LISTED).map(|(_, name)| {
        let (subject, to) = head(&folder.join(&name)).unwrap_or_default();
        (name, subject, to)
    });
    (rows.collect(), all)
}

fn head(file: &FilePath) -> Option<(String, String)> {
    let mut text = Vec::new();
    let file = std::fs::File::open(file).ok()?;
    file.take(HEAD_BYTES).read_to_end(&mut text).ok()?;
    let message = MessageParser::default().parse_headers(&text)?;
    let to = message
        .to()
        .and_then(|to| to.first()?.address().map(str::to_owned));
    Some((
        message.subject().unwrap_or_default().to_owned(),
        to.unwrap_or_default(),
    ))
}
