//! A sender policy (SPF, RFC 7208), followed through its includes: which networks it lets send, and
//! what that costs receivers. It is not evaluated for one message: a term that is not met with `+`
//! counts as a lookup and lets nobody send.

use std::net::IpAddr;

use super::dns::{Dns, Trouble, or_none};
use crate::config::Network;

/// Receivers follow no more terms that need DNS (RFC 7208 §4.6.4).
pub(super) const LOOKUPS_MAX: usize = 10;

/// What was seen of a policy.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Who may send.
    networks: Vec<Network>,
    /// Domains whose policies are part of it.
    pub includes: Vec<String>,
    /// Terms that need DNS; one more than [`LOOKUPS_MAX`] if there are more.
    pub lookups: usize,
    /// Whether anybody at all may send.
    pub lets_all: bool,
    /// Terms that mean something else for each message, and were not followed.
    pub unread: Vec<String>,
}

/// Why a policy could not be followed to its end.
#[derive(Debug)]
pub(super) enum Wrong {
    /// Receivers cannot either: what is wrong with it.
    Record(String),
    /// DNS did not answer about this name.
    Dns(String, Trouble),
}

/// The policies at a domain.
pub(super) async fn of(domain: &str, dns: &dyn Dns) -> Result<Vec<String>, Trouble> {
    let texts = dns.texts(domain).await?;
    let is_policy = |text: &String| {
        let first = text.split(' ').next().unwrap_or_default();
        first.eq_ignore_ascii_case("v=spf1")
    };
    Ok(texts.into_iter().filter(is_policy).collect())
}

impl Seen {
    /// Whether mail from this address is let through.
    pub fn names(&self, address: IpAddr) -> bool {
        let mut networks = self.networks.iter();
        networks.any(|network| network.contains(address))
    }

    /// Follows a policy of `domain`.
    pub async fn follow(domain: &str, policy: &str, dns: &dyn Dns) -> Result<Self, Wrong> {
        let mut seen = Self::default();
        let mut open = vec![(domain.to_owned(), policy.to_owned())];
        while let Some((domain, policy)) = open.pop() {
            for next in seen.read(&domain, &policy, dns).await? {
                let policies = of(&next, dns).await;
                let policies = or_none(policies).map_err(|why| Wrong::Dns(next.clone(), why))?;
                match <[String; 1]>::try_from(policies) {
                    Ok([policy]) => open.push((next, policy)),
                    Err(none_or_many) => {
                        let count = none_or_many.len();
                        let words = format!("it includes {next}, which has {count} SPF records");
                        return Err(Wrong::Record(words));
                    }
                }
            }
            if seen.lookups > LOOKUPS_MAX {
                break;
            }
        }
        Ok(seen)
    }

    /// Reads the terms of one policy. Answers the domains whose policies are to be read as well.
    async fn read(
        &mut self,
        domain: &str,
        policy: &str,
        dns: &dyn Dns,
    ) -> Result<Vec<String>, Wrong> {
        let mut next = Vec::new();
        let mut redirect = None;
        let mut ends = false;
        for text in policy.split_ascii_whitespace().skip(1) {
            let term = Term::read(text);
            let target = term.target.unwrap_or(domain).to_lowercase();
            match term.name.as_str() {
                "all" => {
                    ends = true;
                    self.lets_all |= term.lets;
                }
                "ip4" | "ip6" => {
                    let network: Network = text
                        .split_once(':')
                        .and_then(|(_, network)| network.parse().ok())
                        .ok_or_else(|| Wrong::Record(format!("{text} names no network")))?;
                    if term.lets {
                        self.networks.push(network);
                    }
                }
                "redirect" => redirect = Some(target),
                "include" | "a" | "mx" | "exists" | "ptr" => {
                    self.lookups += 1;
                    if self.lookups > LOOKUPS_MAX {
                        return Ok(Vec::new());
                    }
                    if text.contains('%') || matches!(term.name.as_str(), "exists" | "ptr") {
                        self.unread.push(text.to_owned());
                    } else if term.name == "include" {
                        self.includes.push(target.clone());
                        next.push(target);
                    } else if term.lets {
                        self.add_hosts(&term, &target, dns).await?;
                    }
                }
                // What has a value and no known name says nothing (RFC 7208 §6).
                _ if text.contains('=') => {}
                _ => return Err(Wrong::Record(format!("{text:?} is no term of SPF"))),
            }
        }
        if let Some(target) = redirect.filter(|_| !ends) {
            self.lookups += 1;
            self.includes.push(target.clone());
            next.push(target);
        }
        Ok(next)
    }

    /// Lets the addresses of a host, or of the hosts that take a domain's mail, send.
    async fn add_hosts(
        &mut self,
        term: &Term<'_>,
        target: &str,
        dns: &dyn Dns,
    ) -> Result<(), Wrong> {
        let lost = |why| Wrong::Dns(target.to_owned(), why);
        let hosts = match term.name.as_str() {
            "mx" => {
                let found = or_none(dns.exchanges(target).await).map_err(lost)?;
                found.into_iter().map(|(_, host)| host).collect()
            }
            _ => vec![target.to_owned()],
        };
        for host in hosts {
            for address in or_none(dns.addresses(&host).await).map_err(lost)? {
                self.networks.extend(term.network(address));
            }
        }
        Ok(())
    }
}

/// A term of a policy.
struct Term<'a> {
    /// Whether who meets it may send.
    lets: bool,
    /// Its name, in lower case.
    name: String,
    /// The domain that it names.
    target: Option<&'a str>,
    /// Lengths of the prefixes, for either kind of address.
    prefixes: [Option<&'a str>; 2],
}

impl<'a> Term<'a> {
    fn read(text: &'a str) -> Self {
        let bare = text.trim_start_matches(['+', '-', '~', '?']);
        let (bare, v6) = match bare.split_once("//") {
            Some((bare, prefix)) => (bare, Some(prefix)),
            None => (bare, None),
        };
        let (bare, v4) = match bare.split_once('/') {
            Some((bare, prefix)) => (bare, Some(prefix)),
            None => (bare, None),
        };
        let (name, target) = match bare.split_once([':', '=']) {
            Some((name, target)) => (name, Some(target.trim_end_matches('.'))),
            None => (bare, None),
        };
        Self {
            lets: !text.starts_with(['-', '~', '?']),
            name: name.to_lowercase(),
            target,
            prefixes: [v4, v6],
        }
    }

    fn network(&self, address: IpAddr) -> Option<Network> {
        let [v4, v6] = self.prefixes;
        let prefix = if address.is_ipv4() { v4 } else { v6 };
        let text = prefix.map_or(address.to_string(), |prefix| format!("{address}/{prefix}"));
        text.parse().ok()
    }
}
