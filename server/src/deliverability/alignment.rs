//! Alignment (RFC 7489 §3.1): SPF and DKIM count for DMARC only where they speak for the domain
//! that readers see. One of the two is enough.

use super::dns::{are_related, is_within, tag};
use super::sender::{Sender, Signature};
use crate::doctor::Finding;

const ABOUT: &str = "alignment";

/// Of a sender under the DMARC record of `owner`.
pub(super) fn examine(sender: &Sender, owner: &str, record: &str) -> Vec<Finding> {
    let from = sender.from.as_str();
    let aligned = |domain: &str, mode: &str| match tag(record, mode) {
        Some("s") => domain == from,
        _ => (is_within(domain, owner) && is_within(from, owner)) || are_related(domain, from),
    };
    let signer = match &sender.signature {
        Signature::By { domain, .. } => Some(domain.as_str()),
        Signature::None | Signature::Wrong(_) => None,
    };
    let path = sender.return_path.as_str();
    let signature = signer.is_some_and(|signer| aligned(signer, "adkim"));
    let comes_back = aligned(path, "aspf");
    let signed = match (signer, signature) {
        (None, _) => "nothing here signs".to_owned(),
        (Some(signer), true) => format!("{signer} signs, which counts for {from}"),
        (Some(signer), false) => format!("{signer} signs, which does not count for {from}"),
    };
    let returned = match comes_back {
        true => format!("mail comes back to {path}, which counts"),
        false => format!("mail comes back to {path}, which does not"),
    };
    let words = format!("{signed}; {returned}");
    let remedy = format!(
        "let {from} sign (mail.dkim_domain), and let newsletters come back to an address in it \
         (mail.bounces)"
    );
    vec![match (signature, comes_back) {
        (true, true) => Finding::fine(ABOUT, words),
        (false, false) => Finding::broken(ABOUT, words, remedy),
        // A mail that is passed on keeps its signature, and not the host that it comes from.
        (false, true) | (true, false) => Finding::mind(ABOUT, words, remedy),
    }]
}
