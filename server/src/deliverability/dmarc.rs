//! DMARC: what receivers are to do with mail that only pretends to come from the domain, and
//! whether ours can show that it does not.

use super::alignment;
use super::dns::{Dns, Trouble, or_none, tag, text_record, unanswered};
use super::sender::Sender;
use crate::doctor::Finding;

pub(super) const ABOUT: &str = "DMARC";

pub(super) async fn examine(sender: &Sender, dns: &dyn Dns) -> Vec<Finding> {
    let from = &sender.from;
    let name = format!("_dmarc.{from}");
    let report = format!("rua=mailto:postmaster@{from}");
    let publish = |policy: &str| {
        let text = format!("v=DMARC1; p={policy}; {report}");
        format!("publish {}", text_record(&name, &text))
    };
    let (owner, records) = match find(from, dns).await {
        Ok(found) => found,
        Err((name, why)) => return vec![unanswered(ABOUT, &name, &why)],
    };
    let record = match records.as_slice() {
        [] => {
            let words = format!("{from} does not say what becomes of mail that pretends");
            let findings = alignment::examine(sender, from, "");
            return [vec![Finding::mind(ABOUT, words, publish("none"))], findings].concat();
        }
        [record] => record,
        many => {
            let words = format!("_dmarc.{owner} holds {} records: none counts", many.len());
            return vec![Finding::broken(
                ABOUT,
                words,
                format!("keep one: {}", publish("none")),
            )];
        }
    };
    let own = tag(record, "p");
    let policy = match owner == *from {
        true => own,
        false => tag(record, "sp").or(own),
    };
    let what = format!("_dmarc.{owner}: {record:?}");
    let finding = match policy.map(str::to_lowercase).as_deref() {
        Some("quarantine" | "reject") => Finding::fine(ABOUT, what),
        Some("none") => Finding::mind(
            ABOUT,
            format!("{what}: receivers report, and let everything through"),
            format!(
                "once the reports show only your own hosts, {}",
                publish("quarantine")
            ),
        ),
        _ => Finding::broken(ABOUT, format!("{what}: no policy (p=)"), publish("none")),
    };
    [vec![finding], alignment::examine(sender, &owner, record)].concat()
}

/// The policy of a domain, or of the nearest above it that has one; and whose it is.
async fn find(from: &str, dns: &dyn Dns) -> Result<(String, Vec<String>), (String, Trouble)> {
    let mut owner = from;
    while owner.contains('.') {
        let name = format!("_dmarc.{owner}");
        let texts = or_none(dns.texts(&name).await).map_err(|why| (name, why))?;
        let records = texts
            .into_iter()
            .filter(|text| tag(text, "v") == Some("DMARC1"));
        let records: Vec<String> = records.collect();
        if !records.is_empty() {
            return Ok((owner.to_owned(), records));
        }
        owner = owner.split_once('.').map_or("", |(_, rest)| rest);
    }
    Ok((from.to_owned(), Vec::new()))
}
