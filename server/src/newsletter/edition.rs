//! An issue ready to be sent: each reader's copy is made from it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::audience::{AWAY_MS, Audience};
use super::body;
use super::pictures;
use super::wishes::Topic;
use crate::mail::Bulk;
use crate::mail::stencil::{self, Filled, Picture, Stencil};
use crate::state::Site;
use crate::store::issues::Issue;
use crate::store::mailings::Whom;

/// Stands in the text of a lesson's mail where a reader's key goes.
pub(super) const KEY: &str = "KEY-OF-THE-READER";
/// The title of a link that is shown as a button.
pub(super) const BUTTON: &str = "button";

/// What makes a link look like a button.
const AS_BUTTON: &str = " class=\"button\" style=\"display: inline-block; margin: 8px 0; \
    padding: 10px 18px; background: #0f6e67; color: #fffdf8; border-radius: 6px; \
    text-decoration: none\"";

/// A part of an issue, for those of an audience who want its topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it belongs to.
    pub topic: Topic,
    /// For whom it is.
    #[serde(default)]
    pub audience: Audience,
    /// What it says.
    pub markdown: String,
}

/// Whom an issue that began, or would begin, at `start` (Unix milliseconds) is for.
///
/// # Errors
/// When its parts cannot be read.
pub fn whom(issue: &Issue, start: i64) -> Result<Whom, serde_json::Error> {
    let parts: Vec<Part> = serde_json::from_str(&issue.parts)?;
    let name = |part: &Part| format!("{}:{}", part.topic.as_str(), part.audience.as_str());
    let names: Vec<String> = parts.iter().map(name).collect();
    let is_limited = parts.iter().any(|part| part.audience.is_limited());
    Ok(Whom {
        frequency: issue.frequency.clone(),
        parts: names.join(" "),
        since: is_limited.then_some(start - AWAY_MS),
    })
}

/// An issue ready to be sent.
pub struct Edition {
    /// Its number.
    pub issue: i64,
    /// When it was made, Unix milliseconds: with the number, no other issue has it.
    pub created_at: i64,
    /// Its subject.
    pub subject: String,
    /// The name of the list (RFC 2919).
    pub list: String,
    /// Where past issues are.
    pub archive: String,
    summary: String,
    /// Where it can be read on the web, if it can.
    page: Option<String>,
    /// Why it comes.
    because: &'static str,
    site: String,
    parts: Vec<Part>,
    /// Charts that its mails carry.
    pictures: Vec<Picture>,
    /// What is the same for all who want the same.
    made: Mutex<HashMap<String, Arc<Stencil>>>,
}

/// One reader's copy.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Text and HTML.
    pub body: Filled,
    /// What ends the subscription.
    pub unsubscribe: String,
}

impl Edition {
    /// An issue on the site at `site` (no slash at its end).
    ///
    /// # Errors
    /// When its parts cannot be read.
    pub fn new(issue: &Issue, site: &str) -> Result<Self, serde_json::Error> {
        let host = site.split("://").last().unwrap_or(site);
        let host = host.split([':', '/']).next().unwrap_or(host);
        let page = match &issue.lesson {
            Some(lesson) => Some(format!("{site}{lesson}")),
            None if issue.is_digest => None,
            None => Some(format!("{site}/newsletter/issues/{}", issue.slug)),
        };
        let because = match issue.lesson {
            Some(_) => "asked for Headroom's course by mail",
            None => "subscribed to Headroom's newsletter",
        };
        Ok(Self {
            issue: issue.number,
            created_at: issue.created_at,
            subject: issue.subject.clone(),
            list: format!("newsletter.{host}"),
            archive: format!("{site}/newsletter/issues"),
            summary: issue.summary.clone(),
            page,
            because,
            site: site.to_owned(),
            parts: serde_json::from_str(&issue.parts)?,
            pictures: Vec::new(),
            made: Mutex::default(),
        })
    }

    /// With the charts of the site that it shows. Takes some ten milliseconds for each.
    #[must_use]
    pub fn illustrated(mut self, site: &dyn Site) -> Self {
        let texts: Vec<&str> = self.parts.iter().map(|part| &*part.markdown).collect();
        let host = self.list.trim_start_matches("newsletter.");
        self.pictures = pictures::of(&texts.join("\n\n"), host, site);
        self
    }

