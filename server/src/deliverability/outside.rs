//! What is tried over the network besides DNS: the mail server, and this site as others reach it.

use std::time::Duration;

use async_trait::async_trait;

use super::PATIENCE;
use crate::mail::{Mailer, Protection};

/// What a request was answered with: its status and the start of its text.
pub type Answer = (u16, String);

/// Longest text that is looked at, bytes.
const TEXT_MAX: u64 = 4 << 10;

/// Tries the mail server and this site.
#[async_trait]
pub trait Outside: Send + Sync {
    /// How the conversation with the mail server is protected.
    async fn relay(&self) -> Result<Protection, String>;

    /// What this address answers to the POST that a mail program makes of one click (RFC 8058).
    async fn click(&self, url: &str) -> Result<Answer, String>;
}

/// Over the network.
pub struct Network {
    mailer: Mailer,
}

impl Network {
    /// With the connection to the mail server that `mailer` has.
    #[must_use]
    pub fn new(mailer: Mailer) -> Self {
        Self { mailer }
    }
}

#[async_trait]
impl Outside for Network {
    async fn relay(&self) -> Result<Protection, String> {
        self.mailer.protection().await
    }

    async fn click(&self, url: &str) -> Result<Answer, String> {
        let url = url.to_owned();
        let asked = tokio::task::spawn_blocking(move || click(&url, PATIENCE)).await;
        asked.map_err(|error| error.to_string())?
    }
}

fn click(url: &str, patience: Duration) -> Result<Answer, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .max_redirects(0)
        .http_status_as_error(false)
        .proxy(None)
        .user_agent("Headroom")
        .build()
        .into();
    let form = [("List-Unsubscribe", "One-Click")];
    let mut answer = agent
        .post(url)
        .send_form(form)
        .map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(TEXT_MAX);
    Ok((status, text.read_to_string().unwrap_or_default()))
}
