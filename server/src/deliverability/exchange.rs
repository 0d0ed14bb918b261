//! MX: whether mail that comes back finds somebody.

use super::dns::{Dns, or_none, unanswered};
use super::sender::Sender;
use crate::doctor::Finding;

pub(super) const ABOUT: &str = "MX";

pub(super) async fn examine(sender: &Sender, dns: &dyn Dns) -> Vec<Finding> {
    let domain = &sender.return_path;
    let relay = sender
        .relay
        .as_ref()
        .filter(|relay| relay.is_own && !relay.is_local());
    let host = relay.map_or_else(|| format!("mail.{domain}"), |relay| relay.host.clone());
    let publish = format!("publish {domain}. MX 10 {host}., or whichever host takes mail for it");
    let found = match or_none(dns.exchanges(domain).await) {
        Ok(found) => found,
        Err(why) => return vec![unanswered(ABOUT, domain, &why)],
    };
    if found.iter().any(|(_, host)| host == ".") {
        let words = format!("{domain} says that it takes no mail (RFC 7505): nothing comes back");
        return vec![Finding::broken(ABOUT, words, publish)];
    }
    let hosts: Vec<&str> = found.iter().map(|(_, host)| host.as_str()).collect();
    let named = !hosts.is_empty();
    let asked = if named { hosts } else { vec![domain.as_str()] };
    let mut reached = Vec::new();
    let mut lost = Vec::new();
    for host in asked {
        match or_none(dns.addresses(host).await) {
            Ok(addresses) if addresses.is_empty() => lost.push(host),
            Ok(_) => reached.push(host),
            Err(why) => return vec![unanswered(ABOUT, host, &why)],
        }
    }
    let finding = match (named, reached.is_empty(), lost.is_empty()) {
        (true, false, true) => Finding::fine(
            ABOUT,
            format!("{domain}: {} takes what comes back", reached.join(", ")),
        ),
        (true, false, false) => Finding::mind(
            ABOUT,
            format!("{domain} names {}, which has no address", lost.join(", ")),
            "give it an address, or take it out",
        ),
        (true, true, _) => Finding::broken(
            ABOUT,
            format!("{domain} names {}, which has no address", lost.join(", ")),
            publish,
        ),
        (false, false, _) => Finding::mind(
            ABOUT,
            format!("{domain} names nobody: what comes back goes to its own address"),
            publish,
        ),
        (false, true, _) => Finding::broken(
            ABOUT,
            format!("{domain} has neither MX nor address: nothing comes back, and many refuse it"),
            publish,
        ),
    };
    vec![finding]
}
