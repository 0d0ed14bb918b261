//! An issue as it is written: a subject, a sentence, a topic and markdown; in a file, between two
//! lines of `+++`, the first three are TOML.

use serde::Deserialize;

use super::audience::Audience;
use super::body;
use super::edition::Part;
use super::wishes::Topic;
use crate::store::issues::{Issue, State};

/// Letters of a subject; more is cut off by every mail program.
const SUBJECT_MAX: usize = 150;
/// Letters of a subject that phones show.
const SUBJECT_SHOWN: usize = 70;
/// Bytes of markdown.
pub const MARKDOWN_MAX: usize = 200_000;
/// How much later than planned an issue may leave, unless somebody says otherwise.
pub const LATE_MS: i64 = 4 * 3_600_000;

/// An issue as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its subject.
    pub subject: String,
    /// A sentence about it, shown beside the subject and in the archive.
    pub summary: String,
    /// Its name in addresses; made of the subject if empty.
    pub slug: String,
    /// Who gets it: those who want this.
    pub topic: Topic,
    /// And of those these.
    pub audience: Audience,
    /// What it says.
    pub markdown: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Front {
    subject: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    slug: String,
    topic: Topic,
    #[serde(default)]
    audience: Audience,
}

/// What is to be said about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it must be mended before the issue can be sent.
    pub is_error: bool,
    /// What is wrong, and what would be right.
    pub text: String,
}

impl Draft {
    /// The draft in a file.
    ///
    /// # Errors
    /// What is wrong with its first lines.
    pub fn from_file(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("+++\n");
        let (front, body) = rest
            .and_then(|rest| rest.split_once("\n+++\n"))
            .ok_or("the file starts with TOML between two lines of +++")?;
        let front: Front = toml::from_str(front).map_err(|error| error.to_string())?;
        Ok(Self {
            subject: front.subject,
            summary: front.summary,
            slug: front.slug,
            topic: front.topic,
            audience: front.audience,
            markdown: body.trim().to_owned(),
        })
    }

    /// What the form, or the file, of an issue would hold.
    ///
    /// # Errors
    /// When its parts cannot be read.
    pub fn of(issue: &Issue) -> Result<Self, serde_json::Error> {
        let parts: Vec<Part> = serde_json::from_str(&issue.parts)?;
        let topic = parts.first().map_or(Topic::Articles, |part| part.topic);
        let audience = parts.first().map(|part| part.audience).unwrap_or_default();
        let texts: Vec<String> = parts.into_iter().map(|part| part.markdown).collect();
        Ok(Self {
            subject: issue.subject.clone(),
            summary: issue.summary.clone(),
            slug: issue.slug.clone(),
            topic,
            audience,
            markdown: texts.join("\n\n"),
        })
    }

    /// The issue it becomes, to be read by those who want things at once.
    #[must_use]
    pub fn issue(&self, number: i64, now_ms: i64) -> Issue {
        let part = Part {
            topic: self.topic,
            audience: self.audience,
            markdown: self.markdown.clone(),
        };
        Issue {
            number,
            slug: self.slug(number),
            is_digest: false,
            lesson: None,
            frequency: "each".into(),
            subject: self.subject.trim().to_owned(),
            summary: self.summary.trim().to_owned(),
            parts: serde_json::to_string(&[part]).unwrap_or_default(),
            state: State::Draft,
            send_at: None,
            late_ms: LATE_MS,
            created_at: now_ms,
            started_at: None,
            finished_at: None,
        }
    }

