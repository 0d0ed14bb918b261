//! Whether an instance can do its work where it is, and what to do where it cannot. Nothing is
//! changed by looking, and no mail is sent.

mod database;
mod folder;
mod graders;
mod mail;
mod network;

use std::path::PathBuf;

use serde::Serialize;

use crate::config::Config;
use crate::state::AppState;

/// What was found about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub about: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, a sentence.
    pub found: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// The instance works; somebody should know this.
    Mind,
    /// The instance does not work, or not all of it.
    Broken,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Mind => "mind",
            Self::Broken => "broken",
        }
    }
}

impl Finding {
    pub(crate) fn fine(about: &'static str, found: impl Into<String>) -> Self {
        Self {
            about,
            verdict: Verdict::Fine,
            found: found.into(),
            remedy: None,
        }
    }

    pub(crate) fn mind(
        about: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            about,
            verdict: Verdict::Mind,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    pub(crate) fn broken(
        about: &'static str,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            verdict: Verdict::Broken,
            ..Self::mind(about, found, remedy)
        }
    }
}

/// Looks at everything. `program` is what graders run as. Offline, nobody is asked but the
/// database: no DNS, no mail server, not this site from outside.
pub async fn examine(config: &Config, program: PathBuf, is_offline: bool) -> Vec<Finding> {
    let mut all = folder::examine(config);
    all.extend(database::examine(config).await);
    all.extend(network::examine(config).await);
    all.extend(mail::examine(config, is_offline).await);
    if config.server.jobs {
        all.push(graders::examine(config, program).await);
    }
    all
}

/// The same of a server that runs, from inside it: it has its address, its database and its graders
/// already.
pub async fn examine_running(state: &AppState) -> Vec<Finding> {
    let config = &state.config;
    let settings = config.clone();
    let folder = tokio::task::spawn_blocking(move || folder::examine(&settings)).await;
    let mut all = folder.unwrap_or_default();
    all.extend(database::examine_open(&state.db).await);
    all.extend(network::examine_settings(config));
    all.extend(mail::examine(config, false).await);
    if config.server.jobs {
        all.push(graders::examine_running(&state.parts.grader.status()));
    }
    all
}
