//! `[database]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Secret;

/// Which database.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DatabaseConfig {
    /// `sqlite://…` or `postgres://…`; unset means SQLite in the data folder.
    pub url: Secret,
    /// A file that holds the URL.
    pub url_file: Option<PathBuf>,
}
