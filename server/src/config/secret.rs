//! A setting that must never be shown.

use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};

/// A value that prints as `***`.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(Option<String>);

impl Secret {
    /// The value itself. Take care where it goes.
    pub fn reveal(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Reads the value from a file, without the line end.
    pub(super) fn read_file(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Some(
            std::fs::read_to_string(path)?.trim_end().to_owned(),
        )))
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Some(value))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "***" } else { "unset" })
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(|_| "***").serialize(serializer)
    }
}
