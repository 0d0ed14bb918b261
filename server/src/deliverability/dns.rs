//! What is asked of DNS, and how it can fail to answer.

use std::net::IpAddr;

use async_trait::async_trait;

use crate::doctor::Finding;

/// Why DNS gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The name is not there (NXDOMAIN).
    #[error("there is no such name")]
    NoSuchName,
    /// Nobody answered in time.
    #[error("no answer in time")]
    Silent,
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// Asks DNS. A name without records of the kind asked for has none of them; that is no trouble.
#[async_trait]
pub trait Dns: Send + Sync {
    /// The texts at a name, each put together from its strings.
    async fn texts(&self, name: &str) -> Result<Vec<String>, Trouble>;

    /// Who takes mail for a domain: preference and host.
    async fn exchanges(&self, domain: &str) -> Result<Vec<(u16, String)>, Trouble>;

    /// The addresses of a host.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Trouble>;

    /// The names that an address has.
    async fn names(&self, address: IpAddr) -> Result<Vec<String>, Trouble>;
}

/// The same where a name that is not there and one without records come to the same.
pub(super) fn or_none<T>(answer: Result<Vec<T>, Trouble>) -> Result<Vec<T>, Trouble> {
    match answer {
        Err(Trouble::NoSuchName) => Ok(Vec::new()),
        other => other,
    }
}

/// What is said where DNS does not answer.
pub(super) fn unanswered(about: &'static str, name: &str, why: &Trouble) -> Finding {
    Finding::mind(
        about,
        format!("{name} could not be looked up: {why}"),
        "look again later; where this network's DNS does not know it, set mail.resolver",
    )
}

/// Longest string in a text record, bytes (RFC 1035 §3.3.14).
const STRING_MAX: usize = 255;

/// A text record as it stands in a zone, cut into strings where it is too long for one.
pub(super) fn text_record(name: &str, text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let strings = bytes.chunks(STRING_MAX).map(|part| {
        let part: String = part.iter().collect();
        format!("\"{part}\"")
    });
    format!("{name}. TXT {}", strings.collect::<Vec<_>>().join(" "))
}

/// The value of a tag in a list such as `v=DKIM1; k=rsa` (RFC 6376 §3.2).
pub(super) fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split(';').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        (key.trim() == name).then_some(value.trim())
    })
}

/// Whether a domain is another, or lies in it.
pub(super) fn is_within(domain: &str, outer: &str) -> bool {
    let inner = domain.strip_suffix(outer);
    inner.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether two domains are somebody's who has both. Without a list of public suffixes this is a
/// guess: one lies in the other, or both lie in a domain that does not look like `co.uk`.
pub(super) fn are_related(one: &str, other: &str) -> bool {
    if is_within(one, other) || is_within(other, one) {
        return true;
    }
    let mut labels = one.rsplit('.').zip(other.rsplit('.'));
    let common: Vec<&str> = labels
        .by_ref()
        .map_while(|(one, other)| (one == other).then_some(one))
        .collect();
    let is_suffix = common.iter().all(|label| label.len() <= 3);
    common.len() > 2 || (common.len() == 2 && !is_suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_a_short_one_is_not() {
        assert_eq!(text_record("a.example", "v=x"), "a.example. TXT \"v=x\"");
        let long = text_record("a.example", &"k".repeat(300));
        let (first, second) = ("k".repeat(255), "k".repeat(45));
        assert_eq!(long, format!("a.example. TXT \"{first}\" \"{second}\""));
    }

    #[test]
    fn domains_are_related_by_what_they_lie_in() {
        for (one, other) in [
            ("example.org", "example.org"),
            ("mail.example.org", "example.org"),
            ("mail.example.org", "news.example.org"),
            ("mail.example.co.uk", "news.example.co.uk"),
        ] {
            assert!(are_related(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("example.org", "example.com"),
            ("badexample.org", "example.org"),
            ("one.co.uk", "two.co.uk"),
            ("one.org", "two.org"),
        ] {
            assert!(!are_related(one, other), "{one} {other}");
        }
    }

    #[test]
    fn tags_are_found_with_and_without_spaces() {
        let text = "v=DMARC1;p=none ; adkim = s";
        assert_eq!(tag(text, "p"), Some("none"));
        assert_eq!(tag(text, "adkim"), Some("s"));
        assert_eq!(tag(text, "sp"), None);
    }
}
