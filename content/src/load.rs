//! Reads the outline and the lessons, and gives either all of it or every problem at once.

use crate::glossary::{self, Glossary};
use crate::model::{Answer, Block, Course, Lesson, Problem, Reference, Section};
use crate::outline::{Builder, FILE, Outline};
use crate::page::{Known, Names, Page, article_slug, suggest};
use crate::source::Source;
use crate::{Library, article, check, highlight, markdown};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Words a careful reader takes in per minute.
pub(crate) const PACE: u32 = 200;

/// Loads the curriculum. Any problem at all means no library, so that what is served was checked.
pub fn load(source: &impl Source, known: &Known<'_>) -> Result<Library, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let _grammars = highlight::syntaxes();
    let library = assemble(source, *known, &problems);
    let mut problems = problems.into_inner();
    problems.sort();
    problems.dedup();
    match library {
        Some(library) if problems.is_empty() => Ok(library),
        _ => Err(problems),
    }
}

fn assemble(
    source: &dyn Source,
    known: Known<'_>,
    problems: &RefCell<Vec<Problem>>,
) -> Option<Library> {
    let text = read(source, FILE, problems)?;
    let mut names = Names {
        source,
        known,
        topics: Default::default(),
        labs: Default::default(),
        glossary: Glossary::default(),
    };
    let outline = match toml::from_str::<Outline>(&text) {
        Ok(outline) => outline,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            Page::new(&names, problems, FILE, 1, &text).problem(at, error.message());
            return None;
        }
    };
    for area in &outline.areas {
        let slugs = area.topics.iter().map(|topic| topic.slug.clone());
        names
            .topics
            .extend(slugs.map(|slug| (slug, area.slug.clone())));
    }
    let labs = outline
        .labs
        .iter()
        .map(|lab| (lab.id.clone(), lab.title.clone()));
    names.labs.extend(labs);
    names.glossary = read_glossary(&names, problems);
    let page = Page::new(&names, problems, FILE, 1, &text);
    let files = lesson_files(&names, problems);
    let written = files
        .iter()
        .map(|file| file.slug.clone())
        .collect::<BTreeSet<_>>();
    let builder = Builder {
        names: &names,
        page: &page,
        text: &text,
        written: &written,
    };
    let course = builder.course(outline);
    check::course(&page, &text, &course, known);
    let lessons = files
        .iter()
        .filter_map(|file| lesson(&names, problems, &course, file));
    let lessons = lessons.collect();
    let articles = article::all(&names, problems);
    let library = Library::new(course, lessons).with_articles(articles);
    Some(library.with_glossary(names.glossary.sorted()))
}

/// The glossary, if there is one.
fn read_glossary(names: &Names<'_>, problems: &RefCell<Vec<Problem>>) -> Glossary {
    let paths = names.source.paths();
    let there = paths.iter().any(|path| path == glossary::FILE);
    let text = there.then(|| read(names.source, glossary::FILE, problems));
    let Some(text) = text.flatten() else {
        return Glossary::default();
    };
    let page = Page::new(names, problems, glossary::FILE, 1, &text);
    Glossary::read(&page, &text)
}

struct LessonFile {
    path: String,
    area: String,
    slug: String,
}

/// Markdown files, each of which must be `<area>/<topic>.md`.
fn lesson_files(names: &Names<'_>, problems: &RefCell<Vec<Problem>>) -> Vec<LessonFile> {
    let mut files = Vec::new();
    let mut paths = names.source.paths();
    paths.sort();
    let lessons = |path: &String| path.ends_with(".md") && article_slug(path).is_none();
    for path in paths.into_iter().filter(lessons) {
        let parts = path
            .strip_suffix(".md")
            .and_then(|stem| stem.split_once('/'));
        let Some((area, slug)) = parts else {
            // A file beside course.toml, such as a README, is for authors.
            continue;
        };
        if names.topics.get(slug).is_some_and(|known| known == area) {
            let (area, slug) = (area.to_owned(), slug.to_owned());
            files.push(LessonFile { path, area, slug });
            continue;
        }
        let near = suggest(slug, names.topics.keys().map(String::as_str));
        let message = format!("course.toml has no topic “{slug}” in the area “{area}”{near}");
        problems.borrow_mut().push(Problem {
            file: path.clone(),
            line: 1,
            message,
        });
    }
    files
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    updated: String,
    sources: Vec<Reference>,
}

fn lesson(
    names: &Names<'_>,
    problems: &RefCell<Vec<Problem>>,
    course: &Course,
    file: &LessonFile,
) -> Option<Lesson> {
    let text = read(names.source, &file.path, problems)?;
    let whole = Page::new(names, problems, &file.path, 1, &text);
    let rest = text.strip_prefix("+++\n");
    let Some((front, body)) = rest.and_then(|rest| rest.split_once("\n+++\n")) else {
        whole.problem(0, "the file starts with TOML between two lines of +++");
        return None;
    };
    let matter = match toml::from_str::<FrontMatter>(front) {
        Ok(matter) => matter,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start + "+++\n".len());
            whole.problem(at, error.message());
            return None;
        }
    };
    let first_line = whole.line(text.len() - body.len());
    let page = Page::new(names, problems, &file.path, first_line, body);
    let rendered = markdown::render(&page, body);
    let areas = course.areas.iter().flat_map(|area| &area.topics);
    let topic = areas.into_iter().find(|topic| topic.slug == file.slug)?;
    let groups = rendered.sections.iter().flat_map(Section::groups);
    // Of a pool one question is asked.
    let blocks = groups.filter_map(|group| group.first());
    let lesson = Lesson {
        area: file.area.clone(),
        slug: file.slug.clone(),
        title: topic.title.clone(),
        promise: topic.promise.clone(),
        outcomes: topic.outcomes.clone(),
        minutes: rendered.words.div_ceil(PACE) + blocks.map(seconds).sum::<u32>().div_ceil(60),
        sections: rendered.sections,
        notes: rendered.notes,
        words: rendered.words,
        terms: rendered.terms,
        sources: matter.sources,
        updated: matter.updated,
        markdown: markdown::as_read(body),
    };
    check::lesson(&page, &lesson, body);
    Some(lesson)
}

/// Time that a block takes beside the text.
fn seconds(block: &Block) -> u32 {
    match block {
        Block::Html(_) | Block::Lab(_) => 0,
        Block::Code(_) => 45,
        Block::Diagram(_) => 30,
        Block::Figure(_) => 60,
        Block::Quiz(quiz) => match quiz.answer {
            Answer::Numeric { .. } => 45,
            _ => 30,
        },
    }
}

pub(crate) fn read(
    source: &dyn Source,
    path: &str,
    problems: &RefCell<Vec<Problem>>,
) -> Option<String> {
    let wrong = |message: &str| {
        problems.borrow_mut().push(Problem {
            file: path.to_owned(),
            line: 1,
            message: message.to_owned(),
        });
    };
    let Some(bytes) = source.read(path) else {
        wrong("the file is missing or cannot be read");
        return None;
    };
    match String::from_utf8(bytes.into_owned()) {
        // Lines end in one way only, whatever the editor wrote.
        Ok(text) => Some(text.replace("\r\n", "\n")),
        Err(_) => {
            wrong("the file is not UTF-8 text");
            None
        }
    }
}
