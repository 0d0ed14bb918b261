//! Reverse DNS: whether the address that mail leaves from has a name, and the name that address.

use std::net::IpAddr;

use super::dns::{Dns, Trouble, or_none, unanswered};
use super::sender::Sender;
use crate::doctor::Finding;

pub(super) const ABOUT: &str = "reverse DNS";

pub(super) async fn examine(sender: &Sender, dns: &dyn Dns) -> Vec<Finding> {
    let Some(relay) = &sender.relay else {
        return Vec::new();
    };
    if !relay.is_own {
        let words = format!(
            "{} is not yours: its addresses are its operator's",
            relay.host
        );
        return vec![Finding::fine(ABOUT, words)];
    }
    let leaving = match sender.leaving(dns).await {
        Ok(Some(leaving)) => leaving,
        Ok(None) => return Vec::new(),
        Err(why) => return vec![unanswered(ABOUT, &relay.host, &why)],
    };
    if leaving.addresses.is_empty() {
        let words = "which address mail leaves from is not seen from here";
        let remedy = "see that this address has a name, and the name that address";
        return vec![Finding::mind(ABOUT, words, remedy)];
    }
    let mut all = Vec::new();
    for address in leaving.addresses {
        let host = &leaving.host;
        all.push(match look(address, dns).await {
            Err(why) => unanswered(ABOUT, &address.to_string(), &why),
            Ok(Named::Both(name)) => Finding::fine(
                ABOUT,
                format!("{address} is {name}, and {name} is {address}"),
            ),
            Ok(named) => {
                let words = match named {
                    Named::OneWay(name) => {
                        format!("{address} is called {name}, which is not {address}")
                    }
                    Named::Nothing | Named::Both(_) => format!("{address} has no name"),
                };
                let kind = if address.is_ipv4() { "A" } else { "AAAA" };
                let remedy = format!(
                    "have whoever gave you {address} name it {host}, and publish {host}. {kind} \
                     {address}"
                );
                match leaving.is_guess {
                    true => {
                        let words = format!("if mail leaves from {host}: {words}");
                        Finding::mind(ABOUT, words, remedy)
                    }
                    false => Finding::broken(ABOUT, words, remedy),
                }
            }
        });
    }
    all
}

enum Named {
    /// A name that leads back.
    Both(String),
    /// A name that leads elsewhere.
    OneWay(String),
    /// None.
    Nothing,
}

async fn look(address: IpAddr, dns: &dyn Dns) -> Result<Named, Trouble> {
    let names = or_none(dns.names(address).await)?;
    for name in &names {
        if or_none(dns.addresses(name).await)?.contains(&address) {
            return Ok(Named::Both(name.clone()));
        }
    }
    Ok(names
        .into_iter()
        .next()
        .map_or(Named::Nothing, Named::OneWay))
}
