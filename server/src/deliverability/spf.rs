//! SPF: which hosts may send mail that comes back to a domain.

use super::dns::{Dns, Trouble, are_related, text_record, unanswered};
use super::sender::{Leaving, Sender};
use super::spf_record::{LOOKUPS_MAX, Seen, Wrong, of};
use crate::doctor::Finding;

pub(super) const ABOUT: &str = "SPF";

/// Letters about accounts come back to the address that readers see; where newsletters come back
/// to another domain, that one is looked at as well.
pub(super) async fn of_letters(sender: &Sender, dns: &dyn Dns) -> Vec<Finding> {
    match sender.from == sender.return_path {
        true => Vec::new(),
        false => examine(sender, &sender.from, dns).await,
    }
}

pub(super) async fn examine(sender: &Sender, domain: &str, dns: &dyn Dns) -> Vec<Finding> {
    let leaving = match sender.leaving(dns).await {
        Ok(leaving) => leaving,
        Err(why) => return vec![unanswered(ABOUT, "the mail server", &why)],
    };
    let mechanism = mechanism(leaving.as_ref());
    let publish = text_record(domain, &format!("v=spf1 {mechanism} ~all"));
    let finding = match of(domain, dns).await {
        Err(Trouble::NoSuchName) => Finding::broken(
            ABOUT,
            format!("there is no {domain} in DNS"),
            format!("see that mail.from and mail.bounces are right; then publish {publish}"),
        ),
        Err(why) => unanswered(ABOUT, domain, &why),
        Ok(policies) => match policies.as_slice() {
            [] => Finding::broken(
                ABOUT,
                format!("{domain} does not say who may send for it"),
                format!("publish {publish}"),
            ),
            [policy] => match Seen::follow(domain, policy, dns).await {
                Ok(seen) => judge(sender, (domain, policy, &mechanism), leaving, &seen),
                Err(Wrong::Dns(name, why)) => unanswered(ABOUT, &name, &why),
                Err(Wrong::Record(wrong)) => Finding::broken(
                    ABOUT,
                    format!("{domain}: {policy:?} is in error: {wrong}"),
                    format!("mend it; the least that is needed is {publish}"),
                ),
            },
            many => Finding::broken(
                ABOUT,
                format!(
                    "{domain} has {} SPF records, so that none counts",
                    many.len()
                ),
                format!("publish one in their place: {}", merged(domain, many)),
            ),
        },
    };
    vec![finding]
}

fn judge(
    sender: &Sender,
    (domain, policy, mechanism): (&str, &str, &str),
    leaving: Option<Leaving>,
    seen: &Seen,
) -> Finding {
    if seen.lets_all {
        return Finding::broken(
            ABOUT,
            format!("{domain}: {policy:?} lets everybody send"),
            format!(
                "publish {}",
                text_record(domain, &format!("v=spf1 {mechanism} ~all"))
            ),
        );
    }
    if seen.lookups > LOOKUPS_MAX {
        return Finding::broken(
            ABOUT,
            format!("{domain}: {policy:?} needs more than {LOOKUPS_MAX} lookups: it is in error"),
            "take out includes, or write their networks as ip4: and ip6: (RFC 7208, 4.6.4)",
        );
    }
    let cost = match seen.lookups {
        1 => "1 lookup".to_owned(),
        many => format!("{many} lookups"),
    };
    let what = format!("{domain}: {policy:?}, {cost}");
    let Some(leaving) = leaving else {
        return Finding::fine(
            ABOUT,
            format!("{what}; no mail server is set that it could name"),
        );
    };
    let host = &leaving.host;
    let wanted = policy.replacen(' ', &format!(" {mechanism} "), 1);
    let add = format!("publish {}", text_record(domain, &wanted));
    if leaving.addresses.is_empty() {
        let words = format!("{what}; which address mail leaves from is not seen from here");
        return Finding::mind(ABOUT, words, "see that the record names that address");
    }
    let missing: Vec<String> = leaving
        .addresses
        .iter()
        .filter(|address| !seen.names(**address))
        .map(ToString::to_string)
        .collect();
    let missing_words = missing.join(" and ");
    let is_foreign = sender.relay.as_ref().is_some_and(|relay| !relay.is_own);
    let included = seen.includes.iter().find(|name| are_related(name, host));
    match (missing.len(), included) {
        (0, _) => Finding::fine(ABOUT, format!("{what}; it names {host}")),
        (_, Some(name)) if is_foreign => Finding::fine(
            ABOUT,
            format!("{what}; it includes {name}, as {host} is used"),
        ),
        (some, _) if some < leaving.addresses.len() => Finding::mind(
            ABOUT,
            format!("{what}; of {host}, it leaves out {missing_words}"),
            add,
        ),
        _ if !seen.unread.is_empty() => Finding::mind(
            ABOUT,
            format!("{what}; {} was not followed", seen.unread.join(" ")),
            format!("see that it names {host} ({missing_words})"),
        ),
        _ if is_foreign => Finding::mind(
            ABOUT,
            format!("{what}; it does not name {host} ({missing_words})"),
            format!("add what its operator says, such as include:…, or {add}"),
        ),
        _ if leaving.is_guess => Finding::mind(
            ABOUT,
            format!("{what}; if mail leaves from {host} ({missing_words}), it is not named"),
            add,
        ),
        _ => Finding::broken(
            ABOUT,
            format!("{what}; it does not name {host} ({missing_words}), which sends"),
            add,
        ),
    }
}

/// What names the mail server in a policy.
fn mechanism(leaving: Option<&Leaving>) -> String {
    match leaving {
        Some(leaving) => format!("a:{}", leaving.host),
        None => "mx".to_owned(),
    }
}

/// Several policies as one.
fn merged(domain: &str, policies: &[String]) -> String {
    let mut terms: Vec<&str> = Vec::new();
    for policy in policies {
        let all = policy.split_ascii_whitespace().skip(1);
        for term in all.filter(|term| !term.trim_start_matches(['+', '-', '~', '?']).eq("all")) {
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
    }
    terms.push("~all");
    text_record(domain, &format!("v=spf1 {}", terms.join(" ")))
}
