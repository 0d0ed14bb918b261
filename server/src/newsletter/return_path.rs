//! Where a message comes back to that cannot be delivered: an address of its own for each (variable
//! envelope return paths; Bernstein, 1997), so that a bounce says by where it arrives whose it is,
//! whatever it contains. It ends in a tag that only the reader's own key makes, so that nobody can
//! bounce somebody else's mail.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::hex::hex;

/// Letters of the tag.
const TAG: usize = 16;

/// The return path of a delivery: `bounces@example.org` becomes `bounces+7-12-TAG@example.org`.
#[must_use]
pub fn make(bounces: &str, key: &str, (issue, position): (i64, i64)) -> String {
    let (local, domain) = bounces.rsplit_once('@').unwrap_or((bounces, "localhost"));
    let tag = tag(key, (issue, position));
    format!("{local}+{issue}-{position}-{tag}@{domain}")
}

/// What looks like the name of a delivery in a text: issue, position and tag.
#[must_use]
pub fn find(text: &str) -> Vec<(i64, i64, String)> {
    let mut found = Vec::new();
    for piece in text.split('+').skip(1) {
        let Some((name, _)) = piece.split_once('@') else {
            continue;
        };
        let mut parts = name.splitn(3, '-');
        let parts = (parts.next(), parts.next(), parts.next());
        let (Some(issue), Some(position), Some(tag)) = parts else {
            continue;
        };
        if let (Ok(issue), Ok(position)) = (issue.parse(), position.parse())
            && tag.len() == TAG
        {
            found.push((issue, position, tag.to_owned()));
        }
    }
    found
}

/// Whether a tag is the one that this reader's key makes.
#[must_use]
pub fn is_true(found: &str, key: &str, delivery: (i64, i64)) -> bool {
    // It guards no secret that could be guessed letter by letter: one try is one message.
    found == tag(key, delivery)
}

fn tag(key: &str, (issue, position): (i64, i64)) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("return-path {issue} {position}").as_bytes());
    let mut tag = hex(&mac.finalize().into_bytes());
    tag.truncate(TAG);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounce_is_known_by_its_address_and_only_its_reader_makes_one() {
        let made = make("bounces@example.org", "ada's key", (7, 12));
        assert!(made.starts_with("bounces+7-12-") && made.ends_with("@example.org"));
        assert!(
            made.split('@')
                .next()
                .is_some_and(|local| local.len() <= 64)
        );
        let text = format!("To: <{made}>\r\nX-Odd: a+b-c@d, e+1-2-short@f\r\n");
        let found = find(&text);
        assert_eq!(found.len(), 1);
        let (issue, position, tag) = &found[0];
        assert_eq!((*issue, *position), (7, 12));
        assert!(is_true(tag, "ada's key", (7, 12)));
        assert!(!is_true(tag, "ada's key", (7, 13)));
        assert!(!is_true(tag, "eve's key", (7, 12)));
    }
}
