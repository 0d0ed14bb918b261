//! `[mail]`.

use serde::{Deserialize, Serialize};

/// How mail leaves.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct MailConfig {
    /// The way out.
    pub transport: MailTransport,
}

/// The way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// Messages become files in the data folder.
    #[default]
    Outbox,
}
