//! Laying settings over each other, with errors that say which key and whence.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Config;

/// What tells the command line which server to talk to; no settings.
const CLIENT: [&str; 2] = ["HEADROOM_SERVER", "HEADROOM_KEY"];

/// What Kubernetes tells every container of a service named `headroom`, as
/// `HEADROOM_SERVICE_HOST`, `HEADROOM_PORT` or `HEADROOM_PORT_80_TCP_ADDR`; no settings.
fn is_of_kubernetes(rest: &str) -> bool {
    let of_service = ["SERVICE_HOST", "SERVICE_PORT", "PORT"].contains(&rest);
    of_service || rest.starts_with("SERVICE_PORT_") || rest.starts_with("PORT_")
}

/// Where a value came from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A configuration file.
    File(PathBuf),
    /// An environment variable.
    Env(String),
    /// The command line.
    Flag,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::Flag => write!(f, "command line"),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not TOML.
    #[error("{from}: {message}")]
    Syntax {
        /// Which file.
        from: Source,
        /// The parser's words.
        message: String,
    },
    /// A key nobody knows.
    #[error("{from}: unknown setting {key}; did you mean {nearest}?")]
    Unknown {
        /// Where it was set.
        from: Source,
        /// The key as written.
        key: String,
        /// The nearest key there is.
        nearest: String,
    },
    /// A value that does not fit its key.
    #[error("{from}: {key}: {message}")]
    Value {
        /// Where it was set.
        from: Source,
        /// The key.
        key: String,
        /// What is wrong.
        message: String,
    },
}

/// The settings while they are being put together.
pub(super) struct Layers {
    known: Vec<(String, Value)>,
    value: Value,
}

impl Layers {
    pub(super) fn new() -> Self {
        let value = to_value(&Config::default());
        Self {
            known: keys(&value),
            value,
        }
    }

    pub(super) fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        self.add_toml(&Source::File(path.to_owned()), &text)
    }

    pub(super) fn add_toml(&mut self, from: &Source, text: &str) -> Result<(), ConfigError> {
        let value: Value = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            from: from.clone(),
            message: error.to_string(),
        })?;
        for (key, value) in keys(&value) {
            self.set(from, &key, value)?;
        }
        Ok(())
    }

    pub(super) fn add_env(
        &mut self,
        env: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        for (name, text) in env {
            let Some(rest) = name.strip_prefix("HEADROOM_") else {
                continue;
            };
            if CLIENT.contains(&name.as_str()) || is_of_kubernetes(rest) {
                continue;
            }
            let key = rest.to_ascii_lowercase().replacen("__", ".", 1);
            self.add_text(&Source::Env(name), &key, &text)?;
        }
        Ok(())
    }

    /// A value that arrives as text takes the type its default has.
    pub(super) fn add_text(
        &mut self,
        from: &Source,
        key: &str,
        text: &str,
    ) -> Result<(), ConfigError> {
        let like = self
            .known
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value);
        let value = match like {
            Some(Value::Number(_)) => text.parse::<i64>().map_or(text.into(), Value::from),
            Some(Value::Bool(_)) => text.parse::<bool>().map_or(text.into(), Value::from),
            Some(Value::Array(_)) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .collect(),
            _ => text.into(),
        };
        self.set(from, key, value)
    }

    pub(super) fn finish(self) -> Result<Config, ConfigError> {
        parse(&self.value).map_err(|message| ConfigError::Value {
            from: Source::Flag,
            key: "settings".to_owned(),
            message,
        })
    }

    fn set(&mut self, from: &Source, key: &str, value: Value) -> Result<(), ConfigError> {
        if !self.known.iter().any(|(name, _)| name == key) {
            return Err(ConfigError::Unknown {
                from: from.clone(),
                key: key.to_owned(),
                nearest: self.nearest(key),
            });
        }
        if let Some((section, name)) = key.split_once('.') {
            self.value[section][name] = value;
        }
        // Read the whole after each change: so the error can name the culprit.
        parse(&self.value)
            .map(drop)
            .map_err(|message| ConfigError::Value {
                from: from.clone(),
                key: key.to_owned(),
                message,
            })
    }

    fn nearest(&self, key: &str) -> String {
        let names = self.known.iter().map(|(name, _)| name);
        names
            .min_by_key(|name| distance(name, key))
            .cloned()
            .unwrap_or_default()
    }
}

/// The settings as TOML text.
pub(super) fn print(config: &Config) -> String {
    let mut text = String::new();
    let mut section = "";
    let known = keys(&to_value(config));
    for (key, value) in &known {
        let (head, name) = key.split_once('.').unwrap_or(("", key));
        if head != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}[{head}]\n"));
            section = head;
        }
        if !value.is_null() {
            text.push_str(&format!("{name} = {value}\n"));
        }
    }
    text
}

fn to_value(config: &Config) -> Value {
    serde_json::to_value(config).unwrap_or_default()
}

fn parse(value: &Value) -> Result<Config, String> {
    serde_json::from_value(value.clone()).map_err(|error| error.to_string())
}

/// `section.key` with its value, in order.
fn keys(value: &Value) -> Vec<(String, Value)> {
    let empty = Map::new();
    let mut found = Vec::new();
    for (section, inner) in value.as_object().unwrap_or(&empty) {
        match inner.as_object() {
            Some(inner) => {
                found.extend(
                    inner
                        .iter()
                        .map(|(key, v)| (format!("{section}.{key}"), v.clone())),
                );
            }
            None => found.push((section.clone(), inner.clone())),
        }
    }
    found
}

/// Levenshtein's distance, by bytes: keys are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