    fn slug(&self, number: i64) -> String {
        let text = match self.slug.trim() {
            "" => &self.subject,
            slug => slug,
        };
        // Addresses are read aloud and typed: ‘Größe’ becomes ‘grosse’.
        let text = any_ascii::any_ascii(text);
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).take(10).collect();
        match words.is_empty() {
            true => format!("issue-{number}"),
            false => words.join("-").to_lowercase(),
        }
    }

    /// Everything there is to say about it; `has` tells whether the site has a page.
    #[must_use]
    pub fn check(&self, has: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |is_error: bool, text: String| findings.push(Finding { is_error, text });
        let subject = self.subject.trim();
        let letters = subject.chars().count();
        match letters {
            0 => say(true, "There is no subject.".into()),
            n if n > SUBJECT_MAX => {
                say(
                    true,
                    format!("The subject has {n} letters; {SUBJECT_MAX} at most."),
                );
            }
            n if n > SUBJECT_SHOWN => {
                say(
                    false,
                    format!("Phones show the first {SUBJECT_SHOWN} of {n} letters."),
                );
            }
            _ => {}
        }
        if self
            .subject
            .chars()
            .chain(self.summary.chars())
            .any(char::is_control)
        {
            say(true, "Subject and summary are one line each.".into());
        }
        let upper = subject.chars().filter(|c| c.is_uppercase()).count();
        let alphabetic = subject.chars().filter(|c| c.is_alphabetic()).count();
        if alphabetic > 8 && upper * 2 > alphabetic {
            say(
                false,
                "Most of the subject is in capitals, as in spam.".into(),
            );
        }
        if subject.contains("!!") || subject.contains("??") || subject.contains("$$") {
            say(
                false,
                "Repeated signs in the subject are a mark of spam.".into(),
            );
        }
        if self.summary.trim().is_empty() {
            let text = "Without a summary, mail programs show the first words of the text.";
            say(false, text.into());
        }
        if self.markdown.trim().is_empty() {
            say(true, "There is no text.".into());
        }
        if self.markdown.len() > MARKDOWN_MAX {
            say(
                true,
                format!("The text is longer than {MARKDOWN_MAX} bytes."),
            );
        }
        let (addresses, mute) = body::addresses(&self.markdown);
        for address in addresses {
            if let Some((is_error, text)) = about_link(&address, has) {
                say(is_error, text);
            }
        }
        for picture in mute {
            say(
                true,
                format!("The picture {picture} has no words for those who do not see it."),
            );
        }
        findings
    }
}

fn about_link(address: &str, has: &dyn Fn(&str) -> bool) -> Option<(bool, String)> {
    if address.starts_with("https://") || address.starts_with("mailto:") {
        return None;
    }
    if address.starts_with("http://") {
        return Some((false, format!("{address} is not encrypted.")));
    }
    let Some(path) = address.strip_prefix('/').map(|_| address) else {
        let text = format!("{address}: a link begins with https://, mailto: or / in a mail.");
        return Some((true, text));
    };
    let path = path.split(['#', '?']).next().unwrap_or(path);
    (!has(path)).then(|| (true, format!("{address}: there is no such page here.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(markdown: &str) -> Draft {
        Draft {
            subject: "What the labs showed".into(),
            summary: "Three numbers.".into(),
            slug: String::new(),
            topic: Topic::Articles,
            audience: Audience::Everyone,
            markdown: markdown.into(),
        }
    }

    fn errors(draft: &Draft) -> Vec<String> {
        let found = draft.check(&|path| path == "/labs").into_iter();
        found.filter(|f| f.is_error).map(|f| f.text).collect()
    }

    #[test]
    fn a_file_is_a_draft_and_back() {
        let text = "+++\nsubject = \"Hello, all\"\ntopic = \"labs\"\n+++\n\nText.\n";
        let read = Draft::from_file(text).unwrap();
        assert_eq!(
            (read.subject.as_str(), read.markdown.as_str()),
            ("Hello, all", "Text.")
        );
        let issue = read.issue(4, 1);
        assert_eq!(issue.slug, "hello-all");
        let back = Draft::of(&issue).unwrap();
        assert_eq!((back.topic, back.markdown.as_str()), (Topic::Labs, "Text."));
        assert!(Draft::from_file("subject = 1").is_err());
        let other = "+++\nsubject = \"Größe zählt – 2\"\ntopic = \"labs\"\n\
                     audience = \"away\"\n+++\nText.\n";
        let issue = Draft::from_file(other).unwrap().issue(4, 1);
        assert_eq!(issue.slug, "grosse-zahlt-2");
        assert_eq!(Draft::of(&issue).unwrap().audience, Audience::Away);
        let odd = "+++\nsubject = \"a\"\ntopic = \"cats\"\n+++\nx";
        assert!(Draft::from_file(odd).unwrap_err().contains("cats"));
    }

    #[test]
    fn what_cannot_be_sent_is_said_at_once() {
        assert!(errors(&draft("See [labs](/labs#top) and [us](https://e.example).")).is_empty());
        let odd = draft("[a](/nowhere) [b](javascript:x) ![](/labs)");
        let found = errors(&odd);
        assert_eq!(found.len(), 3, "{found:?}");
        let mut loud = draft("Text.");
        loud.subject = "FREE MONEY NOW!!\nBcc: a@b".into();
        assert_eq!(errors(&loud).len(), 1);
        assert!(loud.check(&|_| true).len() >= 3);
        assert_eq!(errors(&draft(" ")).len(), 1);
    }
}