    /// The copy of a reader with this key who wants these topics and is in this audience.
    #[must_use]
    pub fn copy(&self, key: &str, reader: (&str, &str)) -> Copy {
        let body = match stencil::fits(key) {
            true => self.stencil(reader, key.len()).fill(key),
            false => {
                let (text, html) = self.texts(reader, key, Some(&self.pictures));
                Stencil::new(text, html, &self.pictures, "").fill("")
            }
        };
        Copy {
            body,
            unsubscribe: format!("{}/newsletter/unsubscribe?key={key}", self.site),
        }
    }

    /// A copy to try it out: its links to preferences open nothing.
    #[must_use]
    pub fn sample<'a>(&'a self, to: &'a str, now_ms: i64) -> Bulk<'a> {
        let copy = self.copy("test", ("", ""));
        Bulk {
            id: format!("{}.0.{now_ms}", self.issue),
            to,
            return_path: None,
            subject: &self.subject,
            body: copy.body,
            list: &self.list,
            unsubscribe: copy.unsubscribe,
            archive: &self.archive,
        }
    }

    fn stencil(&self, reader: (&str, &str), letters: usize) -> Arc<Stencil> {
        let (topics, audience) = reader;
        let wanted = format!("{letters} {audience} {topics}");
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = all.get(&wanted) {
            return Arc::clone(made);
        }
        let hole = stencil::hole(letters);
        let (text, html) = self.texts(reader, &hole, Some(&self.pictures));
        let made = Arc::new(Stencil::new(text, html, &self.pictures, &hole));
        all.insert(wanted, Arc::clone(&made));
        made
    }

    /// Text and HTML for a reader with this key who wants these topics, as a page of the site shows
    /// them.
    #[must_use]
    pub fn preview(&self, topics: &str, key: &str) -> (String, String) {
        self.texts((topics, ""), key, None)
    }

    fn texts(
        &self,
        (topics, audience): (&str, &str),
        key: &str,
        carried: Option<&[Picture]>,
    ) -> (String, String) {
        let wanted: Vec<&str> = topics.split(' ').collect();
        let parts = self.parts.iter();
        let mut parts: Vec<&str> = parts
            .filter(|part| wanted.contains(&part.topic.as_str()) && part.audience.takes(audience))
            .map(|part| part.markdown.as_str())
            .collect();
        if parts.is_empty() {
            // A preview, or a reader whose wishes changed after the list was made.
            parts = self
                .parts
                .iter()
                .map(|part| part.markdown.as_str())
                .collect();
        }
        let markdown = parts.join("\n\n").replace(KEY, key);
        let foot = self.foot(key);
        let text = format!(
            "{}\n\n{}\n-- \n{}",
            self.subject,
            body::text(&markdown, &self.site),
            body::text(&foot, &self.site),
        );
        (text, self.html(&markdown, &foot, carried))
    }

    fn html(&self, markdown: &str, foot: &str, carried: Option<&[Picture]>) -> String {
        let title = format!("<h1>{}</h1>\n", crate::escape::escaped(&self.subject));
        let plain = format!(" title=\"{BUTTON}\"");
        let body = body::html(markdown, &self.site, carried).replace(&plain, AS_BUTTON);
        let inner = title + &body;
        let foot = body::html(foot, &self.site, None);
        // The frame is the same for every issue and is tested; the text is never withheld for it.
        body::framed(&self.subject, &self.summary, &inner, &foot).unwrap_or(inner + &foot)
    }

    fn foot(&self, key: &str) -> String {
        let page = self.page.as_ref();
        let page = page.map_or(String::new(), |page| {
            format!("[Read it on the web]({page}). ")
        });
        format!(
            "{page}You get this because you {}. [Choose what \
             comes](/newsletter/preferences?key={key}), or \
             [unsubscribe](/newsletter/unsubscribe?key={key}). Nothing in this mail tells us that \
             you opened it.",
            self.because
        )
    }
}

