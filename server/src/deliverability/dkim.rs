//! DKIM: whether the key that signs here is the one that the domain publishes.

use super::dns::{Dns, Trouble, tag, text_record, unanswered};
use super::sender::{Sender, Signature};
use crate::doctor::Finding;
use crate::mail::dkim::PublicKey;

pub(super) const ABOUT: &str = "DKIM";
/// A shorter key counts for nothing (RFC 8301 §3.2).
const BITS_LEAST: usize = 1_024;
/// What it should have.
const BITS_GOOD: usize = 2_048;

pub(super) async fn examine(sender: &Sender, dns: &dyn Dns) -> Vec<Finding> {
    let (domain, selector, key) = match &sender.signature {
        Signature::By {
            domain,
            selector,
            key,
        } => (domain, selector, key),
        Signature::None => {
            return vec![Finding::mind(
                ABOUT,
                "nothing here signs; whether the mail server does is not seen from here",
                "set mail.dkim_selector and mail.dkim_key_file (docs/newsletter.md), or look for \
                 DKIM-Signature in a mail that arrived",
            )];
        }
        Signature::Wrong(why) => {
            let remedy = "make a key as docs/newsletter.md says, and name its file";
            return vec![Finding::broken(ABOUT, why.clone(), remedy)];
        }
    };
    let name = format!("{selector}._domainkey.{domain}");
    let publish = format!("publish {}", text_record(&name, &key.record()));
    let finding = match dns.texts(&name).await {
        Err(Trouble::NoSuchName) => {
            Finding::broken(ABOUT, format!("there is no {name} in DNS"), publish)
        }
        Err(why) => unanswered(ABOUT, &name, &why),
        Ok(texts) => match texts.as_slice() {
            [] => Finding::broken(ABOUT, format!("{name} holds no text"), publish),
            [text] => judge(&name, text, key, publish),
            many => Finding::broken(
                ABOUT,
                format!(
                    "{name} holds {} texts: which counts is anybody's guess",
                    many.len()
                ),
                format!("take all of them out and {publish}"),
            ),
        },
    };
    vec![finding]
}

fn judge(name: &str, text: &str, key: &PublicKey, publish: String) -> Finding {
    let broken = |words: String| Finding::broken(ABOUT, words, publish.clone());
    let kind = tag(text, "k").unwrap_or("rsa");
    // Zone files cut long keys, and some tools leave spaces behind.
    let published: Option<String> = tag(text, "p").map(|p| p.split_whitespace().collect());
    match published.as_deref() {
        None => return broken(format!("{name} holds no key: {text:?}")),
        Some("") => return broken(format!("{name}: the key was revoked (p= is empty)")),
        Some(published) if published != key.base64 || kind != key.kind => {
            return broken(format!(
                "{name} holds another key than the one that signs here"
            ));
        }
        Some(_) => {}
    }
    if tag(text, "h").is_some_and(|all| !all.split(':').any(|one| one.trim() == "sha256")) {
        return broken(format!(
            "{name} forbids SHA-256, with which mail is signed: {text:?}"
        ));
    }
    if tag(text, "s").is_some_and(|all| !all.split(':').any(|s| ["*", "email"].contains(&s.trim())))
    {
        return broken(format!("{name}: the key is not for mail: {text:?}"));
    }
    let what = format!(
        "{name} holds the key that signs here, {} of {} bits",
        key.kind, key.bits
    );
    let longer = "make a key of 2048 bits under another selector, publish it, then switch";
    match key.bits {
        bits if key.kind == "rsa" && bits < BITS_LEAST => {
            Finding::broken(ABOUT, format!("{what}: too short to count"), longer)
        }
        bits if key.kind == "rsa" && bits < BITS_GOOD => {
            Finding::mind(ABOUT, format!("{what}: short"), longer)
        }
        _ if tag(text, "t").is_some_and(|all| all.split(':').any(|t| t.trim() == "y")) => {
            let words = format!("{what}, but says that it is only tried out (t=y)");
            Finding::mind(ABOUT, words, publish)
        }
        _ => Finding::fine(ABOUT, what),
    }
}
