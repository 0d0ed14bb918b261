//! One delivery over HTTP: no redirects, no proxy, ten seconds, and only to addresses that may be
//! told.

use std::io;
use std::net::ToSocketAddrs as _;
use std::time::Duration;

use http::Uri;
use ureq::Agent;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::address::is_public;
use super::signature;

/// From the first packet to the end of the answer's head.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes out.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Where to.
    pub url: String,
    /// What it is signed with.
    pub secret: String,
    /// Its event.
    pub event: String,
    /// Its id: the same with every try.
    pub id: String,
    /// JSON.
    pub body: String,
    /// Now, Unix seconds.
    pub unix_s: i64,
}

/// How it was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// With a status of 200 to 299.
    Taken(u16),
    /// With anything else.
    Refused(String),
    /// The host could not: it was not reached, or answered 500 to 599.
    Failed(String),
}

/// Sends deliveries.
#[derive(Clone, Debug)]
pub struct Sender(Agent);

impl Sender {
    /// A sender; `private_too` lets it reach private networks, for tests and closed networks.
    #[must_use]
    pub fn new(private_too: bool) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("Headroom")
            .build();
        let names = PublicNames { private_too };
        Self(Agent::with_parts(config, DefaultConnector::new(), names))
    }

    /// Sends one. Blocks: call it from a blocking thread.
    #[must_use]
    pub fn send(&self, letter: &Letter) -> Received {
        let signature = signature::of(&letter.secret, letter.unix_s, &letter.body);
        let request = self
            .0
            .post(&letter.url)
            .header("content-type", "application/json")
            .header("headroom-event", &letter.event)
            .header("headroom-delivery", &letter.id)
            .header(signature::HEADER, signature);
        match request.send(&letter.body) {
            Ok(answer) if answer.status().is_success() => Received::Taken(answer.status().as_u16()),
            Ok(answer) if answer.status().is_redirection() => {
                Received::Refused(format!("{}: redirects are not followed", answer.status()))
            }
            Ok(answer) if answer.status().is_server_error() => {
                Received::Failed(answer.status().to_string())
            }
            Ok(answer) => Received::Refused(answer.status().to_string()),
            Err(error) => Received::Failed(error.to_string()),
        }
    }
}

/// Resolves names to public addresses only. The connection goes to what is answered here.
#[derive(Debug)]
struct PublicNames {
    private_too: bool,
}

impl Resolver for PublicNames {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let authority = uri.authority().ok_or(ureq::Error::HostNotFound)?;
        let plain = uri.scheme_str() == Some("http");
        let port = authority.port_u16().unwrap_or(if plain { 80 } else { 443 });
        let host = authority.host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let found = (host, port).to_socket_addrs().map_err(ureq::Error::Io)?;
        let mut answer = self.empty();
        for address in found
            .filter(|address| self.private_too || is_public(address.ip()))
            .take(8)
        {
            answer.push(address);
        }
        if answer.is_empty() {
            let private = "the name resolves to no public address";
            return Err(ureq::Error::Io(io::Error::other(private)));
        }
        Ok(answer)
    }
}
