//! What is searched: the start of each lesson, its sections, topics without a lesson, and what
//! others add.

use super::words::Word;
use super::{Hit, plain, snippet, words};
use crate::Library;
use crate::model::{Block, Lesson, Section, Topic};

/// Worth of a word in a title, in a heading, and in text.
const TITLE: f64 = 3.0;
const HEADING: f64 = 4.0;
const TEXT: f64 = 1.0;

/// Something beside the lessons that can be found: a lab, a term of the glossary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub url: String,
    /// Its name, or the name of the page that it is a part of.
    pub title: String,
    /// Its name on that page; empty for a page.
    pub heading: String,
    /// Its text; HTML of ours is taken as text.
    pub text: String,
}

#[derive(Debug)]
pub(super) struct Document {
    url: String,
    title: String,
    /// Empty for the start of a page.
    heading: String,
    text: String,
    /// The words of the text, once the terms are known.
    words: Vec<Word>,
}

impl Document {
    pub(super) fn of_entry(entry: Entry) -> Self {
        Self {
            text: plain::text(&entry.text),
            words: Vec::new(),
            url: entry.url,
            title: entry.title,
            heading: entry.heading,
        }
    }

    /// Terms with what they are worth. The title of a lesson counts in full where the lesson
    /// starts, so that it comes before its sections.
    pub(super) fn terms(&self) -> impl Iterator<Item = (String, f64)> {
        let title = if self.heading.is_empty() {
            2.0 * TITLE
        } else {
            TITLE / 2.0
        };
        let fields = [
            (&self.title, title),
            (&self.heading, HEADING),
            (&self.text, TEXT),
        ];
        fields
            .into_iter()
            .flat_map(|(text, worth)| words::terms(text).map(move |term| (term, worth)))
    }

    /// Notes which of the terms the words of the text are.
    pub(super) fn note(&mut self, terms: &[String]) {
        self.words = words::words(&self.text, terms);
    }

    /// The document as found, with the words of `wanted` terms marked.
    pub(super) fn hit(&self, wanted: &[bool]) -> Hit {
        Hit {
            url: self.url.clone(),
            title: self.title.clone(),
            heading: self.heading.clone(),
            snippet: snippet::of(&self.text, &self.words, wanted),
        }
    }
}

pub(super) fn of_library(library: &Library) -> Vec<Document> {
    let mut documents = Vec::new();
    for topic in library.topics() {
        match library.lesson(&topic.area, &topic.slug) {
            Some(lesson) => lesson_parts(lesson, &mut documents),
            None => documents.push(of_topic(topic)),
        }
    }
    documents
}

fn of_topic(topic: &Topic) -> Document {
    let (summary, promise) = (&topic.summary, &topic.promise);
    let outcomes = topic.outcomes.join(". ");
    Document {
        url: format!("/course/{}#{}", topic.area, topic.slug),
        title: topic.title.clone(),
        heading: String::new(),
        text: format!("{summary}. {promise} {outcomes}"),
        words: Vec::new(),
    }
}

fn lesson_parts(lesson: &Lesson, documents: &mut Vec<Document>) {
    let url = format!("/lessons/{}/{}", lesson.area, lesson.slug);
    documents.push(Document {
        url: url.clone(),
        title: lesson.title.clone(),
        heading: String::new(),
        text: format!("{} {}", lesson.promise, lesson.outcomes.join(". ")),
        words: Vec::new(),
    });
    for section in &lesson.sections {
        let part = |id: &str, heading: &str| Document {
            url: format!("{url}#{id}"),
            title: lesson.title.clone(),
            heading: heading.to_owned(),
            text: String::new(),
            words: Vec::new(),
        };
        section_parts(section, part, documents);
    }
}

/// A section, cut at its headings.
fn section_parts(
    section: &Section,
    part: impl Fn(&str, &str) -> Document,
    documents: &mut Vec<Document>,
) {
    let mut open = part(section.part.id(), &section.title);
    let mut headings = section.headings.iter().peekable();
    for block in &section.blocks {
        let html = html(block);
        let mut rest = html.as_str();
        while let Some(heading) = headings.peek() {
            let mark = format!(" id=\"{}\">", heading.id);
            let Some((before, after)) = rest.split_once(&mark) else {
                break;
            };
            // What is left of the heading's tag is no text.
            let before = before.rsplit_once('<').map_or(before, |(before, _)| before);
            append(&mut open.text, before);
            documents.push(std::mem::replace(
                &mut open,
                part(&heading.id, &heading.title),
            ));
            rest = after.split_once("</h").map_or(after, |(_, after)| after);
            rest = rest.split_once('>').map_or(rest, |(_, after)| after);
            headings.next();
        }
        append(&mut open.text, rest);
    }
    documents.push(open);
}

fn append(text: &mut String, html: &str) {
    let more = plain::text(html);
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more.trim_start());
}

/// What a block says. Answers of questions are not given away.
fn html(block: &Block) -> String {
    match block {
        Block::Html(html) => html.as_str().to_owned(),
        Block::Figure(figure) => format!("{} {}", figure.title, figure.alt),
        Block::Quiz(quiz) => quiz.prompt.as_str().to_owned(),
        Block::Lab(lab) => lab.text.as_str().to_owned(),
        Block::Code(code) => format!("{} {}", code.path, code.caption.as_str()),
        Block::Diagram(diagram) => diagram.title.clone(),
    }
}
