//! `[webhooks]`.

use serde::{Deserialize, Serialize};

/// Telling other programs what was graded.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct WebhooksConfig {
    /// Whether webhooks can be made, and are told.
    pub enabled: bool,
    /// Whether they may lie in private networks, and need no https.
    pub allow_private: bool,
}
