//! Which server, and the key for it: from flags, from the environment, or as `headroom login` left
//! them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::secret_file;

/// Where a server is and who we are there.
#[derive(Clone, Debug, Args)]
pub struct Flags {
    /// Server, such as https://course.example.org [default: where `headroom login` went]
    #[arg(long, value_name = "URL", env = "HEADROOM_SERVER")]
    server: Option<String>,
    /// Key; better in the environment than on the command line
    #[arg(long, value_name = "KEY", env = "HEADROOM_KEY", hide_env_values = true)]
    key: Option<String>,
}

/// A server and a key for it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Credentials {
    /// Its address, without a slash at the end.
    pub server: String,
    /// The key; nothing for what needs none.
    pub key: Option<String>,
}

impl Flags {
    /// What was given, and for the rest what was kept.
    ///
    /// # Errors
    /// When no server is named anywhere, or the file cannot be read.
    pub fn resolve(&self) -> anyhow::Result<Credentials> {
        let kept = Credentials::read()?;
        let server = match (&self.server, &kept) {
            (Some(server), _) => checked(server)?,
            (None, Some(kept)) => kept.server.clone(),
            (None, None) => bail!("which server? Name it with --server, or run headroom login"),
        };
        // A key is for the server it was made on, and goes nowhere else.
        let kept = kept.filter(|kept| kept.server == server);
        let key = self.key.clone().or_else(|| kept.and_then(|kept| kept.key));
        Ok(Credentials { server, key })
    }
}

impl Credentials {
    /// What `headroom login` kept.
    fn read() -> anyhow::Result<Option<Self>> {
        let Some(path) = path() else { return Ok(None) };
        match fs::read_to_string(&path) {
            Ok(text) => {
                let kept = serde_json::from_str(&text);
                kept.with_context(|| path.display().to_string()).map(Some)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Keeps it in a file that only its owner can read. Answers which.
    ///
    /// # Errors
    /// When there is no home for it, or it cannot be written.
    pub fn keep(&self) -> anyhow::Result<PathBuf> {
        let path = path().context("neither XDG_CONFIG_HOME nor HOME is set")?;
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        secret_file::replace(&path, &serde_json::to_vec_pretty(self)?)
            .with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

/// An address as it is kept.
///
/// # Errors
/// When it is no address of a server.
pub fn checked(server: &str) -> anyhow::Result<String> {
    let server = server.trim_end_matches('/');
    let uri: http::Uri = server
        .parse()
        .with_context(|| format!("{server} is no address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.path() != "/" {
        bail!("the server must be https://HOST or http://HOST:PORT, not {server}");
    }
    Ok(server.to_owned())
}

fn path() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let folder = match set("XDG_CONFIG_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(set("HOME")?).join(".config"),
    };
    Some(folder.join("headroom/credentials.json"))
}
