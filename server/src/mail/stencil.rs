//! What is the same in every copy of a message is encoded once, with holes where each reader's key
//! goes: encoding is most of the work of a copy.

use std::ops::Range;

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, Body, MultiPart, SinglePart};

/// Stands for a key that has this many letters.
const HOLE: &str = "KEY-OF-THE-READER";
/// What quoted-printable puts at the end of a line that goes on (RFC 2045 §6.7).
const SOFT_BREAK: &[u8] = b"=\r\n";

/// Text and HTML, encoded, with holes.
#[derive(Debug)]
pub struct Stencil {
    content_type: Option<ContentType>,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Same(Vec<u8>),
    /// These letters of the key: a line may end inside it.
    Key(Range<usize>),
}

/// A picture that a message carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Where it is on the site.
    pub path: String,
    /// What it is called inside the message, without `cid:` (RFC 2392).
    pub id: String,
    /// As it is shown.
    pub png: Vec<u8>,
}

/// The body of one copy.
#[derive(Debug, Clone)]
pub struct Filled {
    /// With the boundary of its parts.
    pub content_type: Option<ContentType>,
    /// As it is sent.
    pub body: Body,
}

/// What to write where a key of so many letters goes.
#[must_use]
pub fn hole(letters: usize) -> String {
    let mut hole = HOLE.to_owned();
    while hole.len() < letters {
        hole.push('x');
    }
    hole.truncate(letters);
    hole
}

/// Whether a key can be put into a hole: its letters stand for themselves in any encoding of mail,
/// and there are enough of them that a hole is like nothing else.
#[must_use]
pub fn fits(key: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    key.len() > HOLE.len() && key.bytes().all(is_plain)
}

impl Stencil {
    /// The alternatives, the HTML with its pictures, with `hole` wherever the key goes.
    #[must_use]
    pub fn new(text: String, html: String, pictures: &[Picture], hole: &str) -> Self {
        let part = |kind: ContentType, body: String| {
            SinglePart::builder()
                .header(kind)
                .header(ContentTransferEncoding::QuotedPrintable)
                .body(body)
        };
        let text = MultiPart::alternative().singlepart(part(ContentType::TEXT_PLAIN, text));
        let html = part(ContentType::TEXT_HTML, html);
        let both = match pictures {
            [] => text.singlepart(html),
            pictures => {
                let pictures = pictures.iter().filter_map(Picture::part);
                let related = MultiPart::related().singlepart(html);
                text.multipart(pictures.fold(related, MultiPart::singlepart))
            }
        };
        let whole = both.formatted();
        let blank = whole.windows(4).position(|four| four == b"\r\n\r\n");
        let body = blank.map_or(&whole[..], |at| &whole[at + 4..]);
        Self {
            content_type: both.headers().get(),
            pieces: cut(body, hole.as_bytes()),
        }
    }

    /// The copy for this key, of as many letters as the hole has.
    #[must_use]
    pub fn fill(&self, key: &str) -> Filled {
        let key = key.as_bytes();
        let mut bytes = Vec::with_capacity(self.pieces.iter().map(Piece::len).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Same(same) => bytes.extend_from_slice(same),
                Piece::Key(letters) => {
                    bytes.extend_from_slice(key.get(letters.clone()).unwrap_or_default());
                }
            }
        }
        Filled {
            content_type: self.content_type.clone(),
            body: Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::SevenBit),
        }
    }
}

impl Picture {
    fn part(&self) -> Option<SinglePart> {
        let kind = ContentType::parse("image/png").ok()?;
        Some(Attachment::new_inline(self.id.clone()).body(self.png.clone(), kind))
    }
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Self::Same(same) => same.len(),
            Self::Key(letters) => letters.len(),
        }
    }
}

fn cut(body: &[u8], hole: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut same = Vec::new();
    let mut at = 0;
    while at < body.len() {
        let Some(parts) = hole_at(&body[at..], hole) else {
            same.push(body[at]);
            at += 1;
            continue;
        };
        let mut letters = 0;
        for (nth, part) in parts.iter().enumerate() {
            if nth > 0 {
                same.extend_from_slice(SOFT_BREAK);
                at += SOFT_BREAK.len();
            }
            pieces.push(Piece::Same(std::mem::take(&mut same)));
            pieces.push(Piece::Key(letters..letters + part));
            letters += part;
            at += part;
        }
    }
    pieces.push(Piece::Same(same));
    pieces
}

/// If `body` begins with the hole: how many letters of it stand on each line.
fn hole_at(body: &[u8], hole: &[u8]) -> Option<Vec<usize>> {
    let mut parts = vec![0];
    let mut at = 0;
    for letter in hole {
        if parts.last() > Some(&0) && body[at..].starts_with(SOFT_BREAK) {
            at += SOFT_BREAK.len();
            parts.push(0);
        }
        if body.get(at) != Some(letter) {
            return None;
        }
        at += 1;
        if let Some(last) = parts.last_mut() {
            *last += 1;
        }
    }
    (!hole.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a fixed boundary, a copy made by the stencil.
    fn plain(stencil: &Stencil, key: &str) -> String {
        let text = String::from_utf8(stencil.fill(key).body.into_vec()).unwrap();
        let boundary = text.lines().next().unwrap().trim_start_matches('-');
        text.replace(boundary, "BOUNDARY")
    }

    #[test]
    fn a_filled_hole_is_what_encoding_the_key_gives() {
        let key = "aZ0-_9876543210abcdefghijklmnopqrstuvwxyz_A";
        assert!(fits(key));
        let hole = hole(key.len());
        assert_eq!(hole.len(), key.len());
        // Wherever in a line the key begins, and beside letters that are encoded.
        for lead in 0..100 {
            let line = |key: &str| format!("{}{key} é {key}{key}\n.{key}\n", "x".repeat(lead));
            let html = |key: &str| format!("<p>{}<a href=\"?key={key}\">ü</a>", "é".repeat(lead));
            let stencil = Stencil::new(line(&hole), html(&hole), &[], &hole);
            let plainly = Stencil::new(line(key), html(key), &[], "");
            assert_eq!(plain(&stencil, key), plain(&plainly, ""), "{lead}");
            assert!(stencil.pieces.len() > 8);
        }
    }

    #[test]
    fn a_key_that_would_be_encoded_does_not_fit() {
        for key in [
            "",
            "test",
            "an-equals-sign-is-not-itself=",
            "nor-is-é-in-any-way-or-form",
        ] {
            assert!(!fits(key), "{key}");
        }
    }
}
