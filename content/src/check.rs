//! What must hold for the course as a whole and for each lesson, beyond what one block shows.

use crate::model::{Answer, Article, Block, Course, Lesson, Part, Reference, Section};
use crate::outline::offset;
use crate::page::{Known, Page, suggest};
use std::collections::{BTreeMap, BTreeSet};

mod pools;

/// Words of prose a lesson may have.
const WORDS: std::ops::RangeInclusive<u32> = 1_600..=2_300;
/// Words of prose an article may have.
const ARTICLE_WORDS: std::ops::RangeInclusive<u32> = 800..=1_500;
/// Characters of an article's summary.
const SUMMARY: usize = 160;
/// Questions a lesson has at least.
const QUIZZES: usize = 5;

/// Slugs that are given twice, labs without a title, prerequisites that go in a circle.
pub(crate) fn course(page: &Page<'_>, text: &str, course: &Course, known: Known<'_>) {
    let topics = course.areas.iter().flat_map(|area| &area.topics);
    let topics: Vec<_> = topics.collect();
    unique(page, text, topics.iter().map(|topic| topic.slug.as_str()));
    unique(
        page,
        text,
        course.areas.iter().map(|area| area.slug.as_str()),
    );
    unique(
        page,
        text,
        course.tradeoffs.iter().map(|group| group.slug.as_str()),
    );
    unique(
        page,
        text,
        course
            .scenarios
            .iter()
            .map(|scenario| scenario.slug.as_str()),
    );
    let questions = course.tradeoffs.iter().flat_map(|group| &group.questions);
    let decisions = course
        .scenarios
        .iter()
        .flat_map(|scenario| &scenario.decisions);
    unique(
        page,
        text,
        questions
            .chain(decisions)
            .map(|question| question.slug.as_str()),
    );
    let tools = course.tools.iter().flat_map(|group| &group.tools);
    unique(page, text, tools.map(|tool| tool.slug.as_str()));
    for lab in known.labs {
        if !page.names.labs.contains_key(*lab) {
            let near = suggest(lab, page.names.labs.keys().map(String::as_str));
            page.problem(0, format!("the lab “{lab}” has no title in [[labs]]{near}"));
        }
    }
    let needs = topics
        .iter()
        .map(|topic| (topic.slug.as_str(), topic.needs.as_slice()));
    if let Some(circle) = circle(&needs.collect()) {
        let message = format!("prerequisites go in a circle: {}", circle.join(" needs "));
        page.problem(offset(text, circle[0]), message);
    }
}

fn unique<'a>(page: &Page<'_>, text: &str, slugs: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for slug in slugs {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if slug.is_empty() || !slug.chars().all(plain) {
            let message = format!("the slug “{slug}” is not made of a–z, 0–9 and dashes");
            page.problem(offset(text, slug), message);
        }
        if !seen.insert(slug) {
            let line = format!("slug = \"{slug}\"");
            let at = text.rfind(&line).unwrap_or(0);
            page.problem(at, format!("the slug “{slug}” is used twice"));
        }
    }
}

/// Takes away topics whose needs are met until nothing changes; what is left goes in circles.
fn circle<'a>(needs: &BTreeMap<&'a str, &'a [String]>) -> Option<Vec<&'a str>> {
    let mut left = needs.clone();
    loop {
        let waits = |needs: &[String]| needs.iter().any(|need| left.contains_key(need.as_str()));
        let stuck: BTreeMap<_, _> = left.iter().filter(|(_, needs)| waits(needs)).collect();
        let stuck: BTreeMap<_, _> = stuck
            .into_iter()
            .map(|(slug, needs)| (*slug, *needs))
            .collect();
        if stuck.len() == left.len() {
            break;
        }
        left = stuck;
    }
    let mut path = vec![*left.keys().next()?];
    loop {
        let needs = left.get(path.last()?)?.iter();
        let next = needs
            .map(String::as_str)
            .find(|need| left.contains_key(need))?;
        if let Some(start) = path.iter().position(|slug| *slug == next) {
            path.push(next);
            return Some(path.split_off(start));
        }
        path.push(next);
    }
}

/// The template: its parts in order, a figure and questions that cover every outcome.
pub(crate) fn lesson(page: &Page<'_>, lesson: &Lesson, body: &str) {
    parts(page, lesson);
    quizzes(page, lesson);
    pools::check(page, lesson, body);
    if !WORDS.contains(&lesson.words) {
        let (least, most) = (WORDS.start(), WORDS.end());
        let message = format!("{} words; a lesson has {least} to {most}", lesson.words);
        page.problem(0, message);
    }
    let figures = lesson.figures().count();
    if !(1..=3).contains(&figures) {
        page.problem(0, format!("{figures} figures; a lesson has one to three"));
    }
    let has = |part: Part, want: fn(&Block) -> bool| {
        let mut sections = lesson
            .sections
            .iter()
            .filter(|section| section.part == part);
        sections.any(|section| section.blocks.iter().any(want))
    };
    if !has(Part::Figure, |block| matches!(block, Block::Figure(_))) {
        page.problem(0, "the section {#figure} has no ```figure");
    }
    if !has(Part::Code, |block| matches!(block, Block::Code(_))) {
        page.problem(0, "the section {#code} has no ```code-from");
    }
    if lesson.sources.len() < 3 {
        page.problem(0, "a lesson has at least three sources");
    }
    for source in &lesson.sources {
        reference(page, source);
    }
    if !is_date(&lesson.updated) || lesson.updated.len() != 10 {
        page.problem(
            0,
            format!("`updated` is not YYYY-MM-DD: “{}”", lesson.updated),
        );
    }
}

