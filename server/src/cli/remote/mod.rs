//! What the command line says to a server, over its public API.

pub mod credentials;

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

pub use self::credentials::Credentials;
use crate::random::Random;

/// Tries of a request that may be sent again.
const TRIES: u32 = 6;
const BACKOFF_MS: u64 = 500;
const BACKOFF_MAX_MS: u64 = 20_000;
/// A little more than the longest `?wait=`.
const PATIENCE: Duration = Duration::from_secs(45);

/// A server, and who we are there.
pub struct Server {
    agent: Agent,
    credentials: Credentials,
    random: Random,
}

/// A body and its media type.
pub type Body<'a> = (&'a str, &'a [u8]);

/// A refusal that the module is to blame for, as the server's problem says it.
#[derive(Debug, thiserror::Error)]
#[error("{title}: {detail}")]
pub struct Refused {
    /// The problem's title.
    pub title: String,
    /// Its detail.
    pub detail: String,
    /// Every single reason.
    pub errors: Vec<String>,
}

impl Server {
    /// The server that these credentials are for.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("headroom/", env!("CARGO_PKG_VERSION")))
            .build();
        Self {
            agent: Agent::new_with_config(config),
            credentials,
            random: Random::system(),
        }
    }

    /// A document of the API.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses, or answers something else.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let text = self.again_and_again(|| self.send(path, None, ""))?;
        serde_json::from_str(&text).with_context(|| format!("the answer to {path}"))
    }

    /// Hands something in. The key lets it be sent again without being made twice.
    ///
    /// # Errors
    /// [`Refused`] for what is handed in; otherwise as [`Self::get`].
    pub fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Body<'_>,
        idempotency_key: &str,
    ) -> anyhow::Result<T> {
        let text = self.again_and_again(|| self.send(path, Some(body), idempotency_key))?;
        serde_json::from_str(&text).with_context(|| format!("the answer to {path}"))
    }

    fn send(&self, path: &str, body: Option<Body<'_>>, key: &str) -> Result<String, Failed> {
        let url = format!("{}{path}", self.credentials.server);
        let bearer = self.credentials.key.as_ref();
        let bearer = bearer.map(|secret| format!("Bearer {secret}"));
        let sent = match body {
            None => {
                let mut request = self.agent.get(&url);
                if let Some(bearer) = &bearer {
                    request = request.header("authorization", bearer);
                }
                request.call()
            }
            Some((kind, bytes)) => {
                let mut request = self.agent.post(&url).header("content-type", kind);
                if let Some(bearer) = &bearer {
                    request = request.header("authorization", bearer);
                }
                request.header("idempotency-key", key).send(bytes)
            }
        };
        let unreachable = |error: ureq::Error| Failed::Later {
            after: None,
            why: format!("{} cannot be reached: {error}", self.credentials.server),
        };
        let mut answer = sent.map_err(unreachable)?;
        let text = answer.body_mut().read_to_string().map_err(unreachable)?;
        understood(&answer, text)
    }

    /// Repeats what may be repeated: with full jitter, or when the server says.
    #[expect(
        clippy::disallowed_methods,
        reason = "the pause is what was asked for: there is no event to wait for"
    )]
    fn again_and_again(
        &self,
        mut act: impl FnMut() -> Result<String, Failed>,
    ) -> anyhow::Result<String> {
        for tried in 1.. {
            match act() {
                Ok(text) => return Ok(text),
                Err(Failed::ForGood(error)) => return Err(error),
                Err(Failed::Later { after, why }) => {
                    if tried >= TRIES {
                        bail!("{why}; tried {tried} times");
                    }
                    let ceiling = (BACKOFF_MS << tried).min(BACKOFF_MAX_MS);
                    let jitter = Duration::from_millis(self.random.up_to(ceiling));
                    let asked = after.map_or(Duration::ZERO, Duration::from_secs);
                    eprintln!("{why}; trying again");
                    std::thread::sleep(asked.min(PATIENCE) + jitter);
                }
            }
        }
        bail!("never tried")
    }
}

enum Failed {
    /// It may work another time.
    Later { after: Option<u64>, why: String },
    /// It will not.
    ForGood(anyhow::Error),
}

fn understood<B>(answer: &Response<B>, text: String) -> Result<String, Failed> {
    let status = answer.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(text);
    }
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let part = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let detail = match part("detail") {
        empty if empty.is_empty() => format!("the server answered {status}"),
        detail => detail,
    };
    match status {
        429 | 503 => Err(Failed::Later {
            after: answer
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok()?.parse().ok()),
            why: detail,
        }),
        422 => {
            let errors = problem["errors"].as_array().into_iter().flatten();
            let errors = errors.filter_map(|error| error["message"].as_str().map(str::to_owned));
            Err(Failed::ForGood(
                Refused {
                    title: part("title"),
                    detail,
                    errors: errors.collect(),
                }
                .into(),
            ))
        }
        401 => Err(Failed::ForGood(anyhow::anyhow!(
            "{detail}; sign in with headroom login"
        ))),
        _ => Err(Failed::ForGood(anyhow::anyhow!("{detail} ({status})"))),
    }
}
