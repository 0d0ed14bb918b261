//! Who sends, as the settings say.

use std::net::IpAddr;

use lettre::message::Mailbox;

use super::dns::{Dns, Trouble, are_related};
use crate::config::{Config, MailTransport};
use crate::doctor::Finding;
use crate::mail::dkim::{self, PublicKey};
use crate::webhooks::address::is_public;

const ABOUT: &str = "sender";

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The domain of the address that readers see.
    pub from: String,
    /// The domain that newsletters come back to.
    pub return_path: String,
    /// Whether somebody listens to what comes back.
    pub hears_bounces: bool,
    /// How messages are signed.
    pub signature: Signature,
    /// The mail server that takes them; none while they are written to the outbox.
    pub relay: Option<Relay>,
    /// Where readers reach the site.
    pub site: Option<String>,
}

/// How messages are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Not here.
    None,
    /// It was meant to be, and is not: why.
    Wrong(String),
    /// With this key.
    By {
        /// The domain that signs.
        domain: String,
        /// Name of the key there.
        selector: String,
        /// What DNS is to hold.
        key: PublicKey,
    },
}

/// The mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// Its name.
    pub host: String,
    /// Whether it may be asked for a password over a connection in the clear.
    pub signs_in: bool,
    /// Whether it belongs to whoever the sender's domain belongs to.
    pub is_own: bool,
}

/// The address that messages are likely to leave from.
pub(super) struct Leaving {
    /// Whose addresses they are.
    pub host: String,
    /// The public ones; none if it cannot be known from here.
    pub addresses: Vec<IpAddr>,
    /// Whether `host` is the site's, as the mail server runs beside it.
    pub is_guess: bool,
}

impl Sender {
    /// What the settings say.
    ///
    /// # Errors
    /// What is said where there is nothing to look at.
    pub fn new(config: &Config) -> Result<Self, Finding> {
        let mail = &config.mail;
        let from = domain(&mail.from).filter(|domain| domain.contains('.'));
        let Some(from) = from else {
            return Err(Finding::mind(
                ABOUT,
                format!("{} is of no domain that others know", mail.from),
                "set mail.from to an address of your domain",
            ));
        };
        let bounces = mail.bounces.as_deref().and_then(domain);
        let relay = match mail.transport {
            MailTransport::Outbox => None,
            MailTransport::Smtp => {
                Some(Relay::new(&mail.smtp_host, mail.smtp_user.is_some(), &from))
            }
        };
        Ok(Self {
            return_path: bounces.clone().unwrap_or_else(|| from.clone()),
            hears_bounces: bounces.is_some(),
            signature: signature(config),
            relay,
            site: config.server.public_url.clone(),
            from,
        })
    }

    /// Where messages are likely to leave from: the mail server, or, where that is this machine or
    /// one beside it, the site.
    pub(super) async fn leaving(&self, dns: &dyn Dns) -> Result<Option<Leaving>, Trouble> {
        let Some(relay) = &self.relay else {
            return Ok(None);
        };
        let found = match relay.is_local() {
            true => Vec::new(),
            false => public(super::dns::or_none(dns.addresses(&relay.host).await)?),
        };
        if !found.is_empty() {
            return Ok(Some(Leaving {
                host: relay.host.clone(),
                addresses: found,
                is_guess: false,
            }));
        }
        let host = self.site_host().unwrap_or_else(|| self.from.clone());
        let addresses = public(super::dns::or_none(dns.addresses(&host).await)?);
        Ok(Some(Leaving {
            host,
            addresses,
            is_guess: true,
        }))
    }

    pub(super) fn site_host(&self) -> Option<String> {
        let uri: http::Uri = self.site.as_deref()?.parse().ok()?;
        Some(uri.host()?.trim_matches(['[', ']']).to_lowercase())
    }
}

impl Relay {
    /// The mail server at `host`, for a sender of `domain`.
    #[must_use]
    pub fn new(host: &str, signs_in: bool, domain: &str) -> Self {
        let host = host.trim_end_matches('.').to_lowercase();
        let is_own = are_related(&host, domain) || !host.contains('.') || is_inside(&host);
        Self {
            host,
            signs_in,
            is_own,
        }
    }

    /// Whether its name says nothing outside this network.
    pub(super) fn is_local(&self) -> bool {
        let is_address = self.host.parse::<IpAddr>().is_ok();
        is_inside(&self.host) || (!is_address && !self.host.contains('.'))
    }
}

fn is_inside(host: &str) -> bool {
    let address: Result<IpAddr, _> = host.parse();
    address.is_ok_and(|address| !is_public(address))
}

fn public(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    addresses
        .into_iter()
        .filter(|found| is_public(*found))
        .collect()
}

/// The domain of an address, in lower case.
fn domain(address: &str) -> Option<String> {
    let mailbox: Mailbox = address.parse().ok()?;
    Some(mailbox.email.domain().to_lowercase())
}

fn signature(config: &Config) -> Signature {
    let mail = &config.mail;
    let Some(selector) = mail.dkim_selector.clone() else {
        return Signature::None;
    };
    let domain = dkim::domain(mail).map(|domain| domain.to_lowercase());
    match (domain, PublicKey::of(mail)) {
        (Ok(domain), Ok(Some(key))) => Signature::By {
            domain,
            selector,
            key,
        },
        (_, Ok(None)) => Signature::Wrong("mail.dkim_key_file is not set".into()),
        (Err(error), _) | (_, Err(error)) => Signature::Wrong(format!("{error:#}")),
    }
}
