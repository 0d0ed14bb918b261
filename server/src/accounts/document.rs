//! The document of somebody's progress: its shape and its limits. Browsers merge two versions of
//! it; here it is only checked, so that whatever is kept can be read by every browser.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The longest document that is kept, bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// What somebody has who has done nothing yet.
pub const EMPTY: &str = r#"{"version":1,"read":{},"questions":{}}"#;
/// Entries of each kind.
const ENTRIES_MAX: usize = 5_000;
/// Letters of a key.
const KEY_MAX: usize = 200;
/// Letters of a note.
const NOTE_MAX: usize = 20_000;
/// Letters of a title or of a question.
const TITLE_MAX: usize = 1_000;
/// Answers that are kept of one question.
const ATTEMPTS_MAX: usize = 100;

/// What somebody has read, answered, marked and written. Times are Unix milliseconds.
// Browsers rely on these members. Others are kept as they are: a newer page may have written them.
#[derive(Deserialize)]
struct Document {
    version: u32,
    /// When each lesson was read, by its area and slug.
    read: BTreeMap<String, u64>,
    /// Questions that were answered, by lesson and id.
    questions: BTreeMap<String, Question>,
    /// What is marked, by address.
    #[serde(default)]
    bookmarks: BTreeMap<String, Bookmark>,
    /// Notes, by lesson.
    #[serde(default)]
    notes: BTreeMap<String, Note>,
    /// Where the reader was last.
    #[serde(rename = "last")]
    _last: Option<Place>,
    /// The best of each lab.
    #[serde(default)]
    stars: BTreeMap<String, Stars>,
    /// What is older than this was forgotten on request.
    #[serde(rename = "cleared")]
    _cleared: Option<u64>,
}

/// A question that was answered.
#[derive(Deserialize)]
struct Question {
    /// The last answers.
    attempts: Vec<Attempt>,
    /// Right answers in a row.
    #[serde(rename = "streak")]
    _streak: u32,
    /// When it is asked again.
    #[serde(rename = "due")]
    _due: u64,
    prompt: String,
}

/// An answer.
#[derive(Deserialize)]
struct Attempt {
    #[serde(rename = "at")]
    _at: u64,
    #[serde(rename = "right")]
    _right: bool,
}

/// A page that is marked, or was.
#[derive(Deserialize)]
struct Bookmark {
    title: String,
    #[serde(rename = "at")]
    _at: u64,
    /// Whether it is marked.
    #[serde(rename = "on")]
    _on: bool,
}

/// A note on a lesson.
#[derive(Deserialize)]
struct Note {
    text: String,
    #[serde(rename = "at")]
    _at: u64,
}

/// A place in the course.
#[derive(Deserialize)]
struct Place {
    #[serde(rename = "address")]
    _address: String,
    #[serde(rename = "title")]
    _title: String,
    #[serde(rename = "at")]
    _at: u64,
}

/// The best grade of a lab.
#[derive(Deserialize)]
struct Stars {
    stars: u8,
    /// Parts per million of 100 points.
    #[serde(rename = "score")]
    _score: Option<u32>,
    #[serde(rename = "at")]
    _at: u64,
}

/// The document as it is to be kept: the same members, without white space.
///
/// # Errors
/// A sentence on the first thing that is wrong, and where.
pub fn check(bytes: &[u8]) -> Result<String, String> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    is_of_objects(&value)?;
    let document: Document = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if document.version != 1 {
        return Err("version must be 1".to_owned());
    }
    document.within_limits()?;
    Ok(value.to_string())
}

/// An array of a record's members would pass for the record, and no browser could read it.
fn is_of_objects(value: &Value) -> Result<(), String> {
    let object = |what: &str, value: &Value| match value {
        Value::Object(_) => Ok(()),
        _ => Err(format!("{what} must be an object")),
    };
    object("the document", value)?;
    for name in ["questions", "bookmarks", "notes", "stars"] {
        for (key, entry) in value[name].as_object().into_iter().flatten() {
            object(&format!("{name}[{key:?}]"), entry)?;
            for attempt in entry["attempts"].as_array().into_iter().flatten() {
                object(&format!("an attempt in {name}[{key:?}]"), attempt)?;
            }
        }
    }
    match &value["last"] {
        Value::Null => Ok(()),
        last => object("last", last),
    }
}

