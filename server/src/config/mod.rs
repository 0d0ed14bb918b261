//! Settings: defaults ← `headroom.toml` ← `HEADROOM_SECTION__KEY` ← flags.
//!
//! Each section is a file. The commented example is `server/headroom.toml`; a test keeps it equal
//! to the defaults. Every problem names the key and where its value came from.

mod compiler;
mod content;
mod data;
mod database;
mod grader;
mod layers;
mod limits;
mod log;
mod mail;
mod metrics;
mod retention;
mod secret;
mod server;
mod tls;
mod traces;
mod webhooks;

use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use compiler::CompilerConfig;
pub use content::ContentConfig;
pub use data::DataConfig;
pub use database::DatabaseConfig;
pub use grader::GraderConfig;
pub use layers::{ConfigError, Source};
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use mail::{DkimAlgorithm, MailConfig, MailTls, MailTransport};
pub use metrics::MetricsConfig;
pub use retention::RetentionConfig;
pub use secret::Secret;
pub use server::{Network, ServerConfig};
pub use tls::TlsConfig;
pub use traces::TracesConfig;
pub use webhooks::WebhooksConfig;

/// The commented example, which is also the documentation.
pub const EXAMPLE: &str = include_str!("../../headroom.toml");

/// Everything an operator can set.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Config {
    /// Listening, connection limits, time limits.
    pub server: ServerConfig,
    /// TLS in the process.
    pub tls: TlsConfig,
    /// Logging.
    pub log: LogConfig,
    /// What operators' tools read.
    pub metrics: MetricsConfig,
    /// What is traced.
    pub traces: TracesConfig,
    /// Where files are kept.
    pub data: DataConfig,
    /// Which database.
    pub database: DatabaseConfig,
    /// How mail leaves.
    pub mail: MailConfig,
    /// The pool of grading processes.
    pub grader: GraderConfig,
    /// Compiling what learners write in the page.
    pub compiler: CompilerConfig,
    /// Caps on anonymous work.
    pub limits: LimitsConfig,
    /// Telling other programs what was graded.
    pub webhooks: WebhooksConfig,
    /// How long the newsletter remembers.
    pub retention: RetentionConfig,
    /// Where lessons come from.
    pub content: ContentConfig,
}

impl Config {
    /// Reads the settings. `file` must exist when given; otherwise `headroom.toml` is read if
    /// there is one. `flags` are `("section.key", value)` pairs from the command line.
    ///
    /// # Errors
    /// The first file, key or value that cannot be used.
    pub fn load(
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Self, ConfigError> {
        let mut layers = layers::Layers::new();
        match file {
            Some(path) => layers.add_file(path)?,
            None if Path::new("headroom.toml").exists() => {
                layers.add_file(Path::new("headroom.toml"))?;
            }
            None => {}
        }
        layers.add_env(env)?;
        for (key, value) in flags {
            layers.add_text(&Source::Flag, key, value)?;
        }
        layers.finish()?.resolved()
    }

    /// Settings from TOML text alone.
    ///
    /// # Errors
    /// The first key or value that cannot be used.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let mut layers = layers::Layers::new();
        layers.add_toml(&Source::File("text".into()), text)?;
        layers.finish()?.resolved()
    }

    /// The settings in force, as TOML, secrets hidden.
    pub fn to_toml(&self) -> String {
        layers::print(self)
    }

    /// True when readers come over TLS, so cookies can be Secure and HSTS be sent.
    pub fn is_https(&self) -> bool {
        let url = self.server.public_url.as_deref();
        url.map_or(self.tls.is_on(), |url| url.starts_with("https://"))
    }

    /// How readers reach the site that listens at `address`, without a slash at the end.
    pub fn site(&self, address: SocketAddr) -> String {
        if let Some(url) = &self.server.public_url {
            return url.clone();
        }
        match self.tls.acme_domains.first() {
            Some(domain) => format!("https://{domain}"),
            None if self.tls.is_on() => format!("https://{address}"),
            None => format!("http://{address}"),
        }
    }

    /// The database's URL: as set, or SQLite in the data folder.
    pub fn database_url(&self) -> String {
        match self.database.url.reveal() {
            Some(url) => url.to_owned(),
            None => format!("sqlite://{}", self.data.dir.join("headroom.db").display()),
        }
    }

    fn resolved(mut self) -> Result<Self, ConfigError> {
        if let Some(path) = &self.database.url_file {
            self.database.url = secret(path)?;
        }
        if let Some(path) = &self.mail.smtp_password_file {
            self.mail.smtp_password = secret(path)?;
        }
        Ok(self)
    }
}

fn secret(path: &Path) -> Result<Secret, ConfigError> {
    Secret::read_file(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn the_example_states_the_defaults() {
        let example = Config::from_toml(EXAMPLE).unwrap();
        assert_eq!(example.to_toml(), Config::default().to_toml());
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let error = Config::from_toml("[server]\nlistn = 'x'")
            .unwrap_err()
            .to_string();
        assert!(error.contains("server.listn"), "{error}");
        assert!(error.contains("did you mean server.listen?"), "{error}");
        let error = Config::from_toml("[gradr]\nworkers = 1")
            .unwrap_err()
            .to_string();
        assert!(error.contains("did you mean grader.workers?"), "{error}");
    }

    #[test]
    fn the_environment_beats_the_file_and_flags_beat_both() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("h.toml");
        std::fs::write(
            &path,
            "[server]\nlisten = '127.0.0.1:1'\n[grader]\nworkers = 3",
        )
        .unwrap();
        let set = env(&[
            ("HEADROOM_SERVER__LISTEN", "127.0.0.1:2"),
            ("HEADROOM_LIMITS__SUBMISSIONS_BURST", "7"),
            ("HEADROOM_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("PATH", "ignored"),
            ("HEADROOM_SERVICE_HOST", "10.0.0.1"),
            ("HEADROOM_PORT_80_TCP_ADDR", "10.0.0.1"),
        ]);
        let config = Config::load(Some(&path), set.clone(), &[]).unwrap();
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(
            (config.grader.workers, config.limits.submissions_burst),
            (3, 7)
        );
        assert_eq!(config.server.trusted_proxies.len(), 2);
        let flags = [("server.listen", "127.0.0.1:3".to_owned())];
        assert_eq!(
            Config::load(Some(&path), set, &flags)
                .unwrap()
                .server
                .listen
                .port(),
            3
        );
    }

    #[test]
    fn a_wrong_value_names_its_key_and_source() {
        let set = env(&[("HEADROOM_GRADER__WORKERS", "many")]);
        let error = Config::load(None, set, &[]).unwrap_err().to_string();
        assert!(error.contains("grader.workers"), "{error}");
        assert!(error.contains("HEADROOM_GRADER__WORKERS"), "{error}");
    }

    #[test]
    fn secrets_are_hidden_and_may_live_in_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("url");
        std::fs::write(&path, "postgres://u:hunter2@h/d\n").unwrap();
        let text = format!("[database]\nurl_file = '{}'", path.display());
        let config = Config::from_toml(&text).unwrap();
        assert_eq!(config.database_url(), "postgres://u:hunter2@h/d");
        assert!(!config.to_toml().contains("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