/// What an article must have.
pub(crate) fn article(page: &Page<'_>, article: &Article) {
    if article.title.trim().is_empty() {
        page.problem(0, "an article has a title");
    }
    let letters = article.summary.chars().count();
    if !(20..=SUMMARY).contains(&letters) {
        let message = format!("the summary has {letters} characters; 20 to {SUMMARY}");
        page.problem(0, message);
    }
    if !is_date(&article.published) || article.published.len() != 10 {
        let day = &article.published;
        page.problem(0, format!("`published` is not YYYY-MM-DD: “{day}”"));
    }
    if !ARTICLE_WORDS.contains(&article.words) {
        let (least, most) = (ARTICLE_WORDS.start(), ARTICLE_WORDS.end());
        let message = format!("{} words; an article has {least} to {most}", article.words);
        page.problem(0, message);
    }
    if article.sources.len() < 2 {
        page.problem(0, "an article has at least two sources");
    }
    for source in &article.sources {
        reference(page, source);
    }
}

fn parts(page: &Page<'_>, lesson: &Lesson) {
    let found: Vec<Part> = lesson.sections.iter().map(|section| section.part).collect();
    for part in Part::ALL {
        match found.iter().filter(|other| **other == part).count() {
            0 => page.problem(0, format!("the section {{#{}}} is missing", part.id())),
            1 => {}
            _ => page.problem(0, format!("the section {{#{}}} is there twice", part.id())),
        }
    }
    if !found.is_sorted() {
        let ids = Part::ALL.map(Part::id).join(", ");
        page.problem(0, format!("the sections are out of order; it is {ids}"));
    }
    for section in lesson
        .sections
        .iter()
        .filter(|section| section.blocks.is_empty())
    {
        page.problem(
            0,
            format!("the section {{#{}}} is empty", section.part.id()),
        );
    }
}

fn quizzes(page: &Page<'_>, lesson: &Lesson) {
    let checks = lesson
        .sections
        .iter()
        .filter(|section| section.part == Part::Check);
    let count = checks
        .flat_map(Section::groups)
        .filter(|group| matches!(group.first(), Some(Block::Quiz(_))))
        .count();
    if count < QUIZZES {
        page.problem(
            0,
            format!("{count} questions in {{#check}}; a lesson has {QUIZZES}"),
        );
    }
    let drill = |quiz: &crate::Quiz| quiz.drill && matches!(quiz.answer, Answer::Numeric { .. });
    if !lesson.quizzes().any(drill) {
        page.problem(
            0,
            "no estimation drill: a numeric question with `drill = true`",
        );
    }
    let mut ids = BTreeSet::new();
    let mut covered = BTreeSet::new();
    for quiz in lesson.quizzes() {
        if !ids.insert(quiz.id.as_str()) {
            page.problem(0, format!("two questions have the id “{}”", quiz.id));
        }
        for outcome in &quiz.covers {
            if *outcome == 0 || *outcome > lesson.outcomes.len() {
                page.problem(
                    0,
                    format!("quiz “{}” covers {outcome}: no such outcome", quiz.id),
                );
            }
            covered.insert(*outcome);
        }
    }
    for outcome in 1..=lesson.outcomes.len() {
        if !covered.contains(&outcome) {
            page.problem(0, format!("no question covers outcome {outcome}"));
        }
    }
}

fn reference(page: &Page<'_>, source: &Reference) {
    let title = &source.title;
    if !source.url.starts_with("https://") {
        page.problem(0, format!("the source “{title}” has no https:// address"));
    }
    let kinds = [
        "standard",
        "paper",
        "article",
        "documentation",
        "book",
        "draft",
    ];
    if !kinds.contains(&source.kind.as_str()) {
        let near = suggest(&source.kind, kinds);
        page.problem(
            0,
            format!("“{title}”: unknown kind “{}”{near}", source.kind),
        );
    }
    let checked = &source.checked;
    let day = checked.is_empty() || (is_date(checked) && checked.len() == 10);
    if !is_date(&source.date) || !day {
        page.problem(
            0,
            format!("“{title}”: `date` and `checked` are dates (YYYY-MM-DD)"),
        );
    }
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
pub(crate) fn is_date(date: &str) -> bool {
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    let between = |part: &str, most: u8| {
        digits(part, 2) && part.parse().is_ok_and(|n: u8| (1..=most).contains(&n))
    };
    match date.split('-').collect::<Vec<_>>()[..] {
        [year] => digits(year, 4),
        [year, month] => digits(year, 4) && between(month, 12),
        [year, month, day] => digits(year, 4) && between(month, 12) && between(day, 31),
        _ => false,
    }
}