impl Document {
    fn within_limits(&self) -> Result<(), String> {
        entries("read", &self.read, |_| Ok(()))?;
        entries("questions", &self.questions, |question| {
            if question.attempts.len() > ATTEMPTS_MAX {
                return Err(format!("more than {ATTEMPTS_MAX} attempts"));
            }
            short("prompt", &question.prompt, TITLE_MAX)
        })?;
        entries("bookmarks", &self.bookmarks, |bookmark| {
            short("title", &bookmark.title, TITLE_MAX)
        })?;
        entries("notes", &self.notes, |note| {
            short("text", &note.text, NOTE_MAX)
        })?;
        entries("stars", &self.stars, |stars| match stars.stars {
            0..=3 => Ok(()),
            many => Err(format!("{many} stars, but labs have 0 to 3")),
        })
    }
}

fn entries<T>(
    name: &str,
    entries: &BTreeMap<String, T>,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<(), String> {
    if entries.len() > ENTRIES_MAX {
        return Err(format!("{name} has more than {ENTRIES_MAX} entries"));
    }
    for (key, entry) in entries {
        short("a key", key, KEY_MAX).map_err(|error| format!("{name}: {error}"))?;
        check(entry).map_err(|error| format!("{name}[{key:?}]: {error}"))?;
    }
    Ok(())
}

fn short(what: &str, text: &str, most: usize) -> Result<(), String> {
    // Browsers count UTF-16 units.
    if text.encode_utf16().count() > most {
        return Err(format!("{what} is longer than {most} letters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_a_newer_page_are_kept() {
        assert_eq!(check(EMPTY.as_bytes()).unwrap().len(), EMPTY.len());
        let newer = r#"{"version":1,"read":{"a/b":1},"questions":{},"later":{"x":[1]},
            "notes":{"a/b":{"text":"half a note","at":2,"colour":"red"}}}"#;
        let kept: Value = serde_json::from_str(&check(newer.as_bytes()).unwrap()).unwrap();
        assert_eq!(kept["later"]["x"][0], 1);
        assert_eq!(kept["notes"]["a/b"]["colour"], "red");
    }

    #[test]
    fn what_browsers_could_not_read_is_refused() {
        let with =
            |member: &str| format!(r#"{{"version":1,"read":{{}},"questions":{{}},{member}}}"#);
        let long = "x".repeat(NOTE_MAX + 1);
        let many: Vec<String> = (0..=ENTRIES_MAX).map(|at| format!("\"{at}\":1")).collect();
        let many = format!(
            r#"{{"version":1,"read":{{{}}},"questions":{{}}}}"#,
            many.join(",")
        );
        for (text, why) in [
            ("", "EOF"),
            ("[]", "the document must be an object"),
            (&with(r#""last":["/a","A",1]"#), "last must be an object"),
            (
                &with(r#""stars":{"retry":[3,null,1]}"#),
                r#"stars["retry"] must be an object"#,
            ),
            (
                r#"{"version":1,"read":{},"questions":{"a":{"attempts":[[1,true]]}}}"#,
                r#"an attempt in questions["a"] must be an object"#,
            ),
            (
                r#"{"version":2,"read":{},"questions":{}}"#,
                "version must be 1",
            ),
            (r#"{"version":1,"questions":{}}"#, "missing field `read`"),
            (
                r#"{"version":1,"read":{"a/b":"x"},"questions":{}}"#,
                "invalid type",
            ),
            (&many, "read has more than 5000 entries"),
            (
                &with(r#""stars":{"retry":{"stars":4,"score":1,"at":1}}"#),
                "4 stars",
            ),
            (
                &with(&format!(r#""notes":{{"a/b":{{"text":"{long}","at":1}}}}"#)),
                "longer than",
            ),
            (
                &with(&format!(
                    r#""bookmarks":{{"{long}":{{"title":"t","at":1,"on":true}}}}"#
                )),
                "a key is longer",
            ),
        ] {
            let error = check(text.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
