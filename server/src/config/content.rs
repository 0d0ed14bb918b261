//! `[content]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where lessons come from.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ContentConfig {
    /// A folder used instead of the built-in lessons.
    pub dir: Option<PathBuf>,
    /// Where its files can be changed: lessons link to it.
    pub source_url: Option<String>,
}