/// The text of an issue as a page of the site shows it.
#[must_use]
pub fn page_html(markdown: &str) -> String {
    body::html(markdown, "", None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::issues::State;

    fn digest() -> Issue {
        let parts = [
            (Topic::Lessons, "## A lesson\n\n[Read](/lessons/a/b)"),
            (Topic::Labs, "## A lab"),
        ];
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|(topic, markdown)| Part {
                topic,
                audience: Audience::default(),
                markdown: markdown.into(),
            })
            .collect();
        Issue {
            number: 3,
            slug: "digest-3".into(),
            is_digest: true,
            lesson: None,
            frequency: "weekly".into(),
            subject: "New this week".into(),
            summary: "Two things.".into(),
            parts: serde_json::to_string(&parts).unwrap(),
            state: State::Draft,
            send_at: None,
            late_ms: 0,
            created_at: 9,
            started_at: None,
            finished_at: None,
        }
    }

    #[test]
    fn everybody_gets_what_they_want_and_links_of_their_own() {
        let edition = Edition::new(&digest(), "https://course.example:8443").unwrap();
        assert_eq!(edition.list, "newsletter.course.example");
        let (text, html) = edition.preview("labs articles", "ada-key");
        assert!(text.contains("A lab") && !text.contains("A lesson"));
        for text in [&text, &html] {
            assert!(text.contains("/newsletter/preferences?key=ada-key"));
            assert!(text.contains("/newsletter/unsubscribe?key=ada-key"));
        }
        let (text, html) = edition.preview("lessons", "eve-key");
        assert!(text.contains("<https://course.example:8443/lessons/a/b>"));
        assert!(!html.contains("A lab") && !html.to_lowercase().contains("<img"));
    }

    #[test]
    fn a_part_for_some_is_not_for_others() {
        let mut parts: Vec<Part> = serde_json::from_str(&digest().parts).unwrap();
        parts[0].audience = Audience::Away;
        let issue = Issue {
            parts: serde_json::to_string(&parts).unwrap(),
            ..digest()
        };
        let whom = whom(&issue, AWAY_MS + 7).unwrap();
        assert_eq!(
            (&*whom.parts, whom.since),
            ("lessons:away labs:everyone", Some(7))
        );
        let edition = Edition::new(&issue, "https://course.example").unwrap();
        for (audience, has_lesson) in [("away", true), ("practising", false), ("reading", false)] {
            let (text, _) = edition.texts(("lessons labs", audience), "key", None);
            assert!(text.contains("A lab"));
            assert_eq!(text.contains("A lesson"), has_lesson, "{audience}");
        }
        assert_eq!(super::whom(&digest(), 0).unwrap().since, None);
    }

    #[test]
    fn a_copy_has_one_key() {
        let edition = Edition::new(&digest(), "https://course.example").unwrap();
        let keys = [
            "a-key-of-somebody-who-is-called-ada",
            "somebody-else-who-is-called-by-eve",
            "k",
        ];
        for key in keys {
            let copy = edition.copy(key, ("labs", ""));
            let body = String::from_utf8(copy.body.body.into_vec()).unwrap();
            let body = body.replace("=\r\n", "");
            assert_eq!(body.matches(&format!("key=3D{key}")).count(), 4);
            assert_eq!(body.matches("key=3D").count(), 4);
            assert!(copy.unsubscribe.ends_with(&format!("?key={key}")));
        }
    }

    #[test]
    fn a_lesson_says_why_it_comes_and_has_buttons_of_the_readers_own() {
        let part = Part {
            topic: Topic::Course,
            audience: Audience::default(),
            markdown: format!("[Next](/newsletter/course?key={KEY} \"{BUTTON}\")"),
        };
        let lesson = Issue {
            lesson: Some("/lessons/a/b".into()),
            parts: serde_json::to_string(&[part]).unwrap(),
            ..digest()
        };
        let edition = Edition::new(&lesson, "https://course.example").unwrap();
        let (text, html) = edition.preview("course", "ada-key");
        let to = "https://course.example/newsletter/course?key=ada-key";
        assert!(text.contains(&format!("Next <{to}>")), "{text}");
        let button = format!("<a href=\"{to}\" class=\"button\" style=");
        assert!(html.contains(&button), "{html}");
        let text = text.replace('\n', " ");
        assert!(text.contains("asked for Headroom's course by mail"));
        assert!(text.contains("<https://course.example/lessons/a/b>"));
    }
}
