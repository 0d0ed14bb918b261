//! `[data]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where files are kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct DataConfig {
    /// The SQLite database and the outbox live here.
    pub dir: PathBuf,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self { dir: "data".into() }
    }
}
